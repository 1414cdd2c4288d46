/**
 * Grants at most so many per second, and a second's worth at once after a rest.
 *
 * @param perSecond 0 grants nothing
 * @param now milliseconds of a clock that never goes back
 */
export function tokenBucket(perSecond: number, now: () => number): () => boolean {
  let tokens = perSecond;
  let last = now();
  return () => {
    const time = now();
    tokens = Math.min(perSecond, tokens + ((time - last) / 1000) * perSecond);
    last = time;
    if (tokens < 1) return false;
    tokens -= 1;
    return true;
  };
}
