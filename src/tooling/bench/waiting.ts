import type { Work } from '@zap-obs/local-aws';

/** What a run's time went into, in milliseconds. */
export interface Waiting {
  /** From the start of the process to its exit. */
  wall: number;
  /** In which AWS was at work on at least one of the stacks: it made a change set or ran an operation. */
  aws: number;
  /** The rest: starting, looking, sleeping, passing outputs on. */
  beyond: number;
}

interface Span {
  from: number;
  to: number;
}

/** How long a run waited beyond AWS's own time, from what AWS tells of its work on each stack. */
export function waitingIn(run: Span, stacks: readonly (readonly Work[])[]): Waiting {
  const wall = run.to - run.from;
  const aws = covered(stacks.flat(), run);
  return { wall, aws, beyond: wall - aws };
}

/**
 * The same for each stack of a chain, in its order. A stack's time goes from the first work on it to the first work on the next
 * one, so that it pays for noticing its end and for passing its outputs on; the first pays for the start too, the last for
 * the exit. The shares add up to the whole.
 */
export function waitingByStack(run: Span, stacks: readonly (readonly Work[])[]): number[] {
  const begun = stacks.filter(work => work.length > 0).toSorted((a, b) => beginOf(a) - beginOf(b));
  return begun.map((_, index) => {
    const next = begun[index + 1];
    const from = index === 0 ? run.from : beginOf(begun[index]);
    const own = { from, to: next ? beginOf(next) : run.to };
    return waitingIn(own, begun).beyond;
  });
}

function beginOf(work: readonly Work[] = []): number {
  return Math.min(...work.map(({ from }) => from));
}

/** How much of a span is covered by at least one of these. */
function covered(spans: readonly Span[], { from, to }: Span): number {
  let sum = 0;
  let end = from;
  for (const span of spans.toSorted((a, b) => a.from - b.from)) {
    const begin = Math.max(span.from, end);
    const until = Math.min(span.to, to);
    if (until > begin) {
      sum += until - begin;
      end = until;
    }
  }
  return sum;
}
