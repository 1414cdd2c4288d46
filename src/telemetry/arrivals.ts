import type { SentRequest } from './traffic.ts';

/** When telemetry of a request was first seen whole. */
export interface Sighting {
  sent: SentRequest;
  /** Milliseconds since the Unix epoch. */
  at: number;
}

/** How finely a first look can tell, in milliseconds. */
const GRAIN = 1000;

/**
 * How long telemetry took to arrive, in milliseconds, as far as that was measured. The first look comes after the traffic: what it
 * finds of requests that were answered long before has come at any time since, and would count as slow. So it is left out, where
 * others tell.
 *
 * @param firstLookAt when the first look had ended, in milliseconds since the Unix epoch
 */
export function measuredArrivals(sightings: readonly Sighting[], firstLookAt: number): number[] {
  const measured = sightings.filter(({ sent, at }) => at > firstLookAt || at - endOf(sent) <= GRAIN);
  return (measured.length > 0 ? measured : sightings).map(({ sent, at }) => Math.max(at - endOf(sent), 0));
}

/** When a request was answered, in milliseconds since the Unix epoch. */
export function endOf({ startedAt, answer }: SentRequest): number {
  return startedAt + answer.ms;
}
