import type { InputSpecs } from '../runner/spec.ts';

/** Which stacks, and where: every action that speaks of stacks has these. */
export const stackInputs = {
  'stack-prefix': {
    kind: 'string',
    description: 'Stack names start with this: `<prefix>-vpc-alb`, `<prefix>-monitoring`, `<prefix>-ecs-app`.',
    default: 'ecs-adot-amp-amg',
    pattern: {
      regex: /^[a-zA-Z][a-zA-Z0-9-]{0,99}$/,
      accepts: 'a letter, then up to 99 letters, digits and hyphens, as CloudFormation wants of stack names',
    },
  },
  'aws-region': {
    kind: 'string',
    description: "The AWS region. Default: the environment's (`AWS_REGION`, `AWS_DEFAULT_REGION`), else `us-east-1`.",
    pattern: { regex: /^[a-z]{2,}(-[a-z]+)+-\d+$/, accepts: 'a region such as `eu-central-1`' },
  },
  'stacks-file': {
    kind: 'string',
    description:
      'The file that lists the stacks, relative to the workspace. Default: the three stacks that zap-obs brings. Templates are named relative to this file.',
  },
  only: {
    kind: 'list',
    description: 'Short names of the stacks to work on, separated by commas. Default: all.',
    advanced: true,
  },
} as const satisfies InputSpecs;

/** What happens to stacks that somebody else works on. */
export const inProgressInput = {
  'in-progress': {
    kind: 'enum',
    values: ['wait', 'fail'],
    description:
      'What happens when another operation is going on with a stack: `wait` shows its events, and goes on from a fresh look when it has ended; `fail` ends the run before anything is written. A dry run waits for nothing.',
    default: 'wait',
    advanced: true,
  },
} as const satisfies InputSpecs;

/** Whose rights are used. */
export const credentialInputs = {
  'role-to-assume': {
    kind: 'string',
    description:
      "ARN of a role to assume with the runner's OIDC token (`permissions: id-token: write`). Renewed while the run lasts and never exported. Default: the credentials that the job has.",
    pattern: {
      regex: /^arn:[\w-]+:iam::\d{12}:role\/.+$/,
      accepts: "a role's ARN such as `arn:aws:iam::123456789012:role/deploy`",
    },
    advanced: true,
  },
  'role-session-name': {
    kind: 'string',
    description: 'The session name that CloudTrail shows.',
    default: 'zap-obs',
    pattern: { regex: /^[\w+=,.@-]{2,64}$/, accepts: '2 to 64 letters, digits and `+=,.@-_`' },
    advanced: true,
  },
  'role-duration': {
    kind: 'duration',
    description: 'How long each set of credentials lasts, at most what the role allows.',
    default: '1h',
    // What STS takes for a role: https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRoleWithWebIdentity.html
    min: '15m',
    max: '12h',
    advanced: true,
  },
} as const satisfies InputSpecs;
