import { TransientError } from '../aws/transient-error.ts';
import type { Clock } from '../runner/clock.ts';
import { endOf, measuredArrivals } from './arrivals.ts';
import type { MetricsBackend } from './backends.ts';
import { countedRequests, weightOf } from './counted-requests.ts';
import type { CountEvidence } from './evidence.ts';
import type { ExpectedMetric } from './expectations.ts';
import { explainMetrics } from './explain-metric.ts';
import type { Finding } from './finding.ts';
import { blankMetrics, judgeMetric } from './judge-metric.ts';
import { blankTwins, judgeTwins, type Twins, twinsOf } from './metric-consistency.ts';
import { MetricHistory } from './metric-history.ts';
import { countEvidence, type Picture, pictureOf } from './metric-picture.ts';
import { alternatives, type Labels, type RunScope, seriesSelector } from './metric-series.ts';
import type { Search } from './search.ts';
import type { SentRequest } from './traffic.ts';

export interface MetricSearchOptions {
  backend: MetricsBackend;
  metrics: readonly ExpectedMetric[];
  /** OpenTelemetry's service.name. */
  service: string;
  /** Nobody else sends requests meanwhile, so that no metric may rise by more than what was sent. */
  exclusive: boolean;
  clock: Clock;
}

/** So far back it is read what is there before the traffic, in milliseconds: ten exports of an SDK that is set up by nobody. */
export const BEFORE = 600_000;
/** Series that appear were there before if they have a sample in this time. */
const LONG_BEFORE = '2d:5m';
/** So long after the time that they bear samples may still come, in milliseconds; the last look asks for all. */
const LATE = 30_000;
/** How often, and after how long, a backend in passing trouble is asked again before the traffic. */
const BASELINE = { attempts: 4, pause: 1000 };

/**
 * Finds whether metrics have risen by what was sent: it reads all samples since a baseline, and never a rate, which
 * extrapolates. Per look it asks one query; one more when series have appeared.
 */
export class MetricSearch implements Search {
  readonly signal = 'metrics';
  readonly #options: MetricSearchOptions;
  readonly #scope: RunScope;
  readonly #twins: readonly Twins[];
  /** When each request was first seen counted, in milliseconds since the Unix epoch. */
  readonly #found = new Map<SentRequest, number>();
  #sent: readonly SentRequest[] = [];
  #history: MetricHistory | undefined;
  #begin = 0;
  #lastRead: number | undefined;
  #firstLookAt: number | undefined;
  #picture: Picture | undefined;

  constructor(options: MetricSearchOptions) {
    this.#options = options;
    this.#scope = { service: options.service };
    this.#twins = twinsOf(options.metrics);
  }

  /**
   * Reads what is there before the traffic.
   *
   * @throws UserFault when the backend cannot be asked, after some attempts where that may pass; the signal's reason when it aborts
   */
  async baseline(signal?: AbortSignal): Promise<void> {
    const { metrics, backend, clock } = this.#options;
    if (metrics.length === 0) return;
    const before = await this.#patiently(() => backend.range(`${this.#selector()}[${BEFORE / 1000}s]`), signal);
    this.#begin = clock.now();
    this.#history = new MetricHistory(before, this.#begin - BEFORE);
  }

  async #patiently<T>(ask: () => Promise<T>, signal: AbortSignal | undefined): Promise<T> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await ask();
      } catch (error) {
        if (!(error instanceof TransientError) || attempt === BASELINE.attempts) throw error;
        await this.#options.clock.sleep(BASELINE.pause * attempt, signal);
      }
    }
  }

  /** What came of the traffic. */
  answered(sent: readonly SentRequest[]): void {
    this.#sent = sent;
  }

  blank(): Finding[] {
    return [...blankMetrics(this.#options.metrics), ...blankTwins(this.#twins)];
  }

  async look(isLast: boolean): Promise<Finding[]> {
    const { metrics } = this.#options;
    if (metrics.length === 0) return [];
    const picture = await this.#read(isLast);
    this.#firstLookAt ??= picture.now;
    const blank = blankMetrics(metrics);
    const findings = [
      ...metrics.map((metric, index) => judgeMetric(metric, blank[index] as Finding, picture)),
      ...this.#twins.map((twins, index) => judgeTwins(twins, blankTwins(this.#twins)[index] as Finding, picture)),
    ];
    this.#learnArrivals(picture, findings);
    return findings;
  }

  /** Causes of what is missing. */
  async explain(findings: Finding[]): Promise<Finding[]> {
    if (!this.#picture) return findings;
    const { backend, metrics } = this.#options;
    return explainMetrics(findings, {
      backend,
      metrics,
      scope: this.#scope,
      picture: this.#picture,
      begin: this.#begin,
    });
  }

  evidence(): { counts: CountEvidence[]; arrivals: number[] } {
    const counting = this.#options.metrics.filter(metric => countedRequests(metric, this.#sent).least > 0);
    const picture = this.#picture;
    return {
      counts: picture ? counting.map(metric => countEvidence(metric, picture)) : [],
      arrivals: measuredArrivals(
        [...this.#found].map(([sent, at]) => ({ sent, at })),
        this.#firstLookAt ?? 0,
      ),
    };
  }

  async #read(isLast: boolean): Promise<Picture> {
    const { backend, clock, metrics, exclusive } = this.#options;
    if (!this.#history) throw new Error('a look without a baseline has nothing to compare with');
    const asked = clock.now();
    const since = isLast || this.#lastRead === undefined ? this.#begin : this.#lastRead;
    const window = Math.ceil((asked - Math.max(since - LATE, this.#begin - LATE)) / 1000);
    this.#history.add(await backend.range(`${this.#selector()}[${window}s]`));
    await this.#placeAppeared(this.#history);
    this.#lastRead = asked;
    const now = clock.now();
    this.#picture = pictureOf(this.#history, metrics, { sent: this.#sent, exclusive, begin: this.#begin, now });
    return this.#picture;
  }

  /** A series that has only been silent for long goes on from where it was; one that was never there begins at 0. */
  async #placeAppeared(history: MetricHistory): Promise<void> {
    const appeared = history.unplaced();
    if (appeared.length === 0) return;
    const { backend, clock } = this.#options;
    const valuesOf = (label: string) => [...new Set(appeared.map((labels: Labels) => labels[label] ?? ''))].sort();
    const instances = `instance=~${alternatives(valuesOf('instance'))}`;
    const names = `__name__=~${alternatives(valuesOf('__name__'))}`;
    const selector = seriesSelector(this.#options.metrics, this.#scope, names, instances);
    const ago = Math.max(Math.ceil((clock.now() - this.#begin) / 1000), 0);
    history.place(await backend.query(`last_over_time(${selector}[${LONG_BEFORE}] offset ${ago}s)`));
  }

  #selector(): string {
    return seriesSelector(this.#options.metrics, this.#scope);
  }

  /** In the order of their answers, requests have arrived as far as everything that counts them has risen. */
  #learnArrivals(picture: Picture, findings: readonly Finding[]): void {
    const { metrics } = this.#options;
    const counting = metrics.filter(metric => countedRequests(metric, this.#sent).least > 0);
    const missing = new Set<SentRequest>();
    const counted = new Set<SentRequest>();
    for (const metric of counting) {
      const { increase } = countEvidence(metric, picture);
      let needed = 0;
      for (const one of countedRequests(metric, this.#sent).answered.toSorted((a, b) => endOf(a) - endOf(b))) {
        counted.add(one);
        needed += weightOf(metric, [one]);
        if (increase < needed) missing.add(one);
      }
    }
    // Where nothing counts requests, all that is expected of one is that everything is fresh.
    if (counting.length === 0 && findings.every(({ passed }) => passed)) {
      const answered = this.#sent.filter(({ answer }) => answer.kind === 'answered');
      const traced = answered.filter(({ request }) => request.isTraced);
      for (const one of traced.length > 0 ? traced : answered) counted.add(one);
    }
    for (const one of counted) {
      if (!missing.has(one) && !this.#found.has(one)) this.#found.set(one, picture.now);
    }
  }
}
