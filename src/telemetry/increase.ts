/** A sample of a cumulative series: what was counted since the process began. */
export interface Point {
  /** Milliseconds since the Unix epoch, by the sender's clock. */
  at: number;
  value: number;
}

/** A process has begun anew after one time and not later than the other. */
export interface Restart {
  after: number;
  until: number;
}

/**
 * How far a series has risen. A value that falls is that of a process which began anew at 0, so that all of it counts; a series
 * that was not there before has risen from 0.
 *
 * @param base the last sample before; absent when there was none
 * @param points those after it, oldest first
 * @param restarts of its process, also such as cannot be seen by this series: what has risen past its old value meanwhile
 */
export function increaseOf(
  base: Point | undefined,
  points: readonly Point[],
  restarts: readonly Restart[] = [],
): number {
  let rise = 0;
  let last: Point = base ?? { at: Number.NEGATIVE_INFINITY, value: 0 };
  for (const point of points) {
    const isAnew = point.value < last.value || restarts.some(restart => isBetween(restart, last, point));
    rise += isAnew ? point.value : point.value - last.value;
    last = point;
  }
  return rise;
}

/** Restarts that a series shows: it has fallen. */
export function restartsOf(base: Point | undefined, points: readonly Point[]): Restart[] {
  return points.flatMap((point, index) => {
    const last = points[index - 1] ?? base;
    return last && point.value < last.value ? [{ after: last.at, until: point.at }] : [];
  });
}

function isBetween({ after, until }: Restart, last: Point, point: Point): boolean {
  return last.at <= after && until <= point.at;
}

/** What is usual between two samples of a series, in milliseconds; `undefined` when there are no two. */
export function spacingOf(points: readonly Point[]): number | undefined {
  const gaps = points.slice(1).map(({ at }, index) => at - (points[index]?.at ?? at));
  return gaps.sort((one, other) => one - other)[Math.floor(gaps.length / 2)];
}
