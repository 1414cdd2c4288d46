import { markdownTable } from 'markdown-table';
import { CHAIN } from './course.ts';
import {
  type Entry,
  type Growth,
  isRead,
  type Lap,
  type Machine,
  median,
  type Race,
  sum,
  type TenMinutes,
} from './figures.ts';

/** A table of the race: one row for each tool. */
export function raceTable({ entries }: Race): string {
  return table(
    ['', "Waits beyond AWS's own time", 'A stack: median, worst', 'Calls', 'Peak memory', 'Again, with nothing to do'],
    entries.map(entry => {
      const title = `${entry.name}${entry.version?.match(/\d/) ? ` ${entry.version}` : ''}`;
      if (!ran(entry)) return [title, entry.missing ?? 'did not run', '', '', '', ''];
      const { runs, again } = entry;
      const stacks = runs.flatMap(run => run.beyondByStack);
      const peak = median(runs.flatMap(run => run.peakMemory ?? []));
      return [
        title,
        seconds(beyondOf(entry)),
        `${seconds(median(stacks))}, ${seconds(Math.max(...stacks))}`,
        String(median(runs.map(callsOf))),
        Number.isNaN(peak) ? 'not told' : mebibytes(peak),
        `${seconds(median(again.map(run => run.wall)))}, ${plural(median(again.map(callsOf)), 'call')}, ${plural(median(again.map(writesOf)), 'write')}`,
      ];
    }),
  );
}

/** The calls of the first run of each tool, by name: a Markdown list. */
export function callsList({ entries }: Race): string {
  const lines = entries.filter(ran).map(({ name, runs }) => {
    const calls = Object.entries(runs[0]?.calls ?? {}).toSorted(([, a], [, b]) => b - a);
    const told = calls.map(([action, count]) => `${action.replace('cloudformation:', '')} ${count}`);
    return `- ${name}: ${told.join(', ')}`;
  });
  return lines.join('\n');
}

/** How the race's waiting compares, in words; nothing without a rival. */
export function comparison({ entries }: Race): string[] {
  const [own, ...rivals] = entries.filter(ran);
  if (own?.name !== 'zap-obs' || rivals.length === 0) return [];
  const times = (rival: Entry) => (beyondOf(rival) / beyondOf(own)).toFixed(1);
  return rivals
    .toSorted((a, b) => beyondOf(a) - beyondOf(b))
    .map(rival => `${times(rival)} times less waiting than with ${rival.name}`);
}

/** What the race is and how it is measured, in Markdown. */
export function raceNotes({ entries, pace, repeats }: Race): string {
  const aws = entries.filter(ran).flatMap(({ runs }) => runs.map(run => run.aws));
  const names = CHAIN.map(leg => `${leg.name} ${leg.seconds} s`).join(' → ');
  const scaled = pace === 1 ? '' : `, all of it times ${pace}`;
  return `The race: ${names}, each up to a tenth more or less${scaled}, the outputs of each fed to the next, on one local AWS
for all (${plural(repeats, 'race')}). AWS's own time (${seconds(median(aws))} here) is when it makes a change set or works on a stack, as its
own records tell; all else between the start of a tool and its exit is waiting. A change set takes ${5 * pace} s there.`;
}

/** Where two stacks do not need one another. */
export function forkTable({ entries }: Race): string {
  const forked = entries.flatMap(({ name, runs, fork }) => (runs && fork ? [{ name, runs, fork }] : []));
  return table(
    ['', 'Wall time, one after another', 'Wall time, two at once'],
    forked.map(({ name, runs, fork }) => [
      name,
      ...[runs, fork].map(laps => seconds(median(laps.map(lap => lap.wall)))),
    ]),
  );
}

export function growthTable(growth: readonly Growth[]): string {
  return table(
    ['Stacks', 'Resources', 'Wall time', 'Beyond AWS, a stack', 'Reads, a stack', 'Writes', 'Peak memory'],
    growth.map(({ stacks, resources, wall, beyond, reads, writes, peakMemory }) => [
      String(stacks),
      String(resources),
      seconds(wall),
      seconds(beyond / stacks),
      (reads / stacks).toFixed(1),
      String(writes),
      peakMemory === undefined ? 'not told' : mebibytes(peakMemory),
    ]),
  );
}

export function tenMinutesTable(operations: readonly TenMinutes[]): string {
  return table(
    ['Ten minutes of', 'Reads', 'End seen after'],
    operations.map(({ what, reads, late }) => [what, String(reads), seconds(late)]),
  );
}

/** A machine, without what would name it. */
export function machineLine({ system, cores, memory, node, load }: Machine): string {
  const gibibytes = Math.round(memory / 2 ** 30);
  return `${cores} cores, ${gibibytes} GiB, ${system}, Node ${node}, load ${load.toFixed(1)} at the start`;
}

/** The waiting of a tool in one race, in milliseconds. */
export function beyondOf({ runs = [] }: Entry): number {
  return median(runs.map(run => run.beyond));
}

function ran(entry: Entry): entry is Entry & { runs: Lap[]; again: Lap[] } {
  return entry.runs !== undefined && entry.runs.length > 0;
}

function callsOf({ calls }: Lap): number {
  return sum(Object.values(calls));
}

function writesOf({ calls }: Lap): number {
  return sum(Object.entries(calls).map(([action, count]) => (isRead(action) ? 0 : count)));
}

function table(head: string[], rows: string[][]): string {
  return markdownTable([head, ...rows]);
}

export function seconds(milliseconds: number): string {
  return `${(milliseconds / 1000).toFixed(milliseconds < 9950 ? 2 : 1)} s`;
}

function mebibytes(bytes: number): string {
  return `${Math.round(bytes / 2 ** 20)} MiB`;
}

function plural(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? '' : 's'}`;
}
