import { declareAction } from '../../runner/spec.ts';
import { credentialInputs, inProgressInput, stackInputs } from '../shared-inputs.ts';

const image = {
  regex: /^[^\s@]+@sha256:[0-9a-f]{64}$/,
  accepts:
    'an image by digest, `<registry>/<repository>@sha256:<64 hex digits>`: a tag can be moved, and a moved tag rolls nothing out',
};

export const spec = declareAction({
  name: 'deploy',
  title: 'zap-obs deploy',
  description: "Deploys CloudFormation stacks in order, each one's outputs threaded into the next.",
  icon: 'layers',
  color: 'purple',
  hasCleanUp: true,
  inputs: {
    ...stackInputs,
    'image-uri': {
      kind: 'string',
      description: "The application's image, by digest. Sets parameter `ImageUri`.",
      pattern: image,
    },
    'collector-image-uri': {
      kind: 'string',
      description:
        "The ADOT collector's image, by digest, from a registry that the tasks reach. Sets parameter `CollectorImageUri`.",
      pattern: image,
    },
    'permissions-boundary': {
      kind: 'string',
      description:
        'ARN of the permissions boundary of every role that the stacks make. Sets parameter `PermissionsBoundary`; templates without roles need not have it.',
      pattern: {
        regex: /^arn:[\w-]+:iam::(aws|\d{12}):policy\/[\w+=,.@/-]+$/,
        accepts: 'the ARN of a managed policy, `arn:aws:iam::<account>:policy/<name>`',
      },
      advanced: true,
    },
    parameters: {
      kind: 'map',
      description:
        'Template parameters as a YAML or JSON map. `Name` goes to every stack that has it, `<short name>.Name` to one.',
    },
    profile: {
      kind: 'string',
      description:
        'A set of parameters: `lean` or `production` of zap-obs, or a YAML or JSON file of yours, relative to the workspace, in the form of `parameters`, which win over it.',
    },
    'dry-run': {
      kind: 'boolean',
      description: 'Shows what would change, and leaves nothing behind. Images need not be built yet.',
      default: false,
    },
    comment: {
      kind: 'boolean',
      description:
        'Keeps one comment on the pull request: with `dry-run` what it would change, else what the deployment came to. The job needs `permissions: pull-requests: write`; where the token may not write, as on pull requests from forks, the log says so.',
      default: false,
    },
    reachability: {
      kind: 'enum',
      values: ['enforce', 'warn', 'off'],
      description:
        'What happens when the plan shows that tasks cannot reach what they need, such as their image: `enforce` ends the run before anything is written, `warn` says so and goes on, `off` does not look.',
      default: 'enforce',
      advanced: true,
    },
    grafana: {
      kind: 'enum',
      values: ['provision', 'skip'],
      description:
        'What happens to the Amazon Managed Grafana workspace of the stacks, if they have one, once they are up: `provision` gives it data sources and dashboards, `skip` leaves it alone.',
      default: 'provision',
      advanced: true,
    },
    tags: {
      kind: 'map',
      description: 'Tags for every stack and its resources, as a YAML or JSON map.',
      advanced: true,
    },
    'allow-replacement': {
      kind: 'list',
      description:
        'Resources that hold data, such as a database, and may be replaced or deleted all the same: `LogicalId` or `<short name>.LogicalId`.',
      advanced: true,
    },
    'termination-protection': {
      kind: 'enum',
      values: ['on', 'off'],
      description: 'Turns the termination protection of the stacks `on` or `off`. Default: as it is.',
      advanced: true,
    },
    'stack-policy': {
      kind: 'string',
      description:
        'A JSON file, relative to the workspace, with the stack policy for all stacks: what updates may not touch.',
      advanced: true,
    },
    'role-arn': {
      kind: 'string',
      description: 'ARN of the role that CloudFormation itself acts with.',
      pattern: { regex: /^arn:[\w-]+:iam::\d{12}:role\/.+$/, accepts: "a role's ARN" },
      advanced: true,
    },
    'template-bucket': {
      kind: 'string',
      description: 'A bucket for templates that are larger than the 51,200 bytes of a request.',
      pattern: { regex: /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/, accepts: "a bucket's name" },
      advanced: true,
    },
    ...inProgressInput,
    'recreate-failed': {
      kind: 'boolean',
      description:
        'Deletes a stack that never came into being, or was not deleted to its end, to create it again. Never in a dry run.',
      default: true,
      advanced: true,
    },
    'skip-resources': {
      kind: 'list',
      description:
        'Resources that a rollback which failed may leave as they are, `<short name>.<logical id>` each. A run that needs them names them.',
      advanced: true,
    },
    'max-parallel': {
      kind: 'integer',
      description: 'How many stacks may be deployed at once. 1 makes it strictly one after another.',
      default: 4,
      min: 1,
      max: 50,
      advanced: true,
    },
    timeout: {
      kind: 'duration',
      description: 'After this the run is stopped as a cancelled one is, and fails.',
      default: '1h',
      advanced: true,
    },
    'on-failure': {
      kind: 'enum',
      values: ['rollback', 'keep'],
      description:
        'What becomes of a stack that fails: `rollback` takes it back to what it was, `keep` leaves it as it is for you to look at. With `keep`, AWS refuses changes that replace a resource.',
      default: 'rollback',
      advanced: true,
    },
    'on-cancel': {
      kind: 'enum',
      values: ['rollback', 'leave'],
      description:
        'What becomes of what AWS has under way when the job is cancelled or `timeout` is over: with `rollback` updates are taken back and stacks that are still being created are deleted, with `leave` AWS goes on.',
      default: 'rollback',
      advanced: true,
    },
    'github-token': {
      kind: 'string',
      description: 'The token that `comment` writes with.',
      default: '${{ github.token }}',
      staysEmpty: true,
      advanced: true,
    },
    ...credentialInputs,
  },
  outputs: {
    outputs: { description: "JSON: every stack's outputs, `{ short name: { Key: value } }`." },
    stacks: { description: 'JSON: `[{ name, id, action, status, seconds }]`, in the order in which they ran.' },
    changed: { description: '`true` when anything was created or updated.' },
    'load-balancer-url': { description: 'Where the service answers.' },
    'cluster-name': { description: 'The ECS cluster.' },
    'ecs-service-name': { description: 'The ECS service.' },
    'log-groups': { description: 'CloudWatch log groups of the service, one a line.' },
    'metrics-endpoint': { description: 'The Amazon Managed Prometheus workspace, without `/api/v1/…`.' },
    'grafana-url': { description: 'The Amazon Managed Grafana workspace.' },
    dashboards: { description: 'Where the dashboards that zap-obs has put into Grafana are opened, one a line.' },
  },
});
