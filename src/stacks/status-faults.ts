import type { Fault } from '../runner/fault.ts';
import type { Verdict } from './classify.ts';
import type { DeployedStack } from './cloudformation.ts';

/** What may be done about a stack that is not at rest, or not in order. */
export interface RecoveryOptions {
  /** `fail`: another operation on a stack is an error; `wait`: it is watched to its end. */
  inProgress: 'wait' | 'fail';
  /** Whether a stack that never came into being may be deleted, to be created again. */
  recreateFailed: boolean;
  /** `<short name>.<logical id>` of resources that a rollback may leave as they are. */
  skipResources: readonly string[];
}

/** What is wrong with a stack's status, if anything: it can be known before the first write. */
export function statusFaults(
  stackName: string,
  verdict: Verdict | undefined,
  { inProgress, recreateFailed }: Pick<RecoveryOptions, 'inProgress' | 'recreateFailed'>,
): Fault[] {
  if (verdict?.kind === 'busy' && inProgress === 'fail') {
    const what = `Another operation is going on with stack \`${stackName}\``;
    const fix = 'Wait for its end and run again, or let `in-progress: wait` do so';
    return [{ what, seen: verdict.status, fix }];
  }
  if (verdict?.kind === 'recreate' && !recreateFailed) {
    const what = `Stack \`${stackName}\` cannot be updated as it is, and input \`recreate-failed\` keeps it from being replaced`;
    const fix = 'Take it away with `teardown`, or give `recreate-failed: true`';
    return [{ what, seen: verdict.status, fix }];
  }
  if (verdict?.kind === 'stuck') {
    const what = `Stack \`${stackName}\` cannot be updated as it is`;
    return [{ what, seen: verdict.status, fix: verdict.advice }];
  }
  return [];
}

/** Termination protection is the user's to turn off. */
export function protectionFaults({ name, terminationProtection }: DeployedStack): Fault[] {
  if (!terminationProtection) return [];
  const command = `aws cloudformation update-termination-protection --no-enable-termination-protection --stack-name ${name}`;
  return [
    { what: `Termination protection is on for stack \`${name}\``, fix: `Turn it off (${command}), then run again` },
  ];
}
