// What the jobs of the generated workflows have in common.
import { stackInputs } from '../../actions/shared-inputs.ts';
import type { InputSpec } from '../../runner/spec.ts';
import { expression, VARIABLES } from './values.ts';
import { withoutDefault } from './workflow-inputs.ts';
import { explained, noted, type Plain } from './yaml-text.ts';

export const GENERATED =
  'Generated from the specs of the actions in src/actions by `npm run generate`; edit those, or src/tooling/workflows.';

export const RUNNER = 'ubuntu-latest';

/** For a job that assumes a role. */
export const AWS_PERMISSIONS: Plain = {
  contents: noted('read', 'to check out'),
  'id-token': noted('write', 'to assume a role of AWS, without stored keys'),
};

/** The environment in which jobs run that speak to AWS. */
export const environmentInput = {
  environment: {
    kind: 'string',
    description:
      'The environment of GitHub in which the jobs run: its protection rules hold, and roles may ask for it.',
    default: 'production',
  },
} as const satisfies Readonly<Record<string, InputSpec>>;

const ENVIRONMENT = expression(`inputs.environment || '${environmentInput.environment.default}'`);

/**
 * For a job that roles see in the environment. GitHub counts it as a deployment, too: `deployment: false`, which it has had since
 * 2026, is refused by act 0.2.87 and by older servers.
 */
export const IN_ENVIRONMENT: Plain = ENVIRONMENT;

/** For the jobs that show it: the last one in the environment is what GitHub shows of it. */
export function deployedTo(url: string): Plain {
  return { name: ENVIRONMENT, url };
}

/** For groups: what a run is about, whoever started it. */
export const prefixExpression = `inputs.stack-prefix || ${VARIABLES['stack-prefix']} || '${stackInputs['stack-prefix'].default}'`;
export const regionExpression = `inputs.aws-region || ${VARIABLES['aws-region']}`;

/** Left empty, the prefix is what the variable says. */
export const prefixInput: InputSpec = {
  ...withoutDefault(stackInputs['stack-prefix']),
  description: `${stackInputs['stack-prefix'].description} Default: the variable \`STACK_PREFIX\`, else \`${stackInputs['stack-prefix'].default}\`.`,
};

/**
 * One group for everything that changes the stacks of a prefix. The environment stands for the account, and for a region that only
 * its own variables name: those are not known here.
 */
export function onePrefixAtATime(): Plain {
  return explained(
    'Deployments and teardowns of one prefix wait for one another, and nothing that AWS has begun is cut off. One waits at a time:\nwhat comes later takes its place.',
    {
      group: `zap-obs ${ENVIRONMENT} ${expression(prefixExpression)} ${expression(regionExpression)}`,
      'cancel-in-progress': false,
    },
  );
}
