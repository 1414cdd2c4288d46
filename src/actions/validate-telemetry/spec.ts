import { declareAction } from '../../runner/spec.ts';
import { credentialInputs, stackInputs } from '../shared-inputs.ts';

export const spec = declareAction({
  name: 'validate-telemetry',
  title: 'zap-obs validate telemetry',
  description:
    'Sends traffic of its own to a deployed service, and proves request by request that its metrics, traces and logs have arrived, or names the hop that lost them.',
  icon: 'check-circle',
  color: 'purple',
  inputs: {
    'target-url': {
      kind: 'string',
      required: true,
      description: 'Where requests go: `load-balancer-url` of `deploy`, or another URL of the service.',
      pattern: { regex: /^https?:\/\/[^\s?#@]+$/, accepts: 'a URL such as `https://shop.example.com`' },
    },
    expectations: {
      kind: 'string',
      description:
        'What must be answered and must arrive: a file relative to the workspace. Default: `telemetry.yaml` in the workspace.',
    },
    'metrics-endpoint': {
      kind: 'string',
      description:
        'Where metrics arrive: the URL of an AMP workspace (`metrics-endpoint` of `deploy`), or of a Prometheus. Asked for where metrics are expected.',
      pattern: {
        regex: /^https?:\/\/[^\s?#@]+$/,
        accepts: 'a URL such as `https://aps-workspaces.eu-central-1.amazonaws.com/workspaces/ws-…/`',
      },
    },
    'log-groups': {
      kind: 'list',
      description:
        'CloudWatch log groups in which records arrive (`log-groups` of `deploy`). Asked for where log records are expected.',
    },
    requests: {
      kind: 'integer',
      description:
        'Requests to send: each one of the expectations once, then those that leave a trace in turn. What they do is done so often.',
      default: 20,
      min: 1,
      max: 10_000,
    },
    timeout: {
      kind: 'duration',
      description: 'How long telemetry may take after the last answer. The verdict comes as soon as it is certain.',
      default: '3m',
      min: '5s',
    },
    'max-arrival': {
      kind: 'duration',
      description: 'Fails the run when telemetry of any request takes longer than this to arrive. Default: no limit.',
    },
    rate: {
      kind: 'integer',
      description:
        'Requests a second. Services may keep no more traces than that of those who ask for one: the sample grants ten.',
      default: 10,
      min: 1,
      max: 1000,
      advanced: true,
    },
    signals: {
      kind: 'list',
      description: 'Which of `metrics`, `traces`, `logs` are proven. Default: all of which something is expected.',
      advanced: true,
    },
    'service-name': {
      kind: 'string',
      description: "OpenTelemetry's `service.name`. Default: `service` of the expectations.",
      advanced: true,
    },
    exclusive: {
      kind: 'boolean',
      description:
        'Nobody else sends traffic meanwhile, so that counters must rise by exactly the requests that were answered.',
      default: false,
      advanced: true,
    },
    'aws-region': { ...stackInputs['aws-region'], advanced: true },
    ...credentialInputs,
  },
  outputs: {
    passed: { description: '`true` when everything expected was answered and has arrived.' },
    result: { description: 'Path of the result as JSON: every request, check, ledger and latency.' },
    junit: { description: 'Path of the same as JUnit XML, one suite a signal.' },
    report: { description: 'Path of the same as one HTML page, with a trace drawn.' },
  },
});
