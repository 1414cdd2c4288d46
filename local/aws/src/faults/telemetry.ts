import type { FaultDeclaration } from './declaration.ts';
import type { Effect } from './effect.ts';

const shown: Effect = { isShownByService: true };

/** Faults of X-Ray's and CloudWatch Logs' data. */
export const TELEMETRY_FAULTS = {
  'segments-unprocessed': {
    does: 'The answer is 200 and lists so many of a hundred segments, at random, as not processed; they are not kept',
    action: 'PutTraceSegments',
    parameters: { percent: 100 },
    effect: shown,
  },
  'segments-dropped': {
    does: 'So many of a hundred segments, at random, are not kept, and the answer says nothing of it',
    action: 'PutTraceSegments',
    isLasting: true,
    parameters: { percent: 5 },
    effect: shown,
  },
  'late-traces': {
    does: 'Segments are not shown until they have been there for so many seconds',
    action: '*Trace*',
    isLasting: true,
    parameters: { seconds: 5 },
    effect: shown,
  },
  'half-answered-traces': {
    does: 'Every other trace that is asked for is left unprocessed, though it is there',
    action: 'BatchGetTraces',
    effect: shown,
  },
  'transaction-search': {
    does: 'Transaction Search is on, as by UpdateTraceSegmentDestination: spans go to CloudWatch Logs, and X-Ray has no trace',
    action: '*Trace*',
    isLasting: true,
    effect: shown,
  },
  'slow-retrieval': {
    does: 'A retrieval of traces goes on for so many seconds, and has nothing to show until then',
    action: 'ListRetrievedTraces',
    isLasting: true,
    parameters: { seconds: 2 },
    effect: shown,
  },
  'late-log-events': {
    does: 'Log events are not shown until they have been there for so many seconds',
    action: 'FilterLogEvents',
    isLasting: true,
    parameters: { seconds: 5 },
    effect: shown,
  },
  'empty-log-page': {
    does: 'A page comes without events, and with the token of the next',
    action: 'FilterLogEvents',
    effect: shown,
  },
} as const satisfies Readonly<Record<string, FaultDeclaration>>;
