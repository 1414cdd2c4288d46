import type { Clock } from '../runner/clock.ts';
import { NotReady, pauseAfter } from './ready.ts';

/** One try, in milliseconds; a server that is slow to answer is none that is not there. */
const ONE_TRY = 30_000;

export interface Waiting {
  clock: Clock;
  signal: AbortSignal;
  /** Milliseconds. */
  patience: number;
  /** Ends the wait by an error of its own, such as when the container has ended. */
  whileSilent: () => Promise<void>;
}

/**
 * Waits until a server answers over HTTP, whatever it answers: containers without a health check count as ready as soon as they
 * run.
 *
 * @throws NotReady when it has not answered when the time is up
 */
export async function untilAnswers(
  url: string,
  service: string | undefined,
  { clock, signal, patience, whileSilent }: Waiting,
): Promise<void> {
  const began = clock.now();
  for (;;) {
    const why = await failureOf(url, signal);
    if (why === undefined) return;
    await whileSilent();
    const elapsed = clock.now() - began;
    if (elapsed > patience) throw silent(url, service, why);
    await clock.sleep(pauseAfter(elapsed), signal);
  }
}

async function failureOf(url: string, signal: AbortSignal): Promise<string | undefined> {
  try {
    const answer = await fetch(url, {
      redirect: 'manual',
      signal: AbortSignal.any([signal, AbortSignal.timeout(ONE_TRY)]),
    });
    await answer.body?.cancel();
    return undefined;
  } catch (error) {
    signal.throwIfAborted();
    const { cause, message } = error as Error;
    return cause instanceof Error ? cause.message : message;
  }
}

function silent(url: string, service: string | undefined, why: string): NotReady {
  if (service === undefined) {
    return new NotReady({ what: `Nothing answers at ${url}`, seen: why, fix: 'Correct `base-url`' }, []);
  }
  const fault = {
    what: `\`${service}\` runs, but nothing answers at ${url}`,
    seen: why,
    fix: 'Look at its log, and whether it listens on all addresses (0.0.0.0) at the port that `ports` names',
  };
  return new NotReady(fault, [service]);
}
