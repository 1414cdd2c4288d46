/** Why work stopped before its end. */
export class Cancelled extends Error {
  readonly by: NodeJS.Signals | 'timeout';

  constructor(by: NodeJS.Signals | 'timeout') {
    super(by === 'timeout' ? 'the time limit was reached' : `the run was cancelled (${by})`);
    this.name = 'Cancelled';
    this.by = by;
  }
}

/**
 * Turns SIGINT and SIGTERM into an abort whose reason is `Cancelled`. A second SIGINT ends the process at once, as people
 * at a terminal expect; SIGTERM does not, because the runner always sends it after SIGINT, to a process that may be tidying up.
 * It listens until the process ends: a signal that comes when all is done must not change how it ends.
 */
export function listenForCancellation(): AbortSignal {
  const controller = new AbortController();
  const onSignal = (name: NodeJS.Signals) => {
    if (controller.signal.aborted && name === 'SIGINT') process.exit(130);
    controller.abort(new Cancelled(name));
  };
  process.on('SIGINT', onSignal).on('SIGTERM', onSignal);
  return controller.signal;
}

/** A signal that aborts with the given one, or with `Cancelled('timeout')` after `ms`. */
export function withTimeout(signal: AbortSignal, ms: number): AbortSignal {
  const controller = new AbortController();
  // Beyond 2³¹−1 ms a timer would fire at once. It does not keep a process alive that has nothing left to do.
  setTimeout(() => controller.abort(new Cancelled('timeout')), Math.min(ms, 2 ** 31 - 1)).unref();
  return AbortSignal.any([signal, controller.signal]);
}

/** The promise's outcome, or the signal's reason as soon as that aborts: a call that hangs does not keep a run from ending. */
export async function orAbort<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  let stop = () => {};
  const aborted = new Promise<never>((_, reject) => {
    const onAbort = () => reject(signal.reason);
    if (signal.aborted) onAbort();
    signal.addEventListener('abort', onAbort, { once: true });
    stop = () => signal.removeEventListener('abort', onAbort);
  });
  try {
    return await Promise.race([promise, aborted]);
  } finally {
    stop();
  }
}
