import type { Segment } from './backends.ts';
import type { ExpectedSpan } from './expectations.ts';
import { factsOf, isSpanOf, type TraceFacts } from './trace-facts.ts';
import type { SentRequest } from './traffic.ts';

/** A request, and what is known of its trace. */
export interface TraceState {
  readonly sent: SentRequest;
  /** Which of the expected spans this request begins, by their places in the list. */
  readonly spans: readonly number[];
  /** By id. */
  segments: ReadonlyMap<string, Segment>;
  /** Absent as long as nothing has been found that somebody has sent. */
  facts?: TraceFacts;
  /** Milliseconds since the Unix epoch: when it was last looked at. */
  lookedAt?: number;
  /** The same: when it was first seen to be whole. */
  completeAt?: number;
}

/** How many spans traces of one request have. */
interface Norm {
  /** The most that one has. */
  richest: number;
  /** Milliseconds since the Unix epoch: since when that is known. */
  since: number;
  /** As many as can be expected of each. */
  usual: number;
}

/** So long after a richer trace was found the poorer ones are looked at once more before they count as whole, in milliseconds. */
const SETTLING = 2000;

/** The traces of a run's requests: what has been found of each, and whether that is all of it. */
export class TraceStates {
  readonly all: readonly TraceState[];
  readonly #byId: ReadonlyMap<string, TraceState>;
  readonly #spans: readonly ExpectedSpan[];
  readonly #service: string;
  readonly #byName: ReadonlyMap<string, readonly TraceState[]>;
  /** By the name of the request. */
  readonly #norms = new Map<string, Norm>();
  /** Some trace goes on from the runner's own span: then every trace does. */
  #isFromRunner = false;

  constructor(sent: readonly SentRequest[], spans: readonly ExpectedSpan[], service: string) {
    this.#spans = spans;
    this.#service = service;
    this.all = sent.map(one => ({
      sent: one,
      spans: [...spans.keys()].filter(index => isSpanOf(spans[index] as ExpectedSpan, one.request)),
      segments: new Map(),
    }));
    this.#byId = new Map(this.all.map(state => [state.sent.traceId, state]));
    this.#byName = Map.groupBy(this.all, nameOf);
  }

  of(traceId: string): TraceState | undefined {
    return this.#byId.get(traceId);
  }

  /**
   * Takes what a look has found. What an earlier one has found stays: an answer may be half of it, or old.
   *
   * @param traceIds which were asked for; whatever else comes is nobody's business here
   * @returns how many of these traces have become whole, or have grown and are
   */
  take(traceIds: readonly string[], found: readonly Segment[], now: number): number {
    const byTrace = Map.groupBy(found, ({ traceId }) => traceId);
    const asked = traceIds.flatMap(id => this.#byId.get(id) ?? []);
    const wasOpen = asked.filter(({ completeAt }) => completeAt === undefined);
    for (const state of asked) state.lookedAt = now;
    const grown = asked.filter(state => this.#merge(state, byTrace.get(state.sent.traceId) ?? []));
    for (const name of new Set(grown.map(nameOf))) this.#learn(name, now);
    const wasFromRunner = this.#isFromRunner;
    this.#isFromRunner ||= grown.some(({ facts }) => facts?.isFromRunner);
    // What one trace tells changes which others are whole.
    const touched = wasFromRunner === this.#isFromRunner ? new Set(asked.map(nameOf)) : this.#byName.keys();
    for (const name of touched) for (const state of this.#byName.get(name) ?? []) this.#date(state, now);
    return new Set([...wasOpen, ...grown].filter(({ completeAt }) => completeAt !== undefined)).size;
  }

  #learn(name: string, now: number): void {
    const former = this.#norms.get(name);
    const { richest, usual } = normOf(this.#byName.get(name) ?? []);
    this.#norms.set(name, { richest, usual, since: richest === former?.richest ? former.since : now });
  }

  /** Whether it has grown. */
  #merge(state: TraceState, found: readonly Segment[]): boolean {
    if (found.length === 0) return false;
    const kept = [...state.segments.values()].filter(({ isInferred }) => !isInferred);
    const merged = new Map(kept.map(segment => [segment.id, segment]));
    for (const segment of found) {
      const former = merged.get(segment.id);
      if (!former || former.isInProgress || !segment.isInProgress) merged.set(segment.id, segment);
    }
    const before = state.facts;
    state.segments = merged;
    const facts = factsOf([...merged.values()], state.sent, this.#spans, this.#service);
    if (facts.spans === 0) return false;
    state.facts = facts;
    return before?.spans !== facts.spans || before.inProgress !== facts.inProgress;
  }

  #date(state: TraceState, now: number): void {
    if (!this.isWhole(state)) delete state.completeAt;
    else state.completeAt ??= now;
  }

  /** So many spans belong to a trace, as far as is known; parents that are named and absent are spans as well. */
  expected(state: TraceState): number {
    const { richest = 0, usual = 0, since = 0 } = this.#norms.get(nameOf(state)) ?? {};
    const isSettled = (state.lookedAt ?? 0) >= since + SETTLING;
    return Math.max(isSettled ? usual : richest, (state.facts?.spans ?? 0) + this.absentParents(state), 1);
  }

  /** Where something between the runner and the service begins spans of its own, those are not looked for. */
  absentParents({ facts }: TraceState): number {
    if (!facts) return 0;
    return Math.max(facts.absentParents - (this.#isFromRunner || facts.isFromRunner ? 0 : 1), 0);
  }

  /** Everything that is expected of a trace is there, as far as is known. */
  isWhole(state: TraceState): boolean {
    const { facts, spans } = state;
    if (!facts?.hasServer || facts.inProgress > 0) return false;
    return spans.every(index => facts.has[index]) && facts.spans >= this.expected(state);
  }

  /** Requests that begin this span; none in particular, when there is none. */
  beginning(index: number): TraceState[] {
    return this.all.filter(({ spans }) => spans.includes(index));
  }
}

function nameOf({ sent }: TraceState): string {
  return sent.request.name;
}

/**
 * How many spans traces of one request have: usually as many as the richest. From three traces on, two have to agree on that,
 * because the first request of all often does more than those after it, such as opening a connection.
 */
export function normOf(states: readonly Pick<TraceState, 'facts'>[]): Pick<Norm, 'richest' | 'usual'> {
  const counts = states.flatMap(({ facts }) => facts?.spans ?? []).sort((a, b) => b - a);
  return { richest: counts[0] ?? 0, usual: counts[counts.length >= 3 ? 1 : 0] ?? 0 };
}
