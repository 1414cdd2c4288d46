import { TransientError } from '../aws/transient-error.ts';
import type { Clock } from '../runner/clock.ts';
import type { TracesBackend } from './backends.ts';
import { batchesOf, isWorthMore, type OpenTrace, probeOf } from './trace-polling.ts';
import type { TraceState, TraceStates } from './trace-state.ts';

/** What BatchGetTraces takes: https://docs.aws.amazon.com/xray/latest/api/API_BatchGetTraces.html */
const IDS_A_CALL = 5;
/** Calls at a time; fewer once the backend throttles. */
const AT_ONCE = 8;
/** How often the last look asks again for what was not answered, and how long it waits before the first time, in milliseconds. */
const LAST_TRIES = 3;
const LAST_PAUSE = 200;
/** So often it believes a backend that passes a trace over. */
const MOST_PASSES = 3;

/** What came of a few calls at the same time. */
interface Wave {
  /** Traces that have become whole, by batch. */
  completed: readonly number[];
  /** Of which nothing has come, though something has of others in the same call. */
  passedOver: readonly string[];
  /** Batches that were not answered. */
  failed: readonly (readonly string[])[];
  failure?: TransientError;
}

/** Asks a backend for traces, in as few calls as tell what has come. */
export class TraceAsking {
  readonly #backend: TracesBackend;
  readonly #clock: Clock;
  readonly #states: TraceStates;
  /** How many looks have asked for a trace. */
  readonly #asked = new Map<string, number>();
  #atOnce = AT_ONCE;
  /** Counts looks: one that was given up must not go on beside the next. */
  #look = 0;

  constructor(backend: TracesBackend, clock: Clock, states: TraceStates) {
    this.#backend = backend;
    this.#clock = clock;
    this.#states = states;
  }

  /**
   * One call tells whether something has come. Only then the others are made, more and more at a time, and only as long as they
   * bring something.
   *
   * @param open traces of which something may still come, as far as is known by now
   * @throws TransientError when that one call is not answered
   */
  async forNews(open: () => readonly TraceState[]): Promise<void> {
    const { size, isCurrent } = await this.#begin();
    const newest = this.#newest();
    const probe = probeOf(open().map(this.#openTrace), size, newest);
    const { completed, failure } = await this.#wave([probe]);
    if (failure) throw failure;
    if (!isWorthMore(completed)) return;
    const rest = open().filter(({ sent }) => !probe.includes(sent.traceId));
    const batches = batchesOf(rest.map(this.#openTrace), size, newest);
    for (let width = 1; batches.length > 0 && isCurrent(); width *= 2) {
      const wave = await this.#wave(batches.splice(0, Math.min(width, this.#atOnce)));
      if (wave.failure || !isWorthMore(wave.completed)) return;
    }
  }

  /**
   * Asks for all of them, and again for what was not answered.
   *
   * @throws TransientError when something stays unanswered
   */
  async forAll(open: readonly TraceState[]): Promise<void> {
    const { size, isCurrent } = await this.#begin();
    /** How often X-Ray has passed a trace over; it may leave ids unprocessed that it has, as it does with those that it has not. */
    const passes = new Map<string, number>();
    let ids = open.map(({ sent }) => sent.traceId);
    for (let tries = 0; ids.length > 0 && isCurrent(); ) {
      const failed: string[] = [];
      const passedOver: string[] = [];
      let failure: TransientError | undefined;
      const states = ids.flatMap(id => this.#states.of(id) ?? []);
      for (const batches = batchesOf(states.map(this.#openTrace), size); batches.length > 0; ) {
        const wave = await this.#wave(batches.splice(0, this.#atOnce));
        failed.push(...wave.failed.flat());
        passedOver.push(...wave.passedOver);
        failure ??= wave.failure;
      }
      if (failure && tries === LAST_TRIES) throw failure;
      if (failure) await this.#clock.sleep(LAST_PAUSE * 2 ** tries);
      if (failure) tries += 1;
      for (const id of passedOver) passes.set(id, (passes.get(id) ?? 0) + 1);
      ids = [...failed, ...passedOver.filter(id => (passes.get(id) ?? 0) < MOST_PASSES)];
    }
  }

  async #begin(): Promise<{ size: number; isCurrent: () => boolean }> {
    this.#look += 1;
    const look = this.#look;
    const size = (await this.#backend.idsACall?.()) ?? IDS_A_CALL;
    return { size, isCurrent: () => look === this.#look };
  }

  /** When the newest request was answered whose trace is whole. */
  #newest(): number | undefined {
    const ends = this.#states.all.filter(({ completeAt }) => completeAt !== undefined).map(answeredAt);
    return ends.length > 0 ? ends.reduce((a, b) => Math.max(a, b)) : undefined;
  }

  readonly #openTrace = (state: TraceState): OpenTrace => {
    const { traceId, request } = state.sent;
    return { traceId, name: request.name, answeredAt: answeredAt(state), asked: this.#asked.get(traceId) ?? 0 };
  };

  async #wave(batches: readonly (readonly string[])[]): Promise<Wave> {
    const answers = await Promise.allSettled(batches.map(batch => this.#ask(batch)));
    const errors = answers.flatMap(answer => (answer.status === 'rejected' ? [answer.reason as unknown] : []));
    const broken = errors.find(error => !(error instanceof TransientError));
    if (broken) throw broken;
    const failure = errors.find(error => error instanceof TransientError);
    if (errors.some(error => error instanceof TransientError && error.isThrottled)) {
      this.#atOnce = Math.max(Math.floor(this.#atOnce / 2), 1);
    } else if (!failure) this.#atOnce = Math.min(this.#atOnce + 1, AT_ONCE);
    const answered = answers.flatMap(answer => (answer.status === 'fulfilled' ? [answer.value] : []));
    return {
      completed: answered.map(({ completed }) => completed),
      passedOver: answered.flatMap(one => one.passedOver),
      failed: batches.filter((_, index) => answers[index]?.status === 'rejected'),
      ...(failure && { failure }),
    };
  }

  async #ask(batch: readonly string[]): Promise<{ completed: number; passedOver: string[] }> {
    for (const id of batch) this.#asked.set(id, (this.#asked.get(id) ?? 0) + 1);
    const segments = await this.#backend.segments(batch);
    const completed = this.#states.take(batch, segments, this.#clock.now());
    const present = new Set(segments.map(({ traceId }) => traceId));
    const absent = batch.filter(id => !present.has(id));
    return { completed, passedOver: absent.length < batch.length ? absent : [] };
  }
}

function answeredAt({ sent }: TraceState): number {
  return sent.startedAt + sent.answer.ms;
}
