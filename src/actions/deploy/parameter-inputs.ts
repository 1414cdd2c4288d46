import { type Fault, throwIfAny } from '../../runner/fault.ts';
import type { InputValues } from '../../runner/spec.ts';
import type { GivenValue, PlanInput } from '../../stacks/plan.ts';
import { PARAMETER_INPUTS } from '../../stacks/resolve.ts';
import type { spec } from './spec.ts';

/**
 * Template parameters from inputs, by name; images and boundary have inputs of their own.
 *
 * @throws UserFault when one is given twice
 */
export function parameterInputs(inputs: InputValues<typeof spec.inputs>): PlanInput['values'] {
  const given = Object.entries(inputs.parameters);
  const values = new Map<string, GivenValue>(given.map(([name, value]) => [name, { value, origin: 'parameters' }]));
  const faults: Fault[] = [];
  for (const [parameter, origin] of PARAMETER_INPUTS) {
    const value = inputs[origin];
    if (value === undefined) continue;
    const what = `Inputs \`${origin}\` and \`parameters\` both set parameter \`${parameter}\``;
    const isTwice = [...values.keys()].some(key => key === parameter || key.endsWith(`.${parameter}`));
    if (isTwice) faults.push({ what, fix: 'Remove one of them' });
    values.set(parameter, { value, origin, ...(origin === 'permissions-boundary' && { for: 'AWS::IAM::Role' }) });
  }
  throwIfAny(faults);
  return values;
}
