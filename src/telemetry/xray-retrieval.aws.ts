import type { JsonCall } from '../aws/json-client.aws.ts';
import { TransientError } from '../aws/transient-error.ts';
import type { Clock } from '../runner/clock.ts';
import type { Segment } from './backends.ts';
import { readTraceDocument } from './span-document.ts';
import { xrayTraceId } from './trace-id.ts';

interface RetrievedPage {
  RetrievalStatus: 'SCHEDULED' | 'RUNNING' | 'COMPLETE' | 'FAILED' | 'CANCELLED' | 'TIMEOUT';
  Traces: { Id: string; Spans?: { Id: string; Document: string }[] | null }[];
  NextToken: string;
}

/** What one retrieval may ask for: https://docs.aws.amazon.com/xray/latest/api/API_StartTraceRetrieval.html */
export const IDS_A_RETRIEVAL = 100;
/** Milliseconds between looks at a retrieval that is under way. */
const SOONEST = 100;
const LATEST = 800;
/** Spans may bear a time so much ahead, by the clock of their host, in milliseconds. */
const SKEW = 600_000;
/** So long a retrieval may take, in milliseconds. */
const PATIENCE = 30_000;

/**
 * All segments of up to a hundred traces that Transaction Search keeps: a retrieval is started, waited for, and read page by page.
 *
 * @param since of the traces, in milliseconds since the Unix epoch
 * @throws TransientError when the retrieval does not come to its end
 */
export async function retrievedSegments(
  xray: JsonCall,
  traceIds: readonly string[],
  since: number,
  clock: Clock,
): Promise<Segment[]> {
  const range = { StartTime: Math.floor(since / 1000), EndTime: Math.ceil((clock.now() + SKEW) / 1000) };
  const input = { TraceIds: traceIds.map(xrayTraceId), ...range };
  const { RetrievalToken } = await xray<{ RetrievalToken: string }>('StartTraceRetrieval', input, ['RetrievalToken']);
  const list = (NextToken?: string) =>
    xray<RetrievedPage>(
      'ListRetrievedTraces',
      { RetrievalToken, TraceFormat: 'XRAY', ...(NextToken && { NextToken }) },
      ['RetrievalStatus', 'Traces', 'NextToken'],
    );
  const found: Segment[] = [];
  let last: string | undefined;
  for (let page = await whenComplete(list, clock); ; page = await list(last)) {
    for (const { Id, Spans } of page.Traces ?? [])
      found.push(...(Spans ?? []).flatMap(({ Document }) => readTraceDocument(Document, Id)));
    // The same token again leads nowhere.
    if (!page.NextToken || page.NextToken === last) return found;
    last = page.NextToken;
  }
}

/** "When the RetrievalStatus is not COMPLETE, the API will return an empty response": so it is asked until it is. */
async function whenComplete(
  list: () => Promise<Partial<RetrievedPage>>,
  clock: Clock,
): Promise<Partial<RetrievedPage>> {
  const deadline = clock.now() + PATIENCE;
  for (let pause = SOONEST; ; pause = Math.min(pause * 2, LATEST)) {
    const page = await list();
    const { RetrievalStatus = 'COMPLETE' } = page;
    if (RetrievalStatus === 'COMPLETE') return page;
    const isOpen = RetrievalStatus === 'SCHEDULED' || RetrievalStatus === 'RUNNING';
    if (!isOpen || clock.now() >= deadline) {
      throw new TransientError({
        what: 'X-Ray has not brought a retrieval of traces to its end',
        seen: `ListRetrievedTraces: ${RetrievalStatus}`,
        fix: 'This may pass by itself: run again',
      });
    }
    await clock.sleep(pause);
  }
}
