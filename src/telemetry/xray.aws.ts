import { jsonCaller } from '../aws/json-client.aws.ts';
import type { Session } from '../aws/session.aws.ts';
import { ExpiredCredentials, TransientError } from '../aws/transient-error.ts';
import { UserFault } from '../runner/fault.ts';
import type { Segment, TracesBackend } from './backends.ts';
import { SearchedTraces } from './transaction-search.aws.ts';
import { IDS_A_CALL, indexedIds, indexedSegments } from './xray-index.aws.ts';

export const XRAY = {
  id: 'XRay',
  target: {
    BatchGetTraces: '/Traces',
    GetTraceSummaries: '/TraceSummaries',
    GetTraceSegmentDestination: '/GetTraceSegmentDestination',
    StartTraceRetrieval: '/StartTraceRetrieval',
    ListRetrievedTraces: '/ListRetrievedTraces',
  },
  host: 'xray',
  name: 'xray',
  iam: 'xray',
};

/** Where an account keeps traces; not known, where a role may not ask. */
type Destination = 'XRay' | 'CloudWatchLogs' | 'unknown';

/**
 * The traces of an account, wherever it keeps them: in X-Ray's index, or, with Transaction Search, in CloudWatch Logs: "You cannot
 * find traces through this API if Transaction Search is enabled", it says of BatchGetTraces.
 */
export function xrayTraces(session: Session): TracesBackend {
  let calls = 0;
  const onAttempt = () => {
    calls += 1;
  };
  const xray = jsonCaller(XRAY, session, { attempts: 1, onAttempt });
  const searched = new SearchedTraces(xray, session);
  let asked: Promise<Destination> | undefined;
  let destination: Destination | undefined;
  let hasFound = false;

  async function ask(): Promise<Destination> {
    const answer = await unlessRefused(() =>
      xray<{ Destination: string }>('GetTraceSegmentDestination', {}, ['Destination']),
    );
    if (!answer) return 'unknown';
    return answer.Destination === 'CloudWatchLogs' ? 'CloudWatchLogs' : 'XRay';
  }

  /** Once for all calls; again after it was not answered. */
  async function whereKept(): Promise<Destination> {
    asked ??= ask();
    try {
      destination = await asked;
      return destination;
    } catch (error) {
      asked = undefined;
      throw error;
    }
  }

  async function indexed(traceIds: readonly string[]): Promise<Segment[]> {
    const batches = Array.from({ length: Math.ceil(traceIds.length / IDS_A_CALL) }, (_, index) =>
      traceIds.slice(index * IDS_A_CALL, (index + 1) * IDS_A_CALL),
    );
    return (await Promise.all(batches.map(batch => indexedSegments(xray, batch)))).flat();
  }

  return {
    async segments(traceIds) {
      if (traceIds.length === 0) return [];
      const isSearched = (await whereKept()) === 'CloudWatchLogs';
      const found = await (isSearched ? searched.segments(traceIds) : indexed(traceIds));
      hasFound ||= found.length > 0;
      return found;
    },
    idsACall: async () => ((await whereKept()) === 'CloudWatchLogs' ? searched.idsACall : IDS_A_CALL),
    async named(userAgent, since) {
      if ((await whereKept()) === 'CloudWatchLogs') return await searched.named(userAgent, since);
      return await indexedIds(xray, userAgent, since, session.pacing.clock.now());
    },
    notes() {
      if (destination !== 'unknown' || hasFound) return searched.notes();
      return [
        'Whether this account keeps traces in CloudWatch Logs (Transaction Search), where X-Ray does not find them, is not known: allow `xray:GetTraceSegmentDestination`',
      ];
    },
    calls: () => calls + searched.calls(),
  };
}

/** Roles that may read traces need not be allowed to see where they are kept, and what stands in for AWS need not know it. */
async function unlessRefused<T>(send: () => Promise<T>): Promise<T | undefined> {
  try {
    return await send();
  } catch (error) {
    const isRefused = error instanceof UserFault && !(error instanceof TransientError);
    if (isRefused && !(error instanceof ExpiredCredentials)) return undefined;
    throw error;
  }
}
