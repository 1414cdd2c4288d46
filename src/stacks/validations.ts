import type { Cause, Validation as ShownValidation } from '../report/result.ts';
import { advise } from './advice.ts';
import type { Validation } from './cloudformation.ts';
import type { PlannedStack } from './plan.ts';

/** What early validation warns of, with the template's lines. */
export function shownWarnings(validations: readonly Validation[], stack: PlannedStack): ShownValidation[] {
  return validations.map(validation => {
    const { logicalId, type, reason } = validation;
    return { logicalId, type, reason, place: placeOf(validation, stack) };
  });
}

/** All that early validation refuses: the first is the cause, the others stand in the way too. */
export function refusalCauses(
  validations: readonly Validation[],
  stack: PlannedStack,
): { cause: Cause | undefined; furtherCauses: Cause[] } {
  const [cause, ...furtherCauses] = validations.map((validation): Cause => {
    const { logicalId, type, reason } = validation;
    const advice = advise(reason, type);
    return { logicalId, type, status: 'VALIDATION_FAILED', reason, advice, place: placeOf(validation, stack) };
  });
  return { cause, furtherCauses };
}

/** A validation's path names the template's: `/Resources/Bucket/Properties`. */
function placeOf({ logicalId, path }: Validation, { template }: PlannedStack): Cause['place'] {
  if (!Object.hasOwn(template.resources, logicalId)) return undefined;
  return template.place(path.startsWith('/Resources/') ? path.slice(1).split('/') : ['Resources', logicalId]);
}
