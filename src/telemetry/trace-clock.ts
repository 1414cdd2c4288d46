import { count } from '../report/words.ts';
import type { Finding } from './finding.ts';
import { offsetOf } from './log-store.ts';
import { nameOfService } from './span-match.ts';
import { isServer } from './trace-facts.ts';
import type { TraceState } from './trace-state.ts';

/** So far clocks may differ, in milliseconds, before it counts as a fault. */
const SKEW = 60_000;

export const CLOCK = `span clock within ${SKEW / 1000} s`;

/** How far the begin of a server's segment is from the request, in milliseconds. */
interface Offset {
  ms: number;
  service: string;
  traceId: string;
}

/** Whether servers' segments begin while their requests are under way: a clock that is wrong puts them elsewhere in time. */
export function judgeSpanClock(states: readonly TraceState[]): Finding {
  const offsets = states.flatMap(offsetsOf);
  if (offsets.length === 0) return { name: CLOCK, passed: false };
  const off = offsets.filter(({ ms }) => Math.abs(ms) > SKEW);
  const [first] = off;
  if (!first) {
    const most = offsets.map(({ ms }) => ms).reduce((a, b) => (Math.abs(b) > Math.abs(a) ? b : a));
    return { name: CLOCK, passed: true, seen: most === 0 ? 'within the requests' : told(most) };
  }
  const traces = new Set(off.map(({ traceId }) => traceId)).size;
  const services = [...Map.groupBy(off, ({ service }) => service)].map(
    ([service, all]) => `\`${service}\` is ${told(median(all.map(({ ms }) => ms)))}`,
  );
  const all = new Set(offsets.map(({ traceId }) => traceId)).size;
  return {
    name: CLOCK,
    passed: false,
    isFinal: true,
    seen: `segments of ${traces} of ${count(all, 'trace')} begin ${told(median(off.map(({ ms }) => ms)))}`,
    cause: `The clock of ${services.join(', that of ')} of this machine, by which the requests were timed`,
    fix: 'Set the clock of the host that the application runs on with NTP (on AWS: the Amazon Time Sync Service), or that of this machine',
  };
}

function offsetsOf({ sent, segments }: TraceState): Offset[] {
  return [...segments.values()].flatMap(segment => {
    if (!isServer(segment) || segment.startedAt === undefined) return [];
    const service = nameOfService(segment) ?? segment.name;
    return [{ ms: offsetOf(segment.startedAt * 1000, sent), service, traceId: sent.traceId }];
  });
}

function told(ms: number): string {
  const seconds = Math.abs(ms) / 1000;
  return `${Number(seconds.toFixed(seconds < 10 ? 1 : 0))} s ${ms > 0 ? 'ahead' : 'behind'}`;
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor((sorted.length - 1) / 2)] ?? 0;
}
