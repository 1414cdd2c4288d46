import { expect, it } from 'vitest';
import { judgeClock } from './log-clock.ts';
import type { RequestLogs } from './log-findings.ts';
import { recordOf, sentRequests } from './log-fixtures.ts';
import { readLogRecords } from './log-record.ts';
import type { KeptRecord } from './log-store.ts';

const MINUTES = 60_000;

/** Requests whose records are off by so much: their own time, that of the log, and when the log took them. */
function off(offsets: readonly ({ own: number; logged?: number; ingested?: number; stream?: string } | undefined)[]) {
  return sentRequests(offsets.length).map((sent, index): RequestLogs => {
    const offset = offsets[index];
    if (!offset) return { sent, records: [] };
    const { own, logged = own, ingested, stream = 's' } = offset;
    const at = sent.startedAt + 2;
    const [record] = readLogRecords(recordOf(sent.traceId, { timestamp: at + own }));
    const kept: KeptRecord = {
      record: record ?? { attributes: {}, resource: {} },
      times: 1,
      stream,
      streams: [stream],
      ingestions: [],
      loggedAt: at + logged,
      ...(ingested !== undefined && { ingestedAt: at + ingested }),
    };
    return { sent, records: [kept] };
  });
}

const judge = (requests: readonly RequestLogs[]) => judgeClock(requests, MINUTES);

it('is content with records of the time of their requests, a minute more or less', () => {
  expect(judge(off([{ own: 0 }, { own: 1 }]))).toEqual({ passed: true, seen: 'within the requests' });
  expect(judge(off([{ own: 59_000 }, { own: -40_000 }]))).toMatchObject({ passed: true, seen: '59 s ahead' });
});

it.each([
  [300_000, '300 s ahead'],
  [-300_000, '300 s behind'],
])('tells of a clock that is off by %i ms', (own, words) => {
  const found = judge(off([{ own, ingested: 800 }, undefined, { own, ingested: 900 }]));
  expect(found).toMatchObject({
    passed: false,
    isFinal: true,
    seen: `the records of 2 of 2 requests are ${words}`,
    cause: `The clock of the application, or of whoever stamps its records, is ${words}`,
    fix: expect.stringContaining('NTP'),
  });
});

it('names the streams when one task of several is off', () => {
  const found = judge(
    off([
      { own: 0, stream: 'a' },
      { own: 300_000, stream: 'b' },
      { own: 0, stream: 'a' },
    ]),
  );
  expect(found.seen).toBe('the records of 1 of 3 requests are 300 s ahead, in `b`');
});

it('blames this machine when the log took the records when they say', () => {
  const found = judge(off([{ own: 400_000, ingested: 401_000 }]));
  expect(found.cause).toContain('The clock of this machine differs');
});

it('tells the time in the record from that of the log, and time zones from clocks', () => {
  expect(judge(off([{ own: 7_200_000, logged: 0 }])).cause).toContain('local time without its zone');
  const odd = judge(off([{ own: 7_300_000, logged: 0 }]));
  expect(odd.cause).toContain('that of the log is right');
  expect(odd.cause).not.toContain('zone');
});

it('counts the nearest record of a request: work that goes on is logged later', () => {
  const [first] = off([{ own: 0 }]);
  const [late] = off([{ own: 200_000 }]);
  if (!first || !late) throw new Error('no requests');
  expect(judge([{ sent: first.sent, records: [...late.records, ...first.records] }])).toMatchObject({ passed: true });
});

it('decides nothing as long as nothing is found, and does not hold it against records that bear no time', () => {
  expect(judge(off([undefined]))).toEqual({ passed: false });
  const [one] = off([{ own: 0 }]);
  const { timestamp: _, ...record } = one?.records[0]?.record ?? { attributes: {}, resource: {} };
  const kept: KeptRecord = { record, times: 1, streams: [], ingestions: [] };
  const [sent] = sentRequests(1);
  if (!sent) throw new Error('no request');
  expect(judge([{ sent, records: [kept] }])).toEqual({ passed: true, seen: 'no record bears a time' });
});
