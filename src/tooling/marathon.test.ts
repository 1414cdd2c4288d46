import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { play } from './marathon/play.ts';
import { inWords, scheduleOf } from './marathon/schedule.ts';
import { startWorld, type World } from './marathon/world.ts';

const SEED = 1;
const SCHEDULES = 10;

let world: World;
beforeAll(async () => {
  world = await startWorld();
});
afterAll(() => world.close());

describe.concurrent('faults, signals and other people in any order', () => {
  it.each(Array.from({ length: SCHEDULES }, (_, index) => index + 1))(
    'schedule %i',
    { timeout: 120_000 },
    async number => {
      const schedule = scheduleOf(SEED, number, { processes: false });
      const { problems } = await play(schedule, world);
      expect(problems, inWords(schedule).join('\n')).toEqual([]);
    },
  );
});

describe('a schedule', () => {
  it('is the same for the same seed and number, and another for others', () => {
    const words = (seed: number, number: number) => inWords(scheduleOf(seed, number, { processes: true })).join('\n');
    expect(words(3, 7)).toBe(words(3, 7));
    expect(new Set([words(3, 7), words(3, 8), words(4, 7)]).size).toBe(3);
  });

  it('is itself without processes, too', () => {
    for (let number = 1; number <= 50; number += 1) {
      const [one, other] = [true, false].map(processes => scheduleOf(9, number, { processes }));
      const kinds = (schedule: typeof one) =>
        schedule?.steps.map(({ action, version, faults }) => [action, version, faults]);
      expect(kinds(other)).toEqual(kinds(one));
    }
  });
});
