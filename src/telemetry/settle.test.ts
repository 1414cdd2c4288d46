import { expect, it } from 'vitest';
import { TransientError } from '../aws/transient-error.ts';
import { VirtualClock } from '../tooling/virtual-clock.ts';
import type { Segment } from './backends.ts';
import type { LogEvidence, TraceEvidence } from './evidence.ts';
import { recordOf, traceIds } from './log-fixtures.ts';
import { readLogRecords } from './log-record.ts';
import { readSegments } from './segment.ts';
import { settledTraces } from './settle.ts';

const IDS = traceIds(3);
const [FIRST = ''] = IDS;
const SERVER = '0f185e3285ab9fcd';

const segment = (traceId: string, id: string) => readSegments(traceId, JSON.stringify({ name: 'shop', id }));
const LOGS: LogEvidence[] = IDS.map(traceId => ({
  traceId,
  records: readLogRecords(recordOf(traceId)).map(record => ({ record, times: 1 })),
}));
/** Of the first, only another span than that which its record names. */
const TRACES: TraceEvidence[] = IDS.map(traceId => ({
  traceId,
  segments: segment(traceId, traceId === FIRST ? '1111111111111111' : SERVER),
}));

async function settle(traces: TraceEvidence[], answer: (elapsed: number) => Segment[]) {
  const clock = new VirtualClock();
  const begun = clock.now();
  const asked: (readonly string[])[] = [];
  const backend = {
    segments: async (ids: readonly string[]) => {
      asked.push(ids);
      return answer(clock.now() - begun);
    },
  };
  const options = { signal: new AbortController().signal, clock, patience: 60_000, random: () => 0.5 };
  const settled = await clock.until(settledTraces(traces, LOGS, backend, options));
  return { settled, asked, after: clock.now() - begun };
}

it('asks for nothing when every record has its span', async () => {
  const { settled, asked } = await settle(TRACES.slice(1), () => []);
  expect(settled).toEqual(TRACES.slice(1));
  expect(asked).toEqual([]);
});

it('asks again for the traces that dangle, alone, and ends as soon as nothing does', async () => {
  const { settled, asked, after } = await settle(TRACES, elapsed => (elapsed < 1500 ? [] : segment(FIRST, SERVER)));
  expect(new Set(asked.flat())).toEqual(new Set([FIRST]));
  expect(settled[0]?.segments.map(({ id }) => id)).toEqual([SERVER, '1111111111111111']);
  expect(settled.slice(1)).toEqual(TRACES.slice(1));
  expect(after).toBeLessThan(2500);
});

it('gives up after a while, and outlasts a backend in passing trouble', async () => {
  const { settled, after } = await settle(TRACES, () => {
    throw new TransientError({ what: 'not now' });
  });
  expect(settled).toEqual(TRACES);
  expect(after).toBe(10_000);
});
