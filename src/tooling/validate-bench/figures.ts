import { markdownTable } from 'markdown-table';
import type { Aim } from '../bench/aims.ts';

/** One approach to the traffic of one run. Times in seconds. */
export interface ValidateFigure {
  approach: 'zap-obs' | 'fixed polls';
  /** Requests that were sent, and of these the ones that leave a trace. */
  requests: number;
  traced: number;
  passed: boolean;
  firstRequestToVerdict: number;
  /** The traffic alone takes so much of that. */
  traffic: number;
  /** Less than 0 where the verdict did not wait for everything. */
  lastArrivalToVerdict: number;
  calls: number;
}

export function validateTable(figures: readonly ValidateFigure[]): string {
  const rows = figures.map(figure => [
    `${figure.requests}`,
    figure.approach,
    figure.passed ? 'found' : 'not found',
    seconds(figure.traffic),
    seconds(figure.firstRequestToVerdict),
    seconds(figure.lastArrivalToVerdict),
    `${figure.calls}`,
  ]);
  const head = [
    'Requests',
    'Approach',
    'Verdict',
    'Traffic',
    'First request to verdict',
    'Last arrival to verdict',
    'API calls',
  ];
  return markdownTable([head, ...rows], { alignDelimiters: false });
}

const seconds = (value: number) => `${value.toFixed(2)} s`;

/** Calls that do not grow with the requests: what is asked before the traffic, each look at metrics and logs, and what is asked at the end. */
const CONSTANT = 80;

export function validateAims(figures: readonly ValidateFigure[]): Aim[] {
  const own = figures.filter(({ approach }) => approach === 'zap-obs');
  if (own.length === 0) return [];
  const worst = Math.max(...own.map(({ lastArrivalToVerdict }) => lastArrivalToVerdict));
  const small = own.filter(({ requests }) => requests <= 100);
  const wait = Math.max(...small.map(({ firstRequestToVerdict }) => firstRequestToVerdict));
  const beyond = Math.max(...own.map(({ calls, traced }) => calls - traced / 5));
  const aims: Aim[] = [
    { what: 'last arrival to verdict, worst: at most 1 s', measured: worst, unit: ' s', isMet: worst <= 1 },
    {
      what: `calls beyond one for five requests, worst: at most ${CONSTANT}`,
      measured: beyond,
      unit: '',
      isMet: beyond <= CONSTANT,
    },
  ];
  if (small.length === 0) return aims;
  const what = 'first request to verdict, up to 100 requests, worst: at most 10 s';
  return [{ what, measured: wait, unit: ' s', isMet: wait <= 10 }, ...aims];
}
