import { count } from '../report/words.ts';
import type { Finding } from './finding.ts';
import type { RequestLogs } from './log-findings.ts';
import { type KeptRecord, offsetOf } from './log-store.ts';
import type { SentRequest } from './traffic.ts';

/** How far the records of a request are from it, by three clocks. Milliseconds. */
interface Offsets {
  /** Of the record's own time. */
  record: number;
  /** Of the time by which the log has it. */
  logged?: number | undefined;
  /** Of when the log took it. */
  ingested?: number | undefined;
  stream?: string | undefined;
}

/**
 * Whether records bear the time of their requests. Of a request with several records the nearest counts: work that goes on after
 * the answer is logged later.
 *
 * @param tolerance in milliseconds
 */
export function judgeClock(requests: readonly RequestLogs[], tolerance: number): Omit<Finding, 'name'> {
  const offsets = requests.flatMap(({ sent, records }) => nearest(sent, records) ?? []);
  if (offsets.length === 0) {
    const passed = requests.some(({ records }) => records.length > 0);
    return { passed, ...(passed && { seen: 'no record bears a time' }) };
  }
  const off = offsets.filter(({ record }) => Math.abs(record) > tolerance);
  if (off.length === 0) {
    const most = offsets.map(({ record }) => record).reduce((one, other) => (abs(other) > abs(one) ? other : one));
    return { passed: true, seen: most === 0 ? 'within the requests' : told(most) };
  }
  const typical = median(off.map(({ record }) => record));
  const streams = [...new Set(off.flatMap(({ stream }) => stream ?? []))].sort();
  const others = offsets.length - off.length;
  const where = others > 0 && streams.length > 0 ? `, in ${streams.map(name => `\`${name}\``).join(', ')}` : '';
  const seen = `the records of ${off.length} of ${count(offsets.length, 'request')} are ${told(typical)}${where}`;
  return { passed: false, isFinal: true, seen, ...causeOf(off, typical, tolerance) };
}

const { abs } = Math;

function nearest(sent: SentRequest, records: readonly KeptRecord[]): Offsets | undefined {
  const all = records.flatMap(({ record, loggedAt, ingestedAt, stream }): Offsets[] => {
    if (record.timestamp === undefined) return [];
    const offset = (time: number | undefined) => (time === undefined ? undefined : offsetOf(time, sent));
    return [
      { record: offsetOf(record.timestamp, sent), logged: offset(loggedAt), ingested: offset(ingestedAt), stream },
    ];
  });
  return all.reduce<Offsets | undefined>(
    (one, other) => (one && abs(one.record) <= abs(other.record) ? one : other),
    undefined,
  );
}

function causeOf(off: readonly Offsets[], typical: number, tolerance: number): Pick<Finding, 'cause' | 'fix'> {
  const by = told(typical);
  const ingested = off.flatMap(one => one.ingested ?? []);
  // The log has a clock of its own: where it agrees with the records, it is the requests that were timed wrongly.
  if (ingested.length > 0 && abs(median(ingested) - typical) <= tolerance) {
    return {
      cause: `The clock of this machine differs: by that of the log, records came when they say, ${by} of the requests`,
      fix: 'Set the clock of the machine that sends the requests, with NTP',
    };
  }
  const logged = off.flatMap(one => one.logged ?? []);
  if (logged.length > 0 && abs(median(logged)) <= tolerance) {
    const zone = isZone(typical) ? ': it looks like local time without its zone' : '';
    return {
      cause: `The time that the records themselves bear is ${by} of the requests, that of the log is right${zone}`,
      fix: zone ? 'Let the logger write times in UTC, or with their zone' : 'Mend how the logger writes the time',
    };
  }
  return {
    cause: `The clock of the application, or of whoever stamps its records, is ${by}`,
    fix: 'Set the clock of the host or container that the application runs on, with NTP (on AWS: the Amazon Time Sync Service)',
  };
}

/** Zones differ by quarters of an hour. */
function isZone(offset: number): boolean {
  const quarter = 900_000;
  const rest = abs(offset) % quarter;
  return abs(offset) > quarter / 2 && Math.min(rest, quarter - rest) < 30_000;
}

function told(offset: number): string {
  return `${Number((abs(offset) / 1000).toFixed(abs(offset) < 10_000 ? 1 : 0))} s ${offset > 0 ? 'ahead' : 'behind'}`;
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((one, other) => one - other);
  return sorted[Math.floor((sorted.length - 1) / 2)] ?? 0;
}
