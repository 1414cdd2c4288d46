import { afterEach, expect, it } from 'vitest';
import { TransientError } from '../aws/transient-error.ts';
import { systemClock } from '../runner/clock.ts';
import { UserFault } from '../runner/fault.ts';
import type { Backends, LogEvent } from './backends.ts';
import { closeServers, request, serve, span } from './fixtures.ts';
import { proveRun } from './proof-run.ts';

const RUN = '0a1b2c3d';

afterEach(closeServers);

/** A proof of the log records of three requests. */
async function proofOfLogs(eventsOf: (traceIds: readonly string[], events: readonly LogEvent[]) => LogEvent[]) {
  const events: LogEvent[] = [];
  const target = await serve((incoming, response) => {
    const [, trace_id] = String(incoming.headers.traceparent).split('-');
    const timestamp = Date.now();
    events.push({ message: JSON.stringify({ trace_id, msg: 'served' }), timestamp, id: `${events.length}` });
    response.end();
  });
  const backends = { logs: { events: async (ids: readonly string[]) => eventsOf(ids, events) } } as unknown as Backends;
  const expectations = {
    service: 'shop',
    requests: [request()],
    metrics: [],
    spans: [],
    logs: { fields: ['trace_id'] },
  };
  const { signal } = new AbortController();
  const run = await proveRun(
    { expectations, backends, target, run: RUN, count: 3, exclusive: false },
    { signal, clock: systemClock, patience: 1000 },
  );
  return run.proof.signals[0]?.findings.filter(({ passed }) => !passed);
}

it('proves log records that are there once', async () => {
  expect(await proofOfLogs((_, events) => [...events])).toEqual([]);
});

it('does not say that records are there once when the last look for doubles was not answered', async () => {
  let looks = 0;
  const throttled = new TransientError({ what: 'CloudWatch Logs does not answer' }, { isThrottled: true });
  const failed = await proofOfLogs((ids, events) => {
    // The negative control asks for one id.
    if (ids.length === 3) looks += 1;
    if (looks > 1 && ids.length === 3) throw throttled;
    return [...events];
  });
  expect(failed).toMatchObject([
    { name: 'each log record once, at the end', cause: 'CloudWatch Logs does not answer' },
  ]);
}, 30_000);

it('does not blame metrics and logs for an X-Ray that answers no more', async () => {
  const events: LogEvent[] = [];
  const target = await serve((incoming, response) => {
    const [, trace_id] = String(incoming.headers.traceparent).split('-');
    events.push({
      message: JSON.stringify({ trace_id, msg: 'served' }),
      timestamp: Date.now(),
      id: `${events.length}`,
    });
    response.end();
  });
  const refused = new UserFault({ what: 'X-Ray refuses to answer' });
  const segments = async () => {
    if (events.length > 0) throw refused;
    return [];
  };
  const backends = { traces: { segments }, logs: { events: async () => [...events] } } as unknown as Backends;
  const spans = [span('GET /api/data', 'server')];
  const expectations = { service: 'shop', requests: [request()], metrics: [], spans, logs: { fields: ['trace_id'] } };
  const run = await proveRun(
    { expectations, backends, target, run: RUN, count: 3, exclusive: false },
    { signal: new AbortController().signal, clock: systemClock, patience: 1000 },
  );
  expect(run.proof.signals.map(({ signal, passed }) => [signal, passed])).toEqual([
    ['traces', false],
    ['logs', true],
  ]);
});
