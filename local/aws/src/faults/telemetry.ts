import type { FaultDeclaration } from './declaration.ts';
import type { Effect } from './effect.ts';

const shown: Effect = { isShownByService: true };

/** Faults of X-Ray's and CloudWatch Logs' data. */
export const TELEMETRY_FAULTS = {
  'segments-unprocessed': {
    does: 'The answer is 200 and lists all segments as not processed; none is kept',
    action: 'PutTraceSegments',
    effect: shown,
  },
  'late-traces': {
    does: 'Segments are not shown until they have been there for so many seconds',
    action: '*GetTrace*',
    isLasting: true,
    parameters: { seconds: 5 },
    effect: shown,
  },
  'transaction-search': {
    does: 'Transaction Search is switched on: spans go to CloudWatch Logs, and X-Ray finds no trace',
    action: '*GetTrace*',
    isLasting: true,
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
