import type { RunResult, StackResult } from '../report/result.ts';
import type { Fault } from '../runner/fault.ts';

/**
 * The one fault of a run whose credentials came to their end: what AWS goes on with, unseen, and how to see it again. One
 * refusal meets all stacks, so it is told once.
 */
export function lostSightFaults({ stacks }: RunResult): Fault[] {
  const lost = stacks.filter(({ lostSight }) => lostSight !== undefined);
  const [first] = lost;
  if (!first?.lostSight) return [];
  const running = lost.filter(({ outcome }) => outcome === 'interrupted');
  const { what, seen } = first.lostSight;
  if (running.length === 0) return [{ what, seen, fix: 'Get new ones and run again' }];
  const still = `AWS goes on with ${running.map(inWords).join(', ')}`;
  const next =
    'Get new ones and run again: with `in-progress: wait`, as by default, the run attaches to what is still going on. With `role-to-assume` they are renewed by themselves';
  return [{ what, seen: seen ? `${seen.replace(/\.$/, '')}; ${still}` : still, fix: next }];
}

const WORDS: Partial<Record<StackResult['action'], string>> = {
  create: 'the creation',
  recreate: 'the creation',
  recover: 'the rollback',
  update: 'the update',
  delete: 'the deletion',
};

function inWords({ action, stackName, id, status }: StackResult): string {
  const what = status === 'DELETE_IN_PROGRESS' ? WORDS.delete : (WORDS[action] ?? 'the operation');
  return `${what} of \`${stackName}\`${id ? ` (${id})` : ''}`;
}
