import type { Clock } from '../runner/clock.ts';
import { TransientError } from './transient-error.ts';

/** AWS's own clients renew five minutes before the end; so does this. */
const RENEW_BEFORE = 5 * 60_000;
/** So long credentials are used on whose renewal has failed for a reason that may pass. */
const TRY_AGAIN_AFTER = 15_000;

/**
 * Credentials that all clients of a session share, got anew before they expire or when AWS says that they have. Their age is
 * measured on the clock here from when they came: AWS's word on when they expire is of no use to a clock that is wrong.
 */
export class KeptCredentials<C> {
  readonly #provide: () => Promise<C>;
  readonly #lifetime: number;
  readonly #clock: Pick<Clock, 'now'>;
  #current: { credentials: C; renewAt: number; expiresAt: number } | undefined;
  #renewal: Promise<C> | undefined;
  #generation = 0;

  /** @param lifetime in milliseconds */
  constructor(provide: () => Promise<C>, lifetime: number, clock: Pick<Clock, 'now'>) {
    this.#provide = provide;
    this.#lifetime = lifetime;
    this.#clock = clock;
  }

  /** Which ones are in use; every renewal has its own number. */
  get generation(): number {
    return this.#generation;
  }

  async get(): Promise<C> {
    const current = this.#current;
    if (current && this.#clock.now() < current.renewAt) return current.credentials;
    this.#renewal ??= this.#renew().finally(() => {
      this.#renewal = undefined;
    });
    try {
      return await this.#renewal;
    } catch (error) {
      const isGood = this.#current === current && current && this.#clock.now() < current.expiresAt;
      if (!isGood || !(error instanceof TransientError)) throw error;
      current.renewAt = this.#clock.now() + TRY_AGAIN_AFTER;
      return current.credentials;
    }
  }

  /** AWS does not take those of this generation any more. Later ones are kept: others may have met the same refusal before. */
  drop(generation: number): void {
    if (generation === this.#generation) this.#current = undefined;
  }

  async #renew(): Promise<C> {
    const from = this.#clock.now();
    const credentials = await this.#provide();
    this.#generation += 1;
    const renewAt = from + Math.max(this.#lifetime - RENEW_BEFORE, this.#lifetime / 2);
    this.#current = { credentials, renewAt, expiresAt: from + this.#lifetime };
    return credentials;
  }
}
