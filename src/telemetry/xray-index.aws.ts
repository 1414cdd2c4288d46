import type { JsonCall } from '../aws/json-client.aws.ts';
import type { Segment } from './backends.ts';
import { readTraceDocument } from './span-document.ts';
import { plainTraceId, xrayTraceId } from './trace-id.ts';

interface TracesPage {
  Traces: { Id: string; LimitExceeded?: boolean; Segments?: { Id: string; Document: string }[] | null }[];
  NextToken: string;
}

interface SummariesPage {
  TraceSummaries: { Id?: string }[];
  NextToken: string;
}

/** What one call may ask for: https://docs.aws.amazon.com/xray/latest/api/API_BatchGetTraces.html */
export const IDS_A_CALL = 5;
/** What GetTraceSummaries takes, in milliseconds: from memory, the reference names no limit. */
const LONGEST_RANGE = 6 * 3_600_000;
/** So many pages are read; a run has hundreds of requests, not tens of thousands. */
const MOST_PAGES = 20;

/** All segments of up to five traces. Ids that X-Ray leaves unprocessed may be there all the same: it does not tell. */
export async function indexedSegments(xray: JsonCall, traceIds: readonly string[]): Promise<Segment[]> {
  const found: Segment[] = [];
  let NextToken: string | undefined;
  let last: string | undefined;
  do {
    const input = { TraceIds: traceIds.map(xrayTraceId), ...(NextToken && { NextToken }) };
    const page = await xray<TracesPage>('BatchGetTraces', input, ['Traces', 'NextToken']);
    for (const { Id, Segments } of page.Traces ?? [])
      found.push(...(Segments ?? []).flatMap(({ Document }) => readTraceDocument(Document, Id)));
    last = NextToken;
    NextToken = page.NextToken || undefined;
    // The same again leads nowhere.
  } while (NextToken && NextToken !== last);
  return found;
}

/**
 * The ids of traces that began with a request of this user agent, newest first.
 *
 * @param since milliseconds since the Unix epoch
 */
export async function indexedIds(xray: JsonCall, userAgent: string, since: number, now: number): Promise<string[]> {
  const found: string[] = [];
  const query = {
    // When the request came: ids that others have given tell no time.
    TimeRangeType: 'Event',
    StartTime: Math.floor(Math.max(since, now - LONGEST_RANGE + 60_000) / 1000),
    EndTime: Math.ceil(now / 1000),
    FilterExpression: `http.useragent = ${JSON.stringify(userAgent)}`,
  };
  let NextToken: string | undefined;
  for (let pages = 0; pages === 0 || (NextToken && pages < MOST_PAGES); pages += 1) {
    const input = { ...query, ...(NextToken && { NextToken }) };
    const page = await xray<SummariesPage>('GetTraceSummaries', input, ['TraceSummaries', 'NextToken']);
    found.push(...(page.TraceSummaries ?? []).flatMap(({ Id = '' }) => plainTraceId(Id) ?? []));
    NextToken = page.NextToken || undefined;
  }
  return found;
}
