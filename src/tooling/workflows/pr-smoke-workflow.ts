import { credentialInputs } from '../../actions/shared-inputs.ts';
import { spec } from '../../actions/smoke-test/spec.ts';
import { usesOf } from '../toolkit-name.ts';
import { checkoutStep } from './checkout.ts';
import { GENERATED, RUNNER } from './jobs.ts';
import { expression, type StandIns, valueFor } from './values.ts';
import { callInputs } from './workflow-inputs.ts';
import { explained, noted, yamlText } from './yaml-text.ts';

const NOTE = `${GENERATED}

Proves on a pull request, also from a fork, that the service is observable: in containers of the runner, without an account.
It has no secrets, its token may only read, and what it runs is what the pull request brings, with no more rights than that.`;

/** Nothing here speaks to an account, and nothing outlives the job. */
const NOT_OFFERED = ['aws', 'aws-region', 'keep', ...Object.keys(credentialInputs)];

const INPUTS = Object.fromEntries(Object.entries(spec.inputs).filter(([name]) => !NOT_OFFERED.includes(name)));

const STAND_INS: StandIns = {
  variables: {},
  uncalled: { expectations: 'zap-app/telemetry.yaml' },
  calledBy: 'timeout',
};

/** `.github/workflows/pr-smoke.yml`. @param pinned the text of the workflow in which the commit of actions/checkout stands */
export function prSmokeWorkflow(pinned: string): string {
  const output = (name: string, holder: string) => [name, expression(`${holder}.outputs.${name}`)] as const;
  return yamlText(NOTE, {
    name: 'Smoke test',
    on: {
      pull_request: {},
      workflow_call: {
        inputs: callInputs(INPUTS),
        outputs: {
          passed: { description: spec.outputs.passed.description, value: output('passed', 'jobs.smoke')[1] },
        },
      },
    },
    permissions: {},
    concurrency: explained('A push to the pull request makes the run before it worthless.', {
      group: `zap-obs smoke ${expression('github.workflow')} ${expression('github.ref')} ${expression('inputs.compose-file')} ${expression('inputs.expectations')}`,
      'cancel-in-progress': true,
    }),
    jobs: {
      smoke: {
        name: 'smoke',
        'runs-on': RUNNER,
        permissions: { contents: noted('read', 'to check out') },
        outputs: Object.fromEntries([output('passed', 'steps.smoke')]),
        steps: [
          checkoutStep(pinned),
          {
            id: 'smoke',
            uses: usesOf('actions/smoke-test'),
            with: Object.fromEntries(Object.keys(INPUTS).map(name => [name, expression(valueFor(name, STAND_INS))])),
          },
        ],
      },
    },
  });
}
