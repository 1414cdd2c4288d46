import type { Clock } from '../runner/clock.ts';
import { UserFault } from '../runner/fault.ts';
import type { ChangeSet, ChangeSetRequest, CloudFormation } from './cloudformation.ts';
import { type FollowOptions, untilAnswered } from './follow.ts';

/** Reasons with which CloudFormation fails a change set that would change nothing. */
const NO_CHANGES = /didn't contain changes|No updates are to be performed/;

/** What CloudFormation made of a change set. */
export type Prepared = { kind: 'ready'; changeSet: ChangeSet } | { kind: 'no-changes' };

/**
 * Waits until CloudFormation has worked out a change set.
 *
 * @throws UserFault when CloudFormation refuses it; the signal's reason when that aborts first
 */
export async function awaitChangeSet(
  cloudFormation: Pick<CloudFormation, 'describeChangeSet'>,
  id: string,
  { stackName }: Pick<ChangeSetRequest, 'stackName'>,
  options: FollowOptions,
): Promise<Prepared> {
  const { clock, signal } = options;
  // It takes seconds at AWS and next to nothing on a local one: the pause grows by half, from 0.1 s to 2 s.
  for (let pause = 100; ; pause = Math.min(pause * 1.5, 2000)) {
    signal.throwIfAborted();
    const changeSet = await untilAnswered(() => cloudFormation.describeChangeSet(id), options);
    if (changeSet.status === 'CREATE_COMPLETE') return { kind: 'ready', changeSet };
    if (changeSet.status === 'FAILED') {
      const reason = changeSet.statusReason ?? 'CloudFormation gave no reason';
      if (NO_CHANGES.test(reason)) return { kind: 'no-changes' };
      throw new UserFault({
        what: `CloudFormation refused the changes to stack \`${stackName}\``,
        seen: reason,
        fix: 'Mend the template or the parameters and run again',
      });
    }
    await clock.sleep(pause, signal);
  }
}

/**
 * A name that no other run uses, so that leftovers never stand in the way. It doubles as the token of the request and of
 * the execution.
 */
export function uniqueName(clock: Clock, random: () => number): string {
  const time = new Date(clock.now()).toISOString().replaceAll(/[-:]|\..*/g, '');
  return `zap-obs-${time}-${Math.floor(random() * 2 ** 32)
    .toString(16)
    .padStart(8, '0')}`;
}
