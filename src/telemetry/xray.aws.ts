import { jsonCaller } from '../aws/json-client.aws.ts';
import type { Session } from '../aws/session.aws.ts';
import { TransientError } from '../aws/transient-error.ts';
import { UserFault } from '../runner/fault.ts';
import type { Segment, TracesBackend } from './backends.ts';
import { readSegments } from './segment.ts';
import { xrayTraceId } from './trace-id.ts';

export const XRAY = {
  id: 'XRay',
  target: { BatchGetTraces: '/Traces', GetTraceSegmentDestination: '/GetTraceSegmentDestination' },
  host: 'xray',
  name: 'xray',
  iam: 'xray',
};

interface TracesPage {
  Traces: { Id: string; LimitExceeded?: boolean; Segments?: { Id: string; Document: string }[] }[];
  NextToken: string;
  UnprocessedTraceIds: string[];
}

/** What one call may ask for: https://docs.aws.amazon.com/xray/latest/api/API_BatchGetTraces.html */
const IDS_A_CALL = 5;

/**
 * The traces of an account, through the call that finds them by id. Ids that X-Ray leaves unprocessed are asked for
 * again by the next look.
 */
export function xrayTraces(session: Session): TracesBackend {
  let calls = 0;
  const onAttempt = () => {
    calls += 1;
  };
  const xray = jsonCaller(XRAY, session, { attempts: 1, onAttempt });
  let isDestinationKnown = false;

  /** "You cannot find traces through this API if Transaction Search is enabled", it says of BatchGetTraces. */
  async function refuseTransactionSearch(): Promise<void> {
    if (isDestinationKnown) return;
    const destination = await unlessDenied(() =>
      xray<{ Destination: string }>('GetTraceSegmentDestination', {}, ['Destination']),
    );
    isDestinationKnown = true;
    if (destination?.Destination !== 'CloudWatchLogs') return;
    throw new UserFault({
      what: 'This account keeps its traces in CloudWatch Logs (Transaction Search), where they cannot be found by id',
      seen: `GetTraceSegmentDestination: CloudWatchLogs in ${session.region}`,
      fix: 'Use a region without Transaction Search for tests, or `aws xray update-trace-segment-destination --destination XRay`',
    });
  }

  async function batch(ids: readonly string[]): Promise<Segment[]> {
    const found: Segment[] = [];
    let NextToken: string | undefined;
    do {
      const input = { TraceIds: ids.map(xrayTraceId), ...(NextToken && { NextToken }) };
      const page = await xray<TracesPage>('BatchGetTraces', input, ['Traces', 'NextToken', 'UnprocessedTraceIds']);
      for (const { Id, Segments = [] } of page.Traces ?? [])
        found.push(...Segments.flatMap(({ Document }) => readSegments(Id, Document)));
      NextToken = page.NextToken || undefined;
    } while (NextToken);
    return found;
  }

  return {
    async segments(traceIds) {
      const batches = Array.from({ length: Math.ceil(traceIds.length / IDS_A_CALL) }, (_, index) =>
        traceIds.slice(index * IDS_A_CALL, (index + 1) * IDS_A_CALL),
      );
      const found = (await Promise.all(batches.map(batch))).flat();
      if (found.length === 0 && traceIds.length > 0) await refuseTransactionSearch();
      return found;
    },
    calls: () => calls,
  };
}

/** Roles that may read traces need not be allowed to see where they are kept. */
async function unlessDenied<T>(send: () => Promise<T>): Promise<T | undefined> {
  try {
    return await send();
  } catch (error) {
    if (error instanceof UserFault && !(error instanceof TransientError)) return undefined;
    throw error;
  }
}
