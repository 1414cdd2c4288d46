import type { Fault } from '../runner/fault.ts';
import { isStanding } from './classify.ts';
import type { DeployedStack, ParameterValue } from './cloudformation.ts';
import { refusal } from './parameter-check.ts';
import { knownValue, type ParameterSource, type PlannedParameter, type PlannedStack, shown } from './plan.ts';
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
  if (source.kind === 'output') return pool.outputs.get(source.stack)?.[source.output];
  return source.kind === 'lookup' ? pool.lookups.get(source.lookup) : undefined;
}

/** The fault of a parameter that nothing gives a value. */
export function missing({ declaration, source }: PlannedParameter, stack: PlannedStack): Fault {
  const { name } = declaration;
  const place = stack.template.place(['Parameters', name]);
  if (source.kind === 'output') {
    return {
      what: `Stack \`${stack.shortName}\` needs \`${name}\` from stack \`${source.stack}\`, which has no output \`${source.output}\` now`,
      fix: `Deploy \`${source.stack}\` with this run (input \`only\` leaves it out) or give \`${stack.shortName}.${name}\` in input \`parameters\``,
      place,
    };
  }
  const input = IMAGE_INPUTS.get(name);
  return {
    what: `Parameter \`${name}\` of stack \`${stack.shortName}\` has no value`,
    seen: 'no input, no entry in the stacks file, no earlier output, no default, no deployed value',
    fix: input ? `Give input \`${input}\`` : `Give \`${name}\` in input \`parameters\``,
    place,
  };
}

/** Parameters that have an input of their own. */
export const IMAGE_INPUTS: ReadonlyMap<string, 'image-uri' | 'collector-image-uri'> = new Map([
  ['ImageUri', 'image-uri'],
  ['CollectorImageUri', 'collector-image-uri'],
]);

/** The fault, if any, of a value that the template refuses. */
export function refused({ declaration, source }: PlannedParameter, value: string, stack: PlannedStack): Fault[] {
  const accepted = refusal(declaration, value);
  if (accepted === undefined) return [];
  const origin = source.kind === 'output' ? `output \`${source.stack}.${source.output}\`` : source.kind;
  return [
    {
      what: `Parameter \`${declaration.name}\` of stack \`${stack.shortName}\` refuses the value of ${origin}`,
      seen: shown(declaration, value),
      fix: `Accepted: ${accepted}`,
      place: stack.template.place(['Parameters', declaration.name]),
    },
  ];
}
