import { type Fault, UserFault } from '../runner/fault.ts';

/**
 * A remote call that failed, retries included, for a reason that may pass: throttling, a server's fault, a lost connection.
 * Observation goes on after it; where it ends a run, the user can only run again.
 */
export class TransientError extends UserFault {
  readonly isThrottled: boolean;
  /** Nothing was reached, as ever in this run: the address may be wrong. */
  readonly isFirstContact: boolean;

  constructor(fault: Fault, options: ErrorOptions & { isThrottled?: boolean; isFirstContact?: boolean } = {}) {
    super(fault, options);
    this.name = 'TransientError';
    this.isThrottled = options.isThrottled ?? false;
    this.isFirstContact = options.isFirstContact ?? false;
  }
}

/** The credentials are at their end and cannot be renewed. What AWS has begun goes on, unseen. */
export class ExpiredCredentials extends UserFault {
  constructor(faults: Fault | readonly Fault[], options?: ErrorOptions) {
    super(faults, options);
    this.name = 'ExpiredCredentials';
  }
}

/** The fault of an answer that is none. */
export function unanswered(action: string, seen: string): Fault {
  const what = `AWS did not answer \`${action}\` as it should, also when asked again`;
  return { what, seen, fix: 'This may pass by itself: run again' };
}
