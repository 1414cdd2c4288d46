import { spec } from '../../actions/teardown/spec.ts';
import type { InputSpec } from '../../runner/spec.ts';
import { usesOf } from '../toolkit-name.ts';
import { checkoutStep } from './checkout.ts';
import { AWS_PERMISSIONS, environmentInput, GENERATED, IN_ENVIRONMENT, onePrefixAtATime, RUNNER } from './jobs.ts';
import { expression, type StandIns, VARIABLES, valueFor } from './values.ts';
import { callInputs, dispatchInputs, type Inputs, inputsNamed, withoutDefault } from './workflow-inputs.ts';
import { type Plain, yamlText } from './yaml-text.ts';

const NOTE = `${GENERATED}

Shows what would be deleted and what would stay behind, in a job of its own, and then deletes the stacks of a prefix. Whoever
starts it types the prefix twice. With reviewers in the environment, the second job waits until one has read the first.`;

/** What is deleted is said, not assumed. */
const { 'stack-prefix': _prefix, ...variables } = VARIABLES;
const STAND_INS: StandIns = { variables, uncalled: {}, calledBy: 'environment' };

/** The inventory is a run with `dry-run`, and the teardown is one without. */
const { 'dry-run': _, confirm, ...offered } = spec.inputs;

const INPUTS: Inputs = {
  ...offered,
  'stack-prefix': { ...withoutDefault(spec.inputs['stack-prefix']), required: true } as InputSpec,
  confirm: { ...confirm, required: true },
  ...environmentInput,
};

/** What a person fills in. */
const FORM = ['stack-prefix', 'confirm', 'aws-region', 'environment', 'delete-repositories', 'force'];

/** `.github/workflows/teardown.yml`. @param pinned the text of the workflow in which the commit of actions/checkout stands */
export function teardownWorkflow(pinned: string): string {
  const checkout = checkoutStep(pinned);
  return yamlText(NOTE, {
    name: 'Teardown',
    on: {
      workflow_dispatch: { inputs: dispatchInputs(inputsNamed(FORM, INPUTS)) },
      workflow_call: {
        inputs: callInputs(INPUTS),
        outputs: Object.fromEntries(
          Object.entries(spec.outputs).map(([name, { description }]) => [
            name,
            { description, value: expression(`jobs.teardown.outputs.${name}`) },
          ]),
        ),
      },
    },
    permissions: {},
    concurrency: onePrefixAtATime(),
    jobs: {
      inventory: {
        name: 'inventory',
        'runs-on': RUNNER,
        environment: IN_ENVIRONMENT,
        permissions: AWS_PERMISSIONS,
        steps: [checkout, stepOf({ 'dry-run': true, confirm: undefined })],
      },
      teardown: {
        name: 'teardown',
        needs: 'inventory',
        'runs-on': RUNNER,
        environment: IN_ENVIRONMENT,
        permissions: AWS_PERMISSIONS,
        outputs: Object.fromEntries(
          Object.keys(spec.outputs).map(name => [name, expression(`steps.teardown.outputs.${name}`)]),
        ),
        steps: [checkout, stepOf({})],
      },
    },
  });
}

function stepOf(instead: Record<string, Plain | undefined>): Plain {
  const passed = Object.keys(INPUTS).filter(name => name in spec.inputs);
  return {
    id: 'teardown',
    uses: usesOf('actions/teardown'),
    with: { ...Object.fromEntries(passed.map(name => [name, expression(valueFor(name, STAND_INS))])), ...instead },
  };
}
