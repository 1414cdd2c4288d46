import { declareAction } from '../../runner/spec.ts';
import { credentialInputs, stackInputs } from '../shared-inputs.ts';

export const spec = declareAction({
  name: 'smoke-test',
  title: 'zap-obs smoke test',
  description:
    'Starts a compose project beside a collector and Prometheus, sends the requests that `telemetry.yaml` declares, and proves that their metrics, traces and logs have arrived.',
  icon: 'activity',
  color: 'purple',
  hasCleanUp: true,
  inputs: {
    'compose-file': {
      kind: 'list',
      description:
        'Compose files, relative to the workspace, in the order in which they are merged. Default: `local/docker-compose.yml` of zap-obs. Where they bring no `adot-collector`, that file adds its collector, Prometheus and local AWS.',
    },
    expectations: {
      kind: 'string',
      description:
        'What must be answered and must arrive: a file relative to the workspace. Default: `telemetry.yaml` in the workspace, or beside the first compose file in it.',
    },
    telemetry: {
      kind: 'boolean',
      description:
        'Proves metrics, spans and logs too. With `false`, only answers are tested, and no collector is added.',
      default: true,
    },
    aws: {
      kind: 'enum',
      values: ['local', 'account'],
      description:
        'Where traces and logs go: to a simulation of X-Ray and CloudWatch Logs in the project, or to the account of the credentials.',
      default: 'local',
    },
    timeout: {
      kind: 'duration',
      description: 'After this the run is stopped and fails. Everything that it started is removed.',
      default: '10m',
      min: '10s',
    },
    'base-url': {
      kind: 'string',
      description:
        "Where requests go, such as `http://127.0.0.1:8080`; ports are then published as the compose files say. Default: a free port of 127.0.0.1, for the service of the expectations' name, or for the only one with a port.",
      // A password would be shown wherever the address is.
      pattern: { regex: /^https?:\/\/[^\s/?#@]+\/?$/, accepts: 'a URL without a path such as `http://127.0.0.1:8080`' },
      advanced: true,
    },
    'project-name': {
      kind: 'string',
      description: 'Name of the compose project, which must not exist yet. Default: a unique one.',
      pattern: {
        regex: /^[a-z0-9][a-z0-9_-]{0,62}$/,
        accepts: 'lower-case letters, digits, `-` and `_`, at most 63, as Compose wants of project names',
      },
      advanced: true,
    },
    build: {
      kind: 'boolean',
      description: 'Builds the images of services with a `build`. With `false` they must be there.',
      default: true,
      advanced: true,
    },
    keep: {
      kind: 'boolean',
      description: 'Leaves everything running, to be looked at; the log says where, and how to remove it.',
      default: false,
      advanced: true,
    },
    'aws-region': { ...stackInputs['aws-region'], advanced: true },
    ...credentialInputs,
  },
  outputs: {
    passed: { description: '`true` when everything expected was answered and has arrived.' },
    report: { description: 'Path of the result as JSON: every check with what was seen, images, times.' },
    junit: { description: 'Path of the same as JUnit XML, one suite a signal.' },
  },
});
