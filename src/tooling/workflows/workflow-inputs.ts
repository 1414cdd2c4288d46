// Inputs of workflows, as `on.workflow_call` and `on.workflow_dispatch` declare them, from the specs of the actions.
import type { InputSpec } from '../../runner/spec.ts';
import type { Plain } from './yaml-text.ts';

export type Inputs = Readonly<Record<string, InputSpec>>;

/** For callers. There are no choices here; the action that takes the value checks it, and its description has them. */
export function callInputs(inputs: Inputs): Plain {
  return mapped(inputs, input => ({
    description: input.description,
    type: input.kind === 'boolean' ? 'boolean' : input.kind === 'integer' ? 'number' : 'string',
    required: isRequired(input),
    default: defaultOf(input),
  }));
}

/** For people, who fill in a form. */
export function dispatchInputs(inputs: Inputs): Plain {
  return mapped(inputs, input => ({
    description: input.description,
    type: input.kind === 'boolean' ? 'boolean' : input.kind === 'enum' ? 'choice' : 'string',
    ...(input.kind === 'enum' && { options: input.values }),
    required: isRequired(input),
    default: defaultOf(input),
  }));
}

/** Some of the inputs, in the order of the names. */
export function inputsNamed(names: readonly string[], inputs: Inputs): Record<string, InputSpec> {
  return Object.fromEntries(
    names.map(name => {
      const input = inputs[name];
      if (input === undefined) throw new Error(`there is no input ${name}`);
      return [name, input];
    }),
  );
}

export function withoutDefault(input: InputSpec): InputSpec {
  const { default: _, ...rest } = input as InputSpec & { default?: unknown };
  return rest as InputSpec;
}

function mapped(inputs: Inputs, render: (input: InputSpec) => Plain): Plain {
  return Object.fromEntries(Object.entries(inputs).map(([name, input]) => [name, render(input)]));
}

function isRequired(input: InputSpec): boolean {
  return 'required' in input && input.required === true;
}

function defaultOf(input: InputSpec): string | number | boolean | undefined {
  return 'default' in input ? input.default : undefined;
}
