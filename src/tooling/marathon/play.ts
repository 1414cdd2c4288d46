import { problemsOf } from './checks.ts';
import type { Schedule, Step } from './schedule.ts';
import type { Run, World } from './world.ts';

/** What came of a schedule. */
export interface Played {
  schedule: Schedule;
  runs: Run[];
  /** Sentences, each with the run that it is about. */
  problems: string[];
  duration: number;
}

const CALM: Step = { action: 'deploy', dryRun: false, version: 'c', isProcess: false, maxParallel: 4, faults: [] };

/** Whatever has happened, these have to end well. */
const CLOSING: readonly [name: string, step: Step][] = [
  ['the run that mends everything', CALM],
  ['the same run once more', CALM],
  ['the teardown', { ...CALM, action: 'teardown' }],
];

/** Plays a schedule on stacks of its own, then lets a run without faults mend what is left, another find nothing to do, and takes all away. */
export async function play(schedule: Schedule, world: World): Promise<Played> {
  const started = performance.now();
  const prefix = `m${schedule.number}`;
  const runs: Run[] = [];
  const problems: string[] = [];
  const add = async (name: string, step: Step, mustEndWell: boolean) => {
    const run = await world.run(prefix, step);
    runs.push(run);
    problems.push(...problemsOf(run).map(problem => `${name}: ${problem}`));
    if (mustEndWell && run.code !== 0)
      problems.push(`${name} ends with code ${run.code}: ${errorsOf(run).join(' ⏎ ')} (${statuses(run)})`);
  };
  for (const [index, step] of schedule.steps.entries()) await add(`step ${index + 1}`, step, false);
  for (const [name, step] of CLOSING) await add(name, step, true);
  const left = world.stacks(prefix).filter(({ status }) => status !== 'DELETE_COMPLETE');
  problems.push(
    ...left.map(
      ({ name, resources }) => `after the teardown, ${name} is there with ${resources.join(', ') || 'nothing'}`,
    ),
  );
  return { schedule, runs, problems, duration: performance.now() - started };
}

function errorsOf({ log }: Run): string[] {
  return log.split('\n').filter(line => /^\[error|^::error/.test(line));
}

function statuses({ before }: Run): string {
  return before.map(({ name, status }) => `${name} was ${status}`).join(', ');
}
