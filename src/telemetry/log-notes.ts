import { duration } from '../report/words.ts';
import type { RequestLogs } from './log-findings.ts';

/** Tells of records that are in more than one log, which is well where a log driver and an exporter both take them. */
export function placesNote(requests: readonly RequestLogs[]): string | undefined {
  const placed = requests.filter(({ records }) => sourcesOf(records).length > 1);
  const [first] = placed;
  if (!first) return undefined;
  const names = sourcesOf(first.records)
    .map(name => `\`${name}\``)
    .join(' and ');
  return `Records of ${placed.length} of ${requests.length} requests are in more than one log group: ${names}`;
}

function sourcesOf(records: RequestLogs['records']): string[] {
  return [...new Set(records.flatMap(({ source }) => source ?? []))];
}

/**
 * Tells which part of the way took the time, where the log tells when it took a record. Both clocks are set by NTP; where they are
 * not, it tells nothing.
 *
 * @param completeAt by trace
 */
export function ingestionNote(
  requests: readonly RequestLogs[],
  completeAt: ReadonlyMap<string, number>,
): string | undefined {
  const spans = requests.flatMap(({ sent, records }) => {
    const foundAt = completeAt.get(sent.traceId);
    const taken = records.flatMap(({ ingestedAt }) => ingestedAt ?? []);
    if (foundAt === undefined || taken.length === 0) return [];
    const ingestedAt = Math.min(...taken);
    return [{ before: ingestedAt - sent.startedAt - sent.answer.ms, after: foundAt - ingestedAt }];
  });
  const before = median(spans.map(span => span.before));
  const after = median(spans.map(span => span.after));
  if (before === undefined || after === undefined || before < 0 || after < 0) return undefined;
  const found = after < 100 ? '' : `, and they were found ${duration(after)} after that`;
  return `CloudWatch Logs took the records ${duration(before)} after the answers (median)${found}`;
}

function median(values: readonly number[]): number | undefined {
  const sorted = values.toSorted((one, other) => one - other);
  return sorted[Math.floor((sorted.length - 1) / 2)];
}
