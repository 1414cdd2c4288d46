import type { ExpectedMetric } from './expectations.ts';
import type { SentRequest } from './traffic.ts';

/** How many requests a metric has to count. */
export interface CountedRequests {
  /** Those that were answered as expected, in the order of sending. */
  answered: readonly SentRequest[];
  /** What these come to. */
  least: number;
  /** With those that were answered otherwise or not at all: an application may have counted them, or not. */
  most: number;
  /** So many of the least the service sends to itself. */
  ownCalls: number;
}

type Counting = Pick<ExpectedMetric, 'counts'>;

export function countedRequests(metric: Counting, sent: readonly SentRequest[]): CountedRequests {
  const all = sent.filter(({ request }) => isCounted(metric, request));
  const answered = all.filter(({ request, answer }) => answer.kind === 'answered' && answer.status === request.status);
  const least = weightOf(metric, answered);
  return { answered, least, most: weightOf(metric, all), ownCalls: least - answered.length };
}

function isCounted({ counts }: Counting, { isTraced, name }: SentRequest['request']): boolean {
  return isTraced && counts !== undefined && (counts === 'requests' || counts.includes(name));
}

/** For how much requests count: what the service sends to itself is a request like any other. */
export function weightOf({ counts }: Counting, sent: readonly SentRequest[]): number {
  return sent.reduce((sum, { request }) => sum + 1 + (counts === 'requests' ? (request.selfCalls ?? 0) : 0), 0);
}

/** Paths of requests that leave no trace, but of no other: load balancers and health checks send such, too. */
export function untracedPaths(sent: readonly SentRequest[]): Set<string> {
  const pathsOf = (isTraced: boolean) =>
    sent.filter(({ request }) => request.isTraced === isTraced).map(({ request }) => request.path.replace(/\?.*/s, ''));
  const traced = pathsOf(true);
  return new Set(pathsOf(false).filter(path => !traced.includes(path)));
}
