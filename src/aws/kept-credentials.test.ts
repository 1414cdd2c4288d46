import { expect, it } from 'vitest';
import { UserFault } from '../runner/fault.ts';
import { KeptCredentials } from './kept-credentials.ts';
import { TransientError } from './transient-error.ts';

const HOUR = 3_600_000;

/** Credentials that are numbers, the first of them 1; an answer that is an error is thrown. */
function kept(failures: Record<number, Error> = {}) {
  let now = 0;
  let asked = 0;
  const provide = async () => {
    asked += 1;
    const failure = failures[asked];
    if (failure) throw failure;
    return asked;
  };
  const made = new KeptCredentials(provide, HOUR, { now: () => now });
  return { made, asked: () => asked, at: (time: number) => (now = time) };
}

const OFFLINE = new TransientError({ what: 'no answer' });

it('are asked for once by all who need them at once, and kept until shortly before their end', async () => {
  const { made, asked, at } = kept();
  expect(await Promise.all([made.get(), made.get(), made.get()])).toEqual([1, 1, 1]);
  at(HOUR - 301_000);
  expect([await made.get(), asked()]).toEqual([1, 1]);
  at(HOUR - 300_000);
  expect([await made.get(), asked()]).toEqual([2, 2]);
});

it('are used on while their renewal fails for a reason that may pass, and are not asked for at each call', async () => {
  const { made, asked, at } = kept({ 2: OFFLINE, 3: OFFLINE });
  await made.get();
  at(HOUR - 300_000);
  expect(await Promise.all([made.get(), made.get()])).toEqual([1, 1]);
  expect([await made.get(), asked()]).toEqual([1, 2]);
  at(HOUR + 1);
  await expect(made.get()).rejects.toBe(OFFLINE);
  expect(await made.get()).toBe(4);
});

it('that are refused their renewal are refused', async () => {
  const refused = new UserFault({ what: 'The role does not let this job assume it' });
  const { made, at } = kept({ 2: refused });
  await made.get();
  at(HOUR - 300_000);
  await expect(made.get()).rejects.toBe(refused);
});

it('are dropped when AWS says that they have expired, but not the new ones that somebody has got meanwhile', async () => {
  const { made } = kept();
  await made.get();
  const { generation } = made;
  made.drop(generation);
  expect(await made.get()).toBe(2);
  made.drop(generation);
  expect(await made.get()).toBe(2);
});

it('get older by the clock here, whatever it says: one that is hours wrong renews neither always nor never', async () => {
  const { made, asked, at } = kept();
  at(-50 * HOUR);
  await made.get();
  at(-50 * HOUR + 60_000);
  await made.get();
  expect(asked()).toBe(1);
});
