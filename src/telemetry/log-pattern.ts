import { xrayTraceId } from './trace-id.ts';

/** A pattern has up to 1,024 characters; one id takes 74 in both forms. */
const IDS_A_PATTERN = 13;

/** Digits that ids of one run share, see `tracePrefix`. */
const SHARED = 16;

/**
 * Filter patterns that find the events which name one of these traces, in either form of its id. Ids of one run begin alike, so
 * that one regular expression finds them all, with whatever else is of that run. `-` stands for itself, and `?` for "zero or one":
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/FilterAndPatternSyntax.html
 *
 * @param traceIds 32 hexadecimal digits each
 */
export function logPatterns(traceIds: readonly string[]): string[] {
  const shared = traceIds[0]?.slice(0, SHARED);
  if (shared === undefined) return [];
  if (traceIds.every(id => id.startsWith(shared))) return [`%${shared.slice(0, 8)}-?${shared.slice(8)}%`];
  return Array.from({ length: Math.ceil(traceIds.length / IDS_A_PATTERN) }, (_, index) =>
    anyOf(traceIds.slice(index * IDS_A_PATTERN, (index + 1) * IDS_A_PATTERN)),
  );
}

/** `?` before a term means "or" (ibid.). */
function anyOf(traceIds: readonly string[]): string {
  return traceIds.flatMap(id => [`?"${id}"`, `?"${xrayTraceId(id)}"`]).join(' ');
}
