import type { RunResult, StackResult } from './result.ts';

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

const DONE = {
  create: 'created',
  recreate: 'recreated',
  update: 'updated',
  none: 'unchanged',
  delete: 'deleted',
  unknown: 'done',
} as const;
const PLANNED = {
  create: 'would be created',
  recreate: 'would be recreated',
  update: 'would be updated',
  none: 'unchanged',
  delete: 'would be deleted',
  unknown: 'may change',
} as const;

/** How a stack ended, in words: `updated`, `would be created`, `failed (UPDATE_ROLLBACK_COMPLETE)`. */
export function ending({ action, outcome, status, reason }: StackResult): string {
  if (outcome === 'done') return reason === 'does not exist' ? 'does not exist' : DONE[action];
  if (outcome === 'planned') return reason === 'does not exist' ? 'does not exist' : PLANNED[action];
  if (outcome === 'skipped') return 'not started';
  const state = status ? ` (${status})` : '';
  return outcome === 'failed' ? `failed${state}` : `interrupted; AWS goes on${state}`;
}

/** `3 added, 1 changed, 1 replaced, 2 removed`; empty when nothing changes. */
export function changeCounts({ changes }: Pick<StackResult, 'changes'>): string {
  const isReplaced = (replacement: string | undefined) => replacement !== undefined && replacement !== 'False';
  const counts: [string, number][] = [
    ['added', changes.filter(({ action }) => action === 'Add').length],
    ['changed', changes.filter(({ action, replacement }) => action === 'Modify' && !isReplaced(replacement)).length],
    ['replaced', changes.filter(({ action, replacement }) => action === 'Modify' && isReplaced(replacement)).length],
    ['removed', changes.filter(({ action }) => action === 'Remove').length],
    ['kept', changes.filter(({ action }) => action === 'Keep').length],
  ];
  return counts.flatMap(([word, number]) => (number > 0 ? [`${number} ${word}`] : [])).join(', ');
}

/** The whole run in one sentence. */
export function headline(run: RunResult): string {
  const { operation, prefix, dryRun, stacks } = run;
  const failed = stacks.filter(({ outcome }) => outcome === 'failed');
  const time = duration(run.duration);
  if (failed.length > 0)
    return `${operation} of ${prefix} failed at ${failed.map(({ shortName }) => shortName).join(', ')} after ${time}`;
  if (stacks.some(({ outcome }) => outcome === 'interrupted'))
    return `${operation} of ${prefix} was interrupted after ${time}`;
  const touched = stacks.filter(({ action }) => action !== 'none');
  if (touched.length === 0)
    return operation === 'deploy'
      ? `${prefix} is up to date (${time})`
      : `Nothing of ${prefix} is left to delete (${time})`;
  const verb =
    operation === 'deploy' ? (dryRun ? 'would change' : 'deployed') : dryRun ? 'would be deleted' : 'deleted';
  return `${prefix}: ${count(touched.length, 'stack')} ${verb} in ${time}`.replace(/ in [^:]*$/, suffix =>
    dryRun ? '' : suffix,
  );
}

/** Where a run works: the region, and the endpoint when it is not AWS's own. */
export function whereabouts({ region, endpoint }: Pick<RunResult, 'region' | 'endpoint'>): string {
  return endpoint ? `${region} at ${endpoint} (not AWS itself)` : region;
}

/** The stack in the AWS console. */
export function consoleUrl(region: string, stackId: string): string {
  const host = region.startsWith('cn-')
    ? 'console.amazonaws.cn'
    : region.startsWith('us-gov-')
      ? 'console.amazonaws-us-gov.com'
      : 'console.aws.amazon.com';
  return `https://${region}.${host}/cloudformation/home?region=${region}#/stacks/stackinfo?stackId=${encodeURIComponent(stackId)}`;
}
