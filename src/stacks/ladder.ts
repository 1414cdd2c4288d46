import type { Blocker } from './blockers.ts';

/** What a deletion may do beyond asking for it. */
export interface Allowed {
  /** Delete a stack without what cannot be deleted. */
  force: boolean;
  /** Delete images, and repositories that belong to the prefix. */
  deleteRepositories: boolean;
  /** How long in all to wait for what passes by itself, in milliseconds. */
  patience: number;
}

/** How far the deletion of a stack has come. */
export interface Climb {
  /** In which the last attempt ended. */
  status: string;
  /** What the last attempt failed at. */
  blockers: readonly Blocker[];
  /** Logical ids of the stack itself that failed in the last attempt. */
  failed: readonly string[];
  /** Names of the repositories that were emptied. */
  emptied: ReadonlySet<string>;
  /** Pauses so far, and their sum in milliseconds. */
  pauses: number;
  waited: number;
  /** What the last attempt was told to leave behind. */
  left: 'nothing' | 'what failed' | 'whatever fails';
}

/** The next step of a deletion. */
export type Rung =
  | { step: 'done' }
  /** Somebody else has to do something. */
  | { step: 'stop' }
  | { step: 'empty'; repositories: readonly Blocker[] }
  | { step: 'wait'; pause: number; because: Blocker }
  /** Delete the stack without these resources. */
  | { step: 'leave'; logicalIds: readonly string[] }
  /** Delete the stack without whatever cannot be deleted. */
  | { step: 'leave whatever fails' };

const FIRST_PAUSE = 15_000;
const LONGEST_PAUSE = 300_000;

/**
 * Which step comes next: the gentlest that can help. First what is ours to remove, then patience, and last, by force only, to
 * leave behind what failed: by name at first, so that nothing else stays, and whatever fails when more turned out to.
 *
 * RetainResources and FORCE_DELETE_STACK are for stacks in DELETE_FAILED alone:
 * https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_DeleteStack.html
 */
export function nextRung(climb: Climb, { force, deleteRepositories, patience }: Allowed): Rung {
  const { status, blockers, failed, emptied, pauses, waited, left } = climb;
  if (status === 'DELETE_COMPLETE') return { step: 'done' };
  const isHopeless = left === 'whatever fails' || blockers.some(({ remedy }) => remedy === 'importer');
  // Nothing is forced before it is known what that would leave behind.
  if (status !== 'DELETE_FAILED' || isHopeless || blockers.length === 0) return { step: 'stop' };
  const isOurs = ({ remedy, physicalId }: Blocker) =>
    remedy === 'images' && deleteRepositories && !emptied.has(physicalId);
  const repositories = blockers.filter(isOurs);
  if (repositories.length > 0) return { step: 'empty', repositories };
  const passing = blockers.find(({ remedy }) => remedy === 'time');
  // Without force, waiting is worth nothing when the deletion would fail at something else anyway.
  const isWorthIt = force || blockers.every(({ remedy }) => remedy === 'time');
  const pause = Math.min(FIRST_PAUSE * 2 ** pauses, LONGEST_PAUSE, patience - waited);
  if (passing && isWorthIt && pause > 0) return { step: 'wait', pause, because: passing };
  if (!force) return { step: 'stop' };
  return left === 'nothing' ? { step: 'leave', logicalIds: failed } : { step: 'leave whatever fails' };
}
