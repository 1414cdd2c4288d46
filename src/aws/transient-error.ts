/** A remote call that failed for a reason that may pass: throttling, a server's fault, a lost connection. */
export class TransientError extends Error {
  override name = 'TransientError';
}
