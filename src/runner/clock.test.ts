import { expect, it } from 'vitest';
import { systemClock } from './clock.ts';

it('sleeps longer than a timer can, until it is woken', async () => {
  const waking = new AbortController();
  const outcome = systemClock.sleep(2 ** 31 + 1000, waking.signal).then(
    () => 'slept',
    reason => reason,
  );
  await systemClock.sleep(50);
  waking.abort('woken');
  expect(await outcome).toBe('woken');
});
