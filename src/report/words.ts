import { consoleOrigin, resourceLink } from './console-links.ts';
import type { RunResult, StackAction, StackResult } from './result.ts';

/** A span of time for people: `0.4 s`, `12 s`, `3 min 05 s`, `1 h 02 min`. */
export function duration(milliseconds: number): string {
  if (milliseconds < 9950) return `${(milliseconds / 1000).toFixed(1)} s`;
  const seconds = Math.round(milliseconds / 1000);
  if (seconds < 60) return `${seconds} s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ${twoDigits(seconds % 60)} s`;
  return `${Math.floor(seconds / 3600)} h ${twoDigits(Math.floor((seconds % 3600) / 60))} min`;
}

function twoDigits(number: number): string {
  return String(number).padStart(2, '0');
}

export function count(number: number, noun: string, plural = `${noun}s`): string {
  return `${number} ${number === 1 ? noun : plural}`;
}

const DONE: Readonly<Record<StackAction, string>> = {
  create: 'created',
  recreate: 'recreated',
  recover: 'recovered',
  update: 'updated',
  none: 'unchanged',
  delete: 'deleted',
  absent: 'does not exist',
  unknown: 'done',
};
const PLANNED: Readonly<Record<StackAction, string>> = {
  create: 'would be created',
  recreate: 'would be recreated',
  recover: 'would be recovered, then may change',
  update: 'would be updated',
  none: 'unchanged',
  delete: 'would be deleted',
  absent: 'does not exist',
  unknown: 'may change',
};

/** How a stack ended, in words: `updated`, `would be created`, `failed (UPDATE_ROLLBACK_COMPLETE)`. */
export function ending({ action, outcome, status, left, timeline }: StackResult): string {
  if (outcome === 'done') return DONE[action];
  if (outcome === 'planned') return PLANNED[action];
  if (outcome === 'skipped') return 'not started';
  const state = status ? ` (${status})` : '';
  // Its status is the one that it had.
  if (outcome === 'failed' && timeline.length === 0 && /^(CREATE|UPDATE|IMPORT)_COMPLETE$/.test(status ?? ''))
    return `failed before any change${state}`;
  if (outcome === 'failed') return `failed${state}`;
  return left ? `interrupted${state}` : `interrupted; AWS goes on${state}`;
}

/** Why a stack came to what it is, and for one that was left under way what comes next. */
export function explanation({ reason = '', left }: StackResult): string {
  return left ? `${reason}: ${left.next}. ${left.fix}` : reason;
}

/**
 * How to go on with a stack that failed and was left as it is; nothing for others. RollbackStack takes both states back:
 * https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_RollbackStack.html
 */
export function onKeeping({ outcome, status, stackName }: StackResult): string | undefined {
  if (outcome !== 'failed' || !/^(CREATE|UPDATE)_FAILED$/.test(status ?? '')) return undefined;
  const next = status === 'CREATE_FAILED' ? 'deletes it and creates it again' : 'takes this update back first';
  return `What stands of it stays for you to look at; a new run ${next}. To do so by hand, aws cloudformation rollback-stack --stack-name ${stackName}`;
}

/** `3 added, 1 changed, 1 replaced, 2 removed`; empty when nothing changes. */
export function changeCounts({ changes }: Pick<StackResult, 'changes'>): string {
  const number = (action: string, replacement?: string) =>
    changes.filter(
      change => change.action === action && (!replacement || (change.replacement ?? 'False') === replacement),
    ).length;
  const counts: [string, number][] = [
    ['added', number('Add')],
    ['changed', number('Modify', 'False')],
    ['replaced', number('Modify', 'True')],
    ['changed or replaced', number('Modify', 'Conditional')],
    ['removed', number('Remove')],
    ['kept', number('Keep')],
  ];
  return counts.flatMap(([word, number]) => (number > 0 ? [`${number} ${word}`] : [])).join(', ');
}

/** The whole run in one sentence. */
export function headline({ operation, prefix, dryRun, stacks, ...run }: RunResult): string {
  const time = duration(run.duration);
  const having = (outcome: StackResult['outcome']) => stacks.filter(stack => stack.outcome === outcome);
  const failed = having('failed').map(({ shortName }) => shortName);
  if (failed.length > 0) return `${operation} of ${prefix} failed at ${failed.join(', ')} after ${time}`;
  if (having('interrupted').length > 0) return `${operation} of ${prefix} was interrupted after ${time}`;
  if (having('skipped').length > 0) {
    const done = stacks.length - having('skipped').length;
    return `${operation} of ${prefix} was stopped after ${done} of ${count(stacks.length, 'stack')}`;
  }
  const touched = stacks.filter(({ action }) => action !== 'none' && action !== 'absent').length;
  if (touched === 0 && operation === 'deploy') return `${prefix} is up to date (${time})`;
  if (touched === 0) return `Nothing of ${prefix} is left to delete (${time})`;
  const many = count(touched, 'stack');
  if (dryRun) return `${prefix}: ${many} would ${operation === 'deploy' ? 'change' : 'be deleted'}`;
  return `${prefix}: ${many} ${operation === 'deploy' ? 'deployed' : 'deleted'} in ${time}`;
}

/** Where a run works: the region, and the endpoint when it is not AWS's own. */
export function whereabouts({ region, endpoint }: Pick<RunResult, 'region' | 'endpoint'>): string {
  return endpoint ? `${region} at ${endpoint} (not AWS itself)` : region;
}

/** The stack in the AWS console. */
export function consoleUrl(region: string, stackId: string): string {
  return resourceLink('AWS::CloudFormation::Stack', stackId, region) ?? consoleOrigin(region);
}
