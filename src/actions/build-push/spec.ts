import { REPOSITORY_NAME, TAG } from '../../image/image-name.ts';
import { declareAction } from '../../runner/spec.ts';
import { credentialInputs, stackInputs } from '../shared-inputs.ts';

export const spec = declareAction({
  name: 'build-push',
  title: 'zap-obs build and push',
  description:
    'Builds an image and pushes it to Amazon ECR, tagged by its content so that what is there already is not built again, and copies the ADOT collector beside it: what `deploy` needs.',
  icon: 'package',
  color: 'orange',
  hasCleanUp: true,
  inputs: {
    context: {
      kind: 'string',
      description: 'The folder that is sent to the builder, relative to the workspace.',
      default: '.',
    },
    dockerfile: {
      kind: 'string',
      description: 'The Dockerfile, relative to the workspace. Default: `Dockerfile` in `context`.',
    },
    target: { kind: 'string', description: 'The stage of the Dockerfile that is built. Default: the last.' },
    'build-args': {
      kind: 'map',
      description:
        'Build arguments, as YAML or JSON: `NODE_ENV: production`. Their values stand in no command line, unless Docker itself reads a variable of that name. For secrets, use `secret-files`: arguments stay in the history of the image.',
    },
    repository: {
      kind: 'string',
      description:
        'The ECR repository, which is created where there is none: tagged `zap-obs:prefix`, with immutable tags, scanned on push, encrypted, with a lifecycle policy. One that exists is used as it is. Default: `<stack-prefix>/<folder of context>`.',
      pattern: {
        regex: REPOSITORY_NAME,
        accepts:
          'what ECR takes: parts of lower-case letters and digits, with `.`, `_` or `-` between, separated by `/`',
      },
    },
    'stack-prefix': {
      ...stackInputs['stack-prefix'],
      description: 'Repositories are named after it, and tagged with it so that `teardown` finds them. As in `deploy`.',
      advanced: true,
    },
    tag: {
      kind: 'string',
      description:
        'A tag for the image, beside the one by its content. It has to be a new one, unless the image has this content already.',
      pattern: {
        regex: TAG,
        accepts:
          'up to 128 letters, digits, `_`, `.` and `-`, not beginning with `.` or `-`, and not beginning with `content-`',
      },
      advanced: true,
    },
    platforms: {
      kind: 'list',
      description:
        'For which platforms, separated by commas: `linux/amd64`, `linux/arm64`. More than one, or another than that of the machine, needs `docker/setup-buildx-action` and `docker/setup-qemu-action` before. Default: `linux/amd64`, as the task definition has it.',
      advanced: true,
    },
    cache: {
      kind: 'enum',
      values: ['none', 'gha', 'registry'],
      description:
        "Where layers are kept from one job to the next: in GitHub's cache, or in a repository `<repository>-cache` of ECR. Both need `docker/setup-buildx-action` before. A content that is there already needs none.",
      default: 'none',
      advanced: true,
    },
    'collector-image': {
      kind: 'string',
      description:
        'The image of the collector, copied to ECR with all its platforms, where isolated subnets can pull it. Empty: none is copied.',
      default: 'public.ecr.aws/aws-observability/aws-otel-collector:v0.49.0',
      staysEmpty: true,
      advanced: true,
    },
    push: {
      kind: 'boolean',
      description: 'With `false` the image is only built, into the local engine; nothing is asked of AWS.',
      default: true,
      advanced: true,
    },
    'secret-files': {
      kind: 'map',
      description:
        'Files for `RUN --mount=type=secret,id=…`, relative to the workspace, by id: `npmrc: .npmrc`. They stay in no layer, and do not count for the content.',
      advanced: true,
    },
    'aws-region': { ...stackInputs['aws-region'], advanced: true },
    timeout: {
      kind: 'duration',
      description: 'After this the run is stopped and fails.',
      default: '30m',
      min: '10s',
      advanced: true,
    },
    ...credentialInputs,
  },
  outputs: {
    'image-uri': {
      description:
        'The image by digest, for `image-uri` of `deploy`: `<registry>/<repository>@sha256:…`. With `push: false` its name in the local engine.',
    },
    digest: { description: 'Digest of the image. With `push: false` its id in the local engine.' },
    tag: { description: 'The tag by content, `content-` and 32 hexadecimal digits.' },
    repository: { description: 'Name of the repository.' },
    'collector-image-uri': { description: 'The copied collector by digest, for `collector-image-uri` of `deploy`.' },
    reused: { description: '`true` when an image of the same content was there and nothing was built.' },
  },
});
