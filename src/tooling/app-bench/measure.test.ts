import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { ROOT } from '../repository.ts';
import type { AppFigures } from './figures.ts';
import { measureApp } from './measure.ts';
import { appAims, deliveryTable, modesTable } from './report.ts';
import { startCounter } from './sink.ts';

it('measures the app itself, and counts what arrives of what it sends', { timeout: 60_000 }, async () => {
  const said: string[] = [];
  const extent = { startups: 1, rounds: 1, seconds: { round: 0.5, warmUp: 0.2, delivery: 1 }, rates: [200] };
  const measured = await measureApp(startCounter, line => said.push(line), extent);
  for (const rounds of Object.values(measured.rounds)) {
    expect(rounds).toHaveLength(1);
    expect(rounds[0]?.perSecond).toBeGreaterThan(0);
  }
  for (const startups of Object.values(measured.startups)) expect(startups[0]).toBeGreaterThan(0);
  const [delivery] = measured.deliveries;
  expect(delivery?.requests).toBeGreaterThan(100);
  expect(delivery).toMatchObject({ spans: delivery?.requests, logs: delivery?.requests });
  expect(said).toContain('delivery at 200 …');
});

const round = (perSecond: number) => ({ perSecond, p99: 3, cpu: 0.05 });
const figures: AppFigures = {
  date: '2026-01-01',
  machine: { system: 'linux x64', cores: 2, memory: 1, node: '24', load: 0 },
  collector: 'a process that counts',
  startups: { off: [200], tenth: [300], ecs: [300], all: [300, 1100, 1000] },
  rounds: { off: [round(100), round(300), round(200)], tenth: [round(180)], ecs: [round(170)], all: [round(160)] },
  memory: { off: 2 ** 20, ecs: 2 ** 21 },
  deliveries: [
    { asked: 200, perSecond: 200, p99: 1, requests: 800, spans: 800, logs: 800 },
    { asked: 1000, perSecond: 1000, p99: 1, requests: 4000, spans: 3999, logs: 3990 },
    { asked: undefined, perSecond: 9000, p99: 1, requests: 9000, spans: 1, logs: 1 },
  ],
};

it('compares medians with the bare app', () => {
  expect(modesTable(figures)).toMatch(
    /metrics, traces \(as on ECS\) +\| +170 \| +0\.85 \| +3 ms \| +50 µs \| +2 MiB \| +300 ms/,
  );
});

it('names what was lost', () => {
  expect(deliveryTable(figures)).toMatch(/\| 1,000 .*\| +3,999, 1 lost \| +3,990, 10 lost \|/);
  expect(deliveryTable(figures)).toMatch(/\| 200 .*\| +all \| +all \|/);
});

it('says of each aim whether it is met', () => {
  expect(appAims(figures).map(({ measured, isMet }) => [measured, isMet])).toEqual([
    [0, true],
    [11, false],
    [0.9, true],
    [0.85, true],
    [0.8, false],
    [1000, false],
  ]);
});

it('refuses what it does not understand before anything is measured', () => {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [join(ROOT, 'src/tooling/bench-app.ts'), '--jsno', 'x'],
    {
      encoding: 'utf8',
    },
  );
  expect([status, stdout]).toEqual([2, '']);
  expect(stderr).toContain("Unknown option '--jsno'");
  expect(stderr).toContain('Usage: npm run bench:app');
});
