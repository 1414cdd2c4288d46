import type { Fault } from '../runner/fault.ts';
import type { Verdict } from './classify.ts';
import type { DeployedStack } from './cloudformation.ts';

/** What is wrong with a stack's status, if anything: it can be known before the first write. */
export function statusFaults(stackName: string, verdict: Verdict | undefined): Fault[] {
  if (verdict?.kind === 'busy') {
    const what = `Another operation is going on with stack \`${stackName}\``;
    return [{ what, seen: verdict.status, fix: 'Wait for its end, then run again' }];
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
