import { UserFault } from '../runner/fault.ts';

/**
 * A remote call that failed, retries included, for a reason that may pass: throttling, a server's fault, a lost connection.
 * Observation goes on after it; where it ends a run, the user can only run again.
 */
export class TransientError extends UserFault {
  constructor(action: string, seen: string, options?: ErrorOptions) {
    super(
      {
        what: `AWS did not answer \`${action}\` as it should, also when asked again`,
        seen,
        fix: 'This may pass by itself: run again',
      },
      options,
    );
    this.name = 'TransientError';
  }
}
