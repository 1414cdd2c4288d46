import { TransientError } from '../aws/transient-error.ts';
import type { Clock } from '../runner/clock.ts';
import { UserFault } from '../runner/fault.ts';
import { measuredArrivals } from './arrivals.ts';
import type { TracesBackend } from './backends.ts';
import type { TraceEvidence } from './evidence.ts';
import type { ExpectedSpan } from './expectations.ts';
import type { Finding } from './finding.ts';
import { explainReplaced, replacedNote } from './replaced-id.ts';
import type { Search } from './search.ts';
import { TraceAsking } from './trace-asking.ts';
import { blankTraces, isSampledOut, judgeTraces, type TracesSeen } from './trace-findings.ts';
import { type TraceState, TraceStates } from './trace-state.ts';
import { type SentRequest, userAgentOf } from './traffic.ts';

export interface TraceSearchOptions {
  backend: TracesBackend;
  service: string;
  spans: readonly ExpectedSpan[];
  /** Answered requests that leave a trace. */
  sent: readonly SentRequest[];
  /** Names the run: 8 hexadecimal digits. */
  run: string;
  clock: Clock;
  /** Log records tell that the trace of this request was not sampled. */
  isUnsampled(traceId: string): boolean;
}

/** A trace may bear a time so much before that of its request, in milliseconds. */
const SKEW = 600_000;

/** Looks for the traces of requests until each is whole, and asks again only for those of which something may still come. */
export class TraceSearch implements Search {
  readonly signal = 'traces';
  readonly #options: TraceSearchOptions;
  readonly #states: TraceStates;
  readonly #asking: TraceAsking;
  readonly #seen: TracesSeen;
  readonly #notes: string[] = [];
  #firstLookAt: number | undefined;

  constructor(options: TraceSearchOptions) {
    const { backend, service, spans, sent, clock, isUnsampled } = options;
    this.#options = options;
    this.#states = new TraceStates(sent, spans, service);
    this.#asking = new TraceAsking(backend, clock, this.#states);
    this.#seen = { service, spans, states: this.#states, isUnsampled };
  }

  blank(): Finding[] {
    return blankTraces(this.#options.spans, this.#options.sent.length);
  }

  async look(isLast: boolean): Promise<Finding[]> {
    if (this.#options.sent.length === 0) throw nothingSent();
    const open = this.#open(isLast);
    if (isLast) await this.#asking.forAll(open);
    else if (open.length > 0) await this.#asking.forNews(() => this.#open(false));
    this.#firstLookAt ??= this.#options.clock.now();
    return judgeTraces(this.#seen);
  }

  /** Looks for traces of this run whose ids were not given by it. */
  async explain(findings: Finding[]): Promise<Finding[]> {
    const { backend, run, sent } = this.#options;
    const lost = this.#states.all.filter(state => !state.facts && !isSampledOut(state, this.#seen));
    if (lost.length === 0) return findings;
    const since = Math.min(...sent.map(({ startedAt }) => startedAt)) - SKEW;
    const found = await this.#allowed(() => backend.named?.(userAgentOf(run), since));
    const told = explainReplaced(
      lost.map(state => state.sent),
      (found ?? []).filter(id => !this.#states.of(id)),
    );
    if (!told) return findings;
    return findings.map(finding => (finding.passed || finding.cause ? finding : { ...finding, ...told }));
  }

  /** A role need not be allowed to ask for what explains; that it may not is noted. */
  async #allowed<T>(ask: () => Promise<T> | undefined): Promise<T | undefined> {
    try {
      return await ask();
    } catch (error) {
      if (error instanceof TransientError || !(error instanceof UserFault)) throw error;
      this.#notes.push(`Whether trace ids were replaced on the way is not known: ${error.message}`);
      return undefined;
    }
  }

  notes(): string[] {
    const told = replacedNote(this.#options.sent);
    return [...(this.#options.backend.notes?.() ?? []), ...(told ? [told] : []), ...this.#notes];
  }

  evidence(): { traces: TraceEvidence[]; arrivals: number[] } {
    const traces = this.#states.all.map((state): TraceEvidence => {
      const { sent, segments, completeAt } = state;
      const isExpected = !isSampledOut(state, this.#seen);
      return {
        traceId: sent.traceId,
        segments: [...segments.values()],
        ...(isExpected && { expected: this.#states.expected(state) }),
        ...(completeAt !== undefined && { completeAt }),
      };
    });
    const sightings = this.#states.all.flatMap(({ sent, completeAt }) =>
      completeAt === undefined ? [] : [{ sent, at: completeAt }],
    );
    const arrivals = measuredArrivals(sightings, this.#firstLookAt ?? 0);
    return { traces, arrivals };
  }

  /** Traces of which something may still come. A span that no request begins in particular may come in any. */
  #open(isLast: boolean): TraceState[] {
    const { spans } = this.#options;
    const possible = this.#states.all.filter(state => !isSampledOut(state, this.#seen));
    const open = possible.filter(({ completeAt }) => completeAt === undefined);
    if (open.length > 0 && !isLast) return open;
    const isAnywhere = (index: number) => possible.some(({ facts }) => facts?.has[index]);
    const isAbsent = [...spans.keys()].some(index => this.#states.beginning(index).length === 0 && !isAnywhere(index));
    return isAbsent ? possible : open;
  }
}

function nothingSent(): UserFault {
  return new UserFault({
    what: 'No request was answered, so there is no trace to look for',
    fix: 'Mend what keeps the application from answering',
  });
}
