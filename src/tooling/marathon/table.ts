import { markdownTable } from 'markdown-table';
import type { Played } from './play.ts';

/** What was played, for the end: runs by how they ended, strikes by fault. */
export function closingTable(all: readonly Played[]): string {
  const runs = all.flatMap(each => each.runs);
  const failed = all.filter(({ problems }) => problems.length > 0);
  const count = (is: (run: (typeof runs)[number]) => boolean) => String(runs.filter(is).length);
  const seconds = all.map(({ duration }) => duration / 1000);
  const struck = new Map<string, number>();
  for (const run of runs) for (const [name, times] of run.struck) struck.set(name, (struck.get(name) ?? 0) + times);
  const table = markdownTable([
    ['', ''],
    ['schedules', `${all.length}, ${failed.length} with problems`],
    ['runs', String(runs.length)],
    ['… that ended well', count(({ code }) => code === 0)],
    ['… that failed', count(({ code, wasStopped }) => code !== 0 && !wasStopped)],
    ['… that were stopped', count(({ code, wasStopped }) => code !== 0 && wasStopped)],
    ['… of the bundle', count(({ step }) => step.isProcess)],
    ['… that were dry', count(({ step }) => step.dryRun)],
    ['calls to AWS', String(runs.reduce((sum, { calls }) => sum + calls.length, 0))],
    [
      'seconds a schedule',
      seconds.length > 0 ? `${mean(seconds).toFixed(1)}, at most ${Math.max(...seconds).toFixed(1)}` : '—',
    ],
  ]);
  const strikes = [...struck].sort().map(([name, times]) => `${name} ${times}`);
  const numbers = failed.map(({ schedule }) => schedule.number).sort((a, b) => a - b);
  return [
    table,
    `faults that struck: ${strikes.join(', ') || 'none'}`,
    ...(failed.length > 0 ? [`schedules with problems: ${numbers.join(', ')}`] : []),
  ].join('\n\n');
}

function mean(numbers: readonly number[]): number {
  return numbers.reduce((sum, number) => sum + number, 0) / numbers.length;
}
