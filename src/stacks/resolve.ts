import type { Fault } from '../runner/fault.ts';
import { isStanding } from './classify.ts';
import type { DeployedStack, ParameterValue } from './cloudformation.ts';
import { refusal } from './parameter-check.ts';
import type { PlannedStack } from './plan.ts';
import { knownValue, type ParameterSource, type PlannedParameter, shown } from './sources.ts';
import type { Lookup } from './stacks-file.ts';

/** What earlier stacks and lookups have given so far. */
export interface Pool {
  /** The outputs of stacks that are deployed, by short name. */
  outputs: ReadonlyMap<string, Readonly<Record<string, string>>>;
  lookups: ReadonlyMap<Lookup, string>;
}

/** One parameter's value, or `undefined` when nothing gives it one. */
export function resolve(
  { declaration, source }: PlannedParameter,
  pool: Pool,
  deployed: DeployedStack | undefined,
): ParameterValue | undefined {
  const value = knownValue(source) ?? provided(source, pool);
  if (value !== undefined) return { value };
  // An output may be absent because its condition is false: the template's default is meant for that.
  if (source.kind === 'output' && declaration.default !== undefined) return { value: declaration.default };
  return isStanding(deployed) && Object.hasOwn(deployed.parameters, declaration.name)
    ? { usePrevious: true }
    : undefined;
}

function provided(source: ParameterSource, pool: Pool): string | undefined {
  if (source.kind === 'output') {
    const outputs = pool.outputs.get(source.stack) ?? {};
    return Object.hasOwn(outputs, source.output) ? outputs[source.output] : undefined;
  }
  return source.kind === 'lookup' ? pool.lookups.get(source.lookup) : undefined;
}

/**
 * What keeps a parameter from its value: nothing gives it one, or the template refuses it.
 *
 * @param isProviderDone the stack that it comes from is deployed, so that the output is known to be absent
 */
export function valueFaults(
  parameter: PlannedParameter,
  value: ParameterValue | undefined,
  stack: PlannedStack,
  isProviderDone: boolean,
): Fault[] {
  const { declaration, source } = parameter;
  const place = stack.template.place(['Parameters', declaration.name]);
  if (value === undefined) return [{ ...missing(parameter, stack, isProviderDone), place }];
  const accepted = 'value' in value ? refusal(declaration, value.value) : undefined;
  if (accepted === undefined || !('value' in value)) return [];
  const origin = source.kind === 'output' ? `output \`${source.stack}.${source.output}\`` : source.kind;
  const what = `Parameter \`${declaration.name}\` of stack \`${stack.shortName}\` refuses the value of ${origin}`;
  return [{ what, seen: shown(declaration, value.value), fix: `Accepted: ${accepted}`, place }];
}

function missing({ declaration, source }: PlannedParameter, stack: PlannedStack, isProviderDone: boolean): Fault {
  const { name } = declaration;
  const give = `give \`${stack.shortName}.${name}\` in input \`parameters\``;
  if (source.kind === 'output') {
    const what = `Stack \`${stack.shortName}\` needs \`${name}\` from stack \`${source.stack}\`, which has no output \`${source.output}\` now`;
    const cause = isProviderDone ? `See whether a condition keeps that output away` : `Deploy \`${source.stack}\` too`;
    return { what, fix: `${cause}, or ${give}` };
  }
  const input = PARAMETER_INPUTS.get(name);
  return {
    what: `Parameter \`${name}\` of stack \`${stack.shortName}\` has no value`,
    seen: 'no input, no entry in the stacks file, no earlier output, no default, no deployed value',
    fix: input ? `Give input \`${input}\`` : `Give \`${name}\` in input \`parameters\``,
  };
}

/** Parameters whose values build-push puts out. */
const IMAGES = [
  ['ImageUri', 'image-uri'],
  ['CollectorImageUri', 'collector-image-uri'],
] as const;

/** Parameters that have an input of their own. */
export const PARAMETER_INPUTS: ReadonlyMap<string, (typeof IMAGES)[number][1] | 'permissions-boundary'> = new Map([
  ...IMAGES,
  ['PermissionsBoundary', 'permissions-boundary'],
]);

/**
 * Whether nothing but a build can tell the value: a dry run before the first one does without.
 *
 * @param value at AWS; left out where AWS was not asked
 */
export function isToBeBuilt({ declaration, source }: PlannedParameter, value?: ParameterValue): boolean {
  return value === undefined && source.kind === 'deployed' && IMAGES.some(([name]) => name === declaration.name);
}
