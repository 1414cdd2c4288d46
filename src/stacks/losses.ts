import type { Fault } from '../runner/fault.ts';
import type { ResourceChange } from './cloudformation.ts';
import type { PlannedStack } from './plan.ts';
import { STATEFUL_TYPES } from './stateful-types.ts';

/**
 * The changes that would take data with them and that the user has not allowed, each as a fault on the template's line.
 *
 * @param allowed `LogicalId`, or `<short name>.LogicalId`
 */
export function losses(
  changes: readonly ResourceChange[],
  { shortName, stackName, template }: PlannedStack,
  allowed: readonly string[],
): Fault[] {
  const names = new Set(allowed);
  return changes.flatMap(change => {
    const fate = fateOf(change);
    const { logicalId, type } = change;
    const name = `${shortName}.${logicalId}`;
    if (fate === undefined || names.has(logicalId) || names.has(name)) return [];
    const isInTemplate = Object.hasOwn(template.resources, logicalId);
    return [
      {
        what: `\`${logicalId}\` (${type}) of stack \`${stackName}\` ${fate}`,
        seen: change.details.length > 0 ? `a change of ${change.details.join(', ')}` : undefined,
        fix: `Undo the change; or save what it holds, then name \`${name}\` in input \`allow-replacement\``,
        place: isInTemplate ? template.place(['Resources', logicalId]) : undefined,
      },
    ];
  });
}

/** What becomes of a resource that holds something; `undefined` when it keeps it. */
function fateOf({ action, type, replacement, policyAction }: ResourceChange): string | undefined {
  if (!STATEFUL_TYPES.has(type)) return undefined;
  if (action === 'Remove') {
    if (policyAction === 'Retain') return undefined;
    return policyAction === 'Snapshot'
      ? 'would be deleted, with a snapshot left'
      : 'would be deleted with all it holds';
  }
  if (action !== 'Modify') return undefined;
  if (replacement === 'Conditional') return 'may be replaced by an empty one: only AWS will know, while it updates';
  if (replacement !== 'True') return undefined;
  if (policyAction === 'ReplaceAndRetain') return 'would be replaced by an empty one, the old one left behind';
  return policyAction === 'ReplaceAndSnapshot'
    ? 'would be replaced by an empty one, with a snapshot left'
    : 'would be replaced by an empty one, and all it holds lost';
}
