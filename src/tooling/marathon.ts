// `npm run test:marathon`: plays schedules of faults, signals and other people's operations against the local AWS, and holds
// each run to the truth. Ends with code 1 when one of them does not.
import { parseArgs } from 'node:util';
import { type Played, play } from './marathon/play.ts';
import { inWords, scheduleOf } from './marathon/schedule.ts';
import { closingTable } from './marathon/table.ts';
import { startWorld } from './marathon/world.ts';

const USAGE = `usage: npm run test:marathon -- [--seed 1] [--schedules 200] [--minutes 10] [--only NUMBER] [--parallel 4] [--show]
--only plays this schedule alone; --show prints what its runs said; --parallel is how many are played at once`;

const options = readOptions();
const isDone = await marathon();
process.exitCode = isDone ? 0 : 1;

function readOptions() {
  const kinds = ['seed', 'schedules', 'minutes', 'only', 'parallel'] as const;
  const { values } = parseArgs({
    options: {
      ...(Object.fromEntries(kinds.map(name => [name, { type: 'string' }])) as Record<
        (typeof kinds)[number],
        { type: 'string' }
      >),
      show: { type: 'boolean' },
      help: { type: 'boolean' },
    },
  });
  const numbers = { seed: 1, schedules: 200, minutes: 10, only: 0, parallel: 4 };
  for (const name of kinds) {
    if (values[name] === undefined) continue;
    numbers[name] = Number(values[name]);
    if (!(numbers[name] > 0) || (name !== 'minutes' && !Number.isInteger(numbers[name])))
      throw new Error(`--${name} takes a number above 0, not '${values[name]}'\n${USAGE}`);
  }
  if (values.help) {
    console.log(USAGE);
    process.exit(0);
  }
  return { ...numbers, show: values.show === true };
}

async function marathon(): Promise<boolean> {
  const { seed, schedules, minutes, only, parallel } = options;
  const end = performance.now() + minutes * 60_000;
  const numbers = only > 0 ? [only] : Array.from({ length: schedules }, (_, index) => index + 1);
  const total = numbers.length;
  const world = await startWorld();
  const all: Played[] = [];
  process.on('unhandledRejection', error => {
    console.error(`✗ a promise was rejected and nobody has noticed: ${error instanceof Error ? error.stack : error}`);
    process.exit(1);
  });
  const lane = async () => {
    for (let number = numbers.shift(); number !== undefined && performance.now() < end; number = numbers.shift()) {
      const played = await play(scheduleOf(seed, number, { processes: true }), world);
      all.push(played);
      tell(played);
      if (all.length % 20 === 0) console.log(`… ${all.length} of ${total} schedules`);
    }
  };
  try {
    await Promise.all(Array.from({ length: Math.min(parallel, total) }, lane));
  } finally {
    await world.close();
  }
  if (all.length < total)
    console.log(`The ${minutes} minutes are over; ${total - all.length} schedules were not played.`);
  console.log(closingTable(all));
  return all.every(({ problems }) => problems.length === 0);
}

function tell({ schedule, problems, runs }: Played): void {
  if (problems.length > 0) {
    console.log(`✗ seed ${options.seed}, schedule ${schedule.number}`);
    for (const words of inWords(schedule)) console.log(`    ${words}`);
    for (const problem of problems) console.log(`  ✗ ${problem}`);
    console.log(`  again: npm run test:marathon -- --seed ${options.seed} --only ${schedule.number} --show`);
  }
  if (options.show)
    for (const { log, summary, calls, code } of runs) {
      const shown = calls.map(({ action, stack, status, error, fault }) =>
        [action, stack, status, error, fault].join(' '),
      );
      console.log([log, summary, ...shown, `exit code ${code}`, '─'.repeat(80)].join('\n'));
    }
}
