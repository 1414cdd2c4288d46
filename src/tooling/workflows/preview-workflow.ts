import { spec } from '../../actions/deploy/spec.ts';
import type { InputSpec } from '../../runner/spec.ts';
import { usesOf } from '../toolkit-name.ts';
import { checkoutStep } from './checkout.ts';
import { AWS_PERMISSIONS, GENERATED, prefixExpression, prefixInput, RUNNER, regionExpression } from './jobs.ts';
import { expression, type StandIns, VARIABLES, valueFor } from './values.ts';
import { callInputs } from './workflow-inputs.ts';
import { explained, noted, type Plain, yamlText } from './yaml-text.ts';

const NOTE = `${GENERATED}

Tells on a pull request what merging it would change at AWS, in a comment and in the job summary, and changes nothing. Its role
trusts pull requests, and can plan and look only: cloudformation/bootstrap-preview.yaml makes it. The job runs in no environment,
whose name would stand in the place of the pull request in its OIDC token.`;

/** What the workflow decides itself, the role that a preview has not to hand over, and what matters only to a deployment. */
const NOT_OFFERED = ['dry-run', 'comment', 'github-token', 'role-arn', 'grafana', 'on-failure', 'on-cancel'];

const INPUTS: Record<string, InputSpec> = {
  ...Object.fromEntries(Object.entries(spec.inputs).filter(([name]) => !NOT_OFFERED.includes(name))),
  'stack-prefix': prefixInput,
};

const ROLE = 'vars.AWS_PREVIEW_ROLE_ARN';

const STAND_INS: StandIns = {
  variables: { ...VARIABLES, 'role-to-assume': ROLE },
  uncalled: {},
  calledBy: 'timeout',
};

const value = (name: string) => valueFor(name, STAND_INS);

/**
 * A fork's job gets neither an OIDC token nor one that may write, and a repository that has no role yet is to be green; under act,
 * a local AWS is enough.
 */
const IS_WANTED = `github.event.pull_request.head.repo.full_name == github.repository && ((${value('role-to-assume')}) != '' || vars.AWS_ENDPOINT_URL != '')`;

/** `.github/workflows/preview.yml`. @param pinned the text of the workflow in which the commit of actions/checkout stands */
export function previewWorkflow(pinned: string): string {
  return yamlText(NOTE, {
    name: 'Preview',
    on: {
      pull_request: {},
      workflow_call: {
        inputs: callInputs(INPUTS),
        outputs: {
          stacks: { description: spec.outputs.stacks.description, value: expression('jobs.preview.outputs.stacks') },
        },
      },
    },
    permissions: {},
    concurrency: oneOfAPullRequest(),
    jobs: {
      preview: {
        name: 'preview',
        if: IS_WANTED,
        'runs-on': RUNNER,
        permissions: { ...(AWS_PERMISSIONS as object), 'pull-requests': noted('write', 'to keep the comment') },
        outputs: { stacks: expression('steps.preview.outputs.stacks') },
        steps: [
          checkoutStep(pinned),
          {
            id: 'preview',
            uses: usesOf('deploy'),
            with: {
              ...Object.fromEntries(Object.keys(INPUTS).map(name => [name, expression(value(name))])),
              'dry-run': true,
              comment: true,
            },
          },
        ],
      },
    },
  });
}

/** What tells two comments on a pull request apart tells their runs apart, too. */
function oneOfAPullRequest(): Plain {
  const about = [
    'github.event.pull_request.number',
    prefixExpression,
    regionExpression,
    value('role-to-assume'),
    'inputs.stacks-file',
    'inputs.only',
  ];
  return explained(
    'A push makes the run before it worthless. What it has begun it takes away when it is cancelled; a change set that is left all\nthe same is never executed, and keeps nobody from deploying.',
    { group: `zap-obs preview ${about.map(expression).join(' ')}`, 'cancel-in-progress': true },
  );
}
