import { isRecord } from './json-values.ts';
import type { PlannedStack } from './plan.ts';
import type { PlannedParameter } from './sources.ts';

/** A parameter, and the stack that has it. */
interface Origin {
  stack: PlannedStack;
  parameter: PlannedParameter;
}

/** Where a parameter's value is decided: outputs that only pass on a parameter of an earlier stack are followed back to it. */
export function originOf(name: string, stack: PlannedStack, stacks: readonly PlannedStack[]): Origin | undefined {
  const parameter = stack.parameters.find(({ declaration }) => declaration.name === name);
  if (!parameter) return undefined;
  const { source } = parameter;
  const provider = source.kind === 'output' ? stacks.find(({ shortName }) => shortName === source.stack) : undefined;
  const passed = provider && source.kind === 'output' ? passedOn(provider, source.output) : undefined;
  // A provider is always deployed earlier, so that this ends.
  const further = provider && passed !== undefined ? originOf(passed, provider, stacks) : undefined;
  return further ?? { stack, parameter };
}

/** The parameter that an output is and nothing else. */
function passedOn({ template }: PlannedStack, output: string): string | undefined {
  const { Outputs } = template.value;
  const found = isRecord(Outputs) ? Outputs[output] : undefined;
  if (!isRecord(found) || found.Condition !== undefined || !isRecord(found.Value)) return undefined;
  const { Ref } = found.Value;
  return typeof Ref === 'string' && Object.hasOwn(template.parameters, Ref) ? Ref : undefined;
}

/** The name under which a parameter's value can be changed: `P`, or `stack.P` when it is another stack's. */
export function settingOf(name: string, stack: PlannedStack, stacks: readonly PlannedStack[]): string {
  const origin = originOf(name, stack, stacks);
  if (!origin || origin.stack === stack) return name;
  return `${origin.stack.shortName}.${origin.parameter.declaration.name}`;
}

/** Where a value comes from, in words such as "input `parameters`". */
export function sourceWords(name: string, stack: PlannedStack, stacks: readonly PlannedStack[]): string {
  const origin = originOf(name, stack, stacks);
  const source = origin?.parameter.source;
  const setting = `\`${settingOf(name, stack, stacks)}\``;
  switch (source?.kind) {
    case 'input':
      return `${origin?.stack === stack ? '' : `${setting} of `}input \`${source.name}\``;
    case 'stacks-file':
      return `${origin?.stack === stack ? '' : `${setting} of `}the stacks file`;
    case 'default':
      return `the default of ${setting}`;
    case 'output':
      return `output \`${source.stack}.${source.output}\``;
    default:
      return setting;
  }
}

/** "`a`, `b` or `c`" */
export function alternatives(names: readonly string[]): string {
  const quoted = [...new Set(names)].map(name => `\`${name}\``);
  return quoted.length <= 1 ? quoted.join('') : `${quoted.slice(0, -1).join(', ')} or ${quoted.at(-1)}`;
}
