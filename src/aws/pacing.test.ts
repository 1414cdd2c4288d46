import { expect, it } from 'vitest';
import { Pacing, retryPause, spacingAfter } from './pacing.ts';

function pacing() {
  let now = 0;
  const told: string[] = [];
  const slept: number[] = [];
  const clock = {
    now: () => now,
    sleep: async (ms: number) => {
      slept.push(ms);
    },
  };
  return {
    made: new Pacing({ clock, random: () => 0.5, notify: text => told.push(text) }),
    told,
    slept,
    pass: (ms: number) => {
      now += ms;
    },
  };
}

it('throttling doubles the distance between reads, up to a limit', () => {
  const steps: number[] = [];
  for (let spacing = 0; steps.length < 8; steps.push(spacing)) spacing = spacingAfter(spacing, 'throttled');
  expect(steps).toEqual([200, 400, 800, 1600, 3200, 4000, 4000, 4000]);
});

it('good answers win the rate back by a constant amount each, until there is no limit', () => {
  expect(spacingAfter(0, 'good')).toBe(0);
  expect(1000 / spacingAfter(1000, 'good')).toBeCloseTo(1.25);
  expect(1000 / spacingAfter(200, 'good')).toBeCloseTo(5.25);
  let answers = 0;
  for (let spacing = 200; spacing > 0; answers += 1) spacing = spacingAfter(spacing, 'good');
  expect(answers).toBe(61);
});

it('a pause is any time up to a limit that doubles, longer where AWS throttles', () => {
  expect([1, 2, 3].map(failures => retryPause(failures, false, 1))).toEqual([200, 400, 800]);
  expect([1, 2, 6].map(failures => retryPause(failures, true, 1))).toEqual([1000, 2000, 20_000]);
  expect(retryPause(3, true, 0)).toBe(0);
});

it('what one watcher is told slows all reads, and no write', async () => {
  const { made, slept } = pacing();
  await made.turn(true);
  const ticket = await made.turn(true);
  expect(slept).toEqual([]);
  made.failed(ticket, true, 'Rate exceeded');
  for (let read = 0; read < 4; read += 1) await made.turn(true);
  await made.turn(false);
  expect(slept).toEqual([200, 400, 600]);
});

it('calls that were throttled together slow the rest once', async () => {
  const { made, slept, pass } = pacing();
  const [one, two] = [await made.turn(true), await made.turn(true)];
  pass(10);
  made.failed(one, true, 'Rate exceeded');
  made.failed(two, true, 'Rate exceeded');
  await made.turn(true);
  await made.turn(true);
  expect(slept).toEqual([200]);
});

it('a failure that is no throttling slows nobody', async () => {
  const { made, slept } = pacing();
  made.failed(await made.turn(true), false, 'socket hang up');
  await made.turn(true);
  expect(slept).toEqual([]);
});

it('a silence is told after thirty seconds, then ever more rarely, and its end once', async () => {
  const { made, told, pass } = pacing();
  const look = async (ms: number) => {
    const ticket = await made.turn(true);
    pass(ms);
    made.failed(ticket, false, 'socket hang up.');
  };
  await look(20_000);
  expect(told).toEqual([]);
  for (let time = 0; time < 120; time += 10) await look(10_000);
  made.answered();
  made.answered();
  expect(told).toEqual([
    'AWS has not answered for 30 s (socket hang up); still trying',
    'AWS has not answered for 1 min 00 s (socket hang up); still trying',
    'AWS has not answered for 2 min 00 s (socket hang up); still trying',
    'AWS answers again, after 2 min 20 s',
  ]);
  await look(10_000);
  made.answered();
  expect(told).toHaveLength(4);
});
