import { type Fault, UserFault } from '../runner/fault.ts';

/**
 * A remote call that failed, retries included, for a reason that may pass: throttling, a server's fault, a lost connection.
 * Observation goes on after it; where it ends a run, the user can only run again.
 */
export class TransientError extends UserFault {
  constructor(fault: Fault, options?: ErrorOptions) {
    super(fault, options);
    this.name = 'TransientError';
  }
}

/** The fault of an answer that is none. */
export function unanswered(action: string, seen: string): Fault {
  const what = `AWS did not answer \`${action}\` as it should, also when asked again`;
  return { what, seen, fix: 'This may pass by itself: run again' };
}
