import { duration } from '../report/words.ts';
import type { Clock } from '../runner/clock.ts';

/** What a `Pacing` needs from outside. */
export interface PacingOptions {
  clock: Clock;
  /** In [0, 1). */
  random: () => number;
  /** Told when AWS has not answered for a while, and when it does again. */
  notify: (text: string) => void;
}

/** A call that is under way. */
export interface Ticket {
  /** When it was sent. */
  sentAt: number;
}

/** The first distance after a throttled call, and the longest. Milliseconds, as everywhere here. */
const FIRST_SPACING = 200;
const LONGEST_SPACING = 4000;
/** Closer together than this, calls need not be kept apart any more. */
const NO_SPACING = 50;
/** How many calls a second each answer wins back. */
const REGAINED = 0.25;

/** So long a silence goes without a word. */
const SILENCE = 30_000;
const LONGEST_SILENCE = 600_000;

const LONGEST_PAUSE = 20_000;

/**
 * How far apart reads are kept after an answer: throttling doubles the distance, each good answer shortens it by a constant
 * rate, as TCP finds its share of a line that others use too. 0: no limit.
 */
export function spacingAfter(spacing: number, answer: 'good' | 'throttled'): number {
  if (answer === 'throttled') return Math.min(Math.max(spacing * 2, FIRST_SPACING), LONGEST_SPACING);
  if (spacing === 0) return 0;
  const next = 1000 / (1000 / spacing + REGAINED);
  return next < NO_SPACING ? 0 : next;
}

/**
 * The pause before a call is made again, with full jitter: any time up to a limit that doubles.
 * https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/
 *
 * @param failures how often it has failed, at least 1
 */
export function retryPause(failures: number, isThrottled: boolean, random: number): number {
  const base = isThrottled ? 1000 : 200;
  return Math.min(base * 2 ** (failures - 1), LONGEST_PAUSE) * random;
}

/**
 * The one budget of calls that everything in a run shares: AWS throttles an account, not a stack, so what one watcher learns
 * slows all of them. It also knows for how long AWS has not answered, and says so now and then.
 */
export class Pacing {
  readonly #options: PacingOptions;
  #spacing = 0;
  #next = 0;
  #slowedAt = Number.NEGATIVE_INFINITY;
  /** Since when nothing was answered; `undefined` while all is well. */
  #silentSince: number | undefined;
  #tellAfter = SILENCE;
  /** Whether AWS has ever answered. */
  hasAnswered = false;

  constructor(options: PacingOptions) {
    this.#options = options;
  }

  get clock(): Clock {
    return this.#options.clock;
  }

  /** Waits until the next read may be sent. Writes are few and are waited for: they take no turn. */
  async turn(isRead: boolean): Promise<Ticket> {
    const { clock, random } = this.#options;
    if (isRead && this.#spacing > 0) {
      const at = Math.max(clock.now(), this.#next);
      this.#next = at + this.#spacing * (0.5 + random());
      if (at > clock.now()) await clock.sleep(at - clock.now());
    }
    return { sentAt: clock.now() };
  }

  /** AWS has answered as it should, if only with a refusal. */
  answered(): void {
    this.hasAnswered = true;
    this.#spacing = spacingAfter(this.#spacing, 'good');
    if (this.#silentSince !== undefined && this.#tellAfter > SILENCE)
      this.#options.notify(`AWS answers again, after ${this.#silence()}`);
    this.#silentSince = undefined;
    this.#tellAfter = SILENCE;
  }

  /** A call was throttled, or not answered. `seen`: in whose words. */
  failed({ sentAt }: Ticket, isThrottled: boolean, seen: string): void {
    const { clock, notify } = this.#options;
    // Calls that were on their way together are throttled together, and slow the rest once.
    if (isThrottled && sentAt >= this.#slowedAt) {
      this.#spacing = spacingAfter(this.#spacing, 'throttled');
      this.#slowedAt = clock.now();
    }
    this.#silentSince ??= sentAt;
    const silence = clock.now() - this.#silentSince;
    if (silence < this.#tellAfter) return;
    notify(`AWS has not answered for ${this.#silence()} (${seen.replace(/\.$/, '')}); still trying`);
    this.#tellAfter = silence + Math.min(silence, LONGEST_SILENCE);
  }

  /** Waits before a call is made again that has failed so many times. */
  async pause(failures: number, isThrottled: boolean): Promise<void> {
    const { clock, random } = this.#options;
    await clock.sleep(retryPause(failures, isThrottled, random()));
  }

  #silence(): string {
    return duration(this.#options.clock.now() - (this.#silentSince ?? 0));
  }
}
