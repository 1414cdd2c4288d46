import { expect, it } from 'vitest';
import type { Entry, Lap, Race } from './figures.ts';
import { comparison, raceTable } from './report.ts';

const lap = (beyondByStack: number[], calls: Lap['calls'], peakMemory = 2 ** 27): Lap => {
  const beyond = beyondByStack.reduce((total, value) => total + value);
  return { wall: 60_000 + beyond, aws: 60_000, beyond, beyondByStack, calls, peakMemory };
};
const READS = { 'cloudformation:DescribeStacks': 5, 's3:HeadBucket': 2 };
const ours: Entry = {
  name: 'zap-obs',
  how: '',
  version: 'this tree',
  runs: [lap([300, 500, 700], READS), lap([200, 300, 400], READS), lap([1000, 2000, 9000], READS)],
  again: [lap([250], READS)],
};
const rival = (name: string, beyond: number): Entry => ({
  name,
  how: '',
  version: '1.2.3',
  runs: [lap([beyond], { ...READS, 'cloudformation:ExecuteChangeSet': 3 })],
  again: [lap([8000], { ...READS, 'cloudformation:DeleteChangeSet': 1 })],
});
const race = (entries: Entry[]): Race => ({ pace: 1, repeats: 3, entries });
const cells = (table: string) =>
  table.split('\n').map(row =>
    row
      .split('|')
      .map(cell => cell.trim())
      .slice(1, -1),
  );

it('tells the median over races, and the median and worst over all stacks', () => {
  const [, , row] = cells(raceTable(race([ours])));
  expect(row).toEqual(['zap-obs', '1.50 s', '0.50 s, 9.00 s', '7', '128 MiB', '60.3 s, 7 calls, 0 writes']);
});

it('counts calls that change something as writes, whatever the service', () => {
  const [, , row] = cells(raceTable(race([rival('rain', 4000)])));
  expect(row?.slice(3)).toEqual(['10', '128 MiB', '68.0 s, 8 calls, 1 write']);
});

it('names a tool that is not there, with how to get it, and compares with nothing that did not run', () => {
  const absent: Entry = { name: 'AWS CDK', how: '', missing: 'not here: install it' };
  const entries = [ours, absent, rival('slow', 30_000), rival('quick', 6000)];
  expect(raceTable(race(entries))).toMatch(/^\| AWS CDK +\| not here: install it/m);
  expect(comparison(race(entries))).toEqual([
    '4.0 times less waiting than with quick',
    '20.0 times less waiting than with slow',
  ]);
  expect(comparison(race([ours, absent]))).toEqual([]);
});
