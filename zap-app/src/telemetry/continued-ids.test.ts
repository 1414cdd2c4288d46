import { expect, it } from 'vitest';
import { ContinuedIds } from './continued-ids.ts';

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';

it('gives the trace id that goes on once', () => {
  const ids = new ContinuedIds();
  ids.continueWith(TRACE);
  expect(ids.generateSpanId()).toMatch(/^[0-9a-f]{16}$/);
  expect(ids.generateTraceId()).toBe(TRACE);
  expect(ids.generateTraceId()).not.toBe(TRACE);
});

it('forgets it with the turn of the event loop, so that it never becomes that of something else', async () => {
  const ids = new ContinuedIds();
  ids.continueWith(TRACE);
  await Promise.resolve();
  expect(ids.generateTraceId()).not.toBe(TRACE);
});

it('forgets it when the next request names none', () => {
  const ids = new ContinuedIds();
  ids.continueWith(TRACE);
  ids.continueWith(undefined);
  expect(ids.generateTraceId()).not.toBe(TRACE);
});
