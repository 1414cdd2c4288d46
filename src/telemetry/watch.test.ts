import { expect, it } from 'vitest';
import { TransientError } from '../aws/transient-error.ts';
import { Cancelled } from '../runner/cancellation.ts';
import { UserFault } from '../runner/fault.ts';
import { VirtualClock } from '../tooling/virtual-clock.ts';
import { lookDelay, watch } from './watch.ts';

const { signal } = new AbortController();
const blank = [{ name: 'a', passed: false }];
const found = [{ name: 'a', passed: true }];
const random = () => 0.5;

function start(patience: number, look: (elapsed: number) => Promise<typeof blank>, enough?: AbortSignal) {
  const clock = new VirtualClock();
  const begun = clock.now();
  const times: number[] = [];
  const options = { signal, clock, patience, random, ...(enough && { enough }) };
  const watching = watch(
    blank,
    () => {
      times.push(clock.now() - begun);
      return look(clock.now() - begun);
    },
    options,
  );
  return { times, clock, ended: clock.until(watching).then(watched => ({ ...watched, after: clock.now() - begun })) };
}

it.each([0, 300, 4000, 20_000, 50_000])('notices within a second what arrives after %i ms', async arrival => {
  const { ended, times } = start(60_000, async elapsed => (elapsed >= arrival ? found : blank));
  const { completeAt, after, looks } = await ended;
  expect(completeAt).toBeDefined();
  expect(after - arrival).toBeLessThan(1000);
  expect(looks).toBe(times.length);
  // Not a look every hundred milliseconds for a minute.
  expect(looks).toBeLessThan(20 + arrival / 700);
});

it('ends when patience does, with a last look at the end', async () => {
  const { ended, times } = start(5000, async () => blank);
  const { findings, completeAt, after } = await ended;
  expect([completeAt, after, times.at(-1), findings]).toEqual([undefined, 5000, 5000, blank]);
});

it('goes on after what may pass, and forgets it', async () => {
  const { ended } = start(10_000, async elapsed => {
    if (elapsed < 3000) throw new TransientError({ what: 'not now' });
    return found;
  });
  expect(await ended).toMatchObject({ findings: found });
});

it('asks less often when it is throttled', async () => {
  const count = async (isThrottled: boolean) => {
    const { ended } = start(30_000, async () => {
      throw new TransientError({ what: 'not now' }, { isThrottled });
    });
    return (await ended).looks;
  };
  expect(await count(true)).toBeLessThan(10);
  expect(await count(false)).toBeGreaterThan(30);
});

it('tells what kept the last look from an answer, and keeps what was found before', async () => {
  const partly = [{ name: 'a', passed: false, seen: '1 of 2' }];
  const { ended } = start(2000, async elapsed => {
    if (elapsed > 1000) throw new TransientError({ what: 'gone' });
    return partly;
  });
  expect(await ended).toMatchObject({ findings: partly, fault: { what: 'gone' } });
});

it('ends at once with what will not pass', async () => {
  const { ended } = start(60_000, async () => {
    throw new UserFault({ what: 'refused' });
  });
  expect(await ended).toMatchObject({ after: 0, looks: 1, fault: { what: 'refused' } });
});

it('does not swallow a bug', async () => {
  const { ended } = start(60_000, async () => {
    throw new TypeError('a bug');
  });
  await expect(ended).rejects.toThrow('a bug');
});

it('is not kept by a look that never ends', async () => {
  const { ended } = start(4000, () => new Promise(() => {}));
  const { after, fault } = await ended;
  expect(fault).toMatchObject({ what: 'The backend does not answer', seen: expect.stringContaining('no answer in') });
  expect(after).toBeLessThanOrEqual(15_000);
});

it('takes one more look when nothing more can come, and ends', async () => {
  const enough = new AbortController();
  const { ended, times } = start(
    60_000,
    async elapsed => {
      if (elapsed > 2000) enough.abort();
      return blank;
    },
    enough.signal,
  );
  const { after, completeAt } = await ended;
  expect(completeAt).toBeUndefined();
  expect(after).toBeLessThan(3000);
  expect(times.filter(time => time > 2000)).toHaveLength(2);
});

it('ends with the reason of the signal, in a pause and in a look', async () => {
  for (const look of [async () => blank, () => new Promise<typeof blank>(() => {})]) {
    const controller = new AbortController();
    const clock = new VirtualClock();
    const watching = watch(blank, look, { signal: controller.signal, clock, patience: 1000 });
    controller.abort(new Cancelled('SIGTERM'));
    await expect(watching).rejects.toThrow(Cancelled);
  }
});

it('keeps runs apart that start together', () => {
  expect(lookDelay(0, 0, 0)).toBeLessThan(lookDelay(0, 0, 0.9));
});

it('gives up long before its patience ends when part has come and then nothing more', async () => {
  const parts = [blank, [{ name: 'a', passed: false, seen: '3 of 4' }]] as const;
  const { ended } = start(600_000, async elapsed => [...parts[elapsed < 2000 ? 0 : 1]]);
  const { after, completeAt } = await ended;
  expect(completeAt).toBeUndefined();
  expect(after).toBeGreaterThan(32_000);
  expect(after).toBeLessThan(35_000);
});

it('takes a slow way for slow, not for broken', async () => {
  const parts = (elapsed: number) => (elapsed < 60_000 ? '0 of 4' : elapsed < 240_000 ? '2 of 4' : undefined);
  const { ended } = start(600_000, async elapsed => {
    const seen = parts(elapsed);
    return seen === undefined ? found : [{ name: 'a', passed: false, seen }];
  });
  expect((await ended).completeAt).toBeDefined();
});

it('waits to the end for what has not begun to come', async () => {
  const { ended } = start(120_000, async () => blank);
  expect((await ended).after).toBeGreaterThanOrEqual(120_000);
});

it('ends when what is missing cannot come any more', async () => {
  const { ended } = start(60_000, async elapsed =>
    elapsed < 500 ? blank : [{ name: 'a', passed: false, isFinal: true }],
  );
  expect((await ended).after).toBeLessThan(1000);
});
