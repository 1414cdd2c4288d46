import { TransientError } from '../aws/transient-error.ts';
import { type Fault, UserFault } from '../runner/fault.ts';
import type { Backends } from './backends.ts';
import type { Expectations } from './expectations.ts';
import type { Finding } from './finding.ts';
import type { Proof, Signal, SignalProof } from './proof.ts';
import { blankLogs, LogSearch } from './prove-logs.ts';
import { blankMetrics, explainMetric, lookForMetrics, namesQuery } from './prove-metrics.ts';
import { blankTraces, TraceSearch } from './prove-traces.ts';
import type { SentRequest } from './traffic.ts';
import { type WatchOptions, watch } from './watch.ts';

export interface ProveOptions extends WatchOptions {
  /** The value of the resource attribute `zap_obs_run`; absent where metrics of nothing else can be there. */
  run?: string;
}

/** One signal, as it is watched. */
interface Search {
  signal: Signal;
  blank: Finding[];
  look(): Promise<Finding[]>;
  /** Adds causes to what is missing, once that is certain. */
  explain?(findings: Finding[]): Promise<Finding[]>;
  /** What the backend has noticed. */
  notes?(): string[];
}

/**
 * Proves that the telemetry of a run has arrived: every metric that is expected, under the run's marker; every span, in the
 * traces that the requests began; every field of log records, on records of these traces. The signals are watched at the same
 * time, each until it is complete or patience is over. Of a signal of which nothing is expected, nothing is asked.
 *
 * @throws the signal's reason when that aborts; what goes wrong with a backend is told in the findings
 */
export async function prove(
  expectations: Expectations,
  sent: readonly SentRequest[],
  backends: Backends,
  options: ProveOptions,
): Promise<Proof> {
  const ends = sent.filter(isAnswered).map(({ startedAt, answer }) => startedAt + answer.ms);
  const since = ends.length > 0 ? Math.max(...ends) : options.clock.now();
  const searches = searchesOf(expectations, sent, backends, options.run);
  const signals = await Promise.all(searches.map(search => proveSignal(search, since, options)));
  return { service: expectations.service, passed: signals.every(({ passed }) => passed), signals };
}

function searchesOf(
  { service, metrics, spans, logs }: Expectations,
  sent: readonly SentRequest[],
  backends: Backends,
  run: string | undefined,
): Search[] {
  const scope = { service, run };
  const traced = sent.filter(one => one.request.isTraced && isAnswered(one));
  const searches: Search[] = [];
  if (metrics.length > 0) {
    searches.push({
      signal: 'metrics',
      blank: blankMetrics(metrics),
      look: () => lookForMetrics(backends.metrics, metrics, scope),
      async explain(findings) {
        const names = (await backends.metrics.query(namesQuery(scope))).map(({ labels }) => labels.__name__ ?? '');
        return findings.map((finding, index) => {
          const metric = metrics[index];
          return finding.passed || finding.cause || !metric ? finding : explainMetric(metric, finding, names);
        });
      },
    });
  }
  if (spans.length > 0) {
    const search = new TraceSearch(backends.traces, spans, traced, service);
    const blank = blankTraces(spans, traced);
    searches.push({ signal: 'traces', blank, look: answeredOnly(traced, blank, () => search.look()) });
  }
  if (logs.fields.length > 0) {
    const search = new LogSearch(backends.logs, logs, traced);
    const blank = blankLogs(logs, traced);
    const notes = () => backends.logs.notes?.() ?? [];
    searches.push({ signal: 'logs', blank, look: answeredOnly(traced, blank, () => search.look()), notes });
  }
  return searches;
}

function isAnswered({ answer }: SentRequest): boolean {
  return answer.kind === 'answered';
}

/** What no request has begun cannot be found, so that it is not waited for. */
function answeredOnly(traced: readonly SentRequest[], blank: readonly Finding[], look: () => Promise<Finding[]>) {
  if (traced.length > 0 || blank.length === 0) return look;
  return async (): Promise<Finding[]> => {
    throw new UserFault({
      what: 'No request was answered, so there is no trace to look for',
      fix: 'Mend what keeps the application from answering',
    });
  };
}

async function proveSignal(search: Search, since: number, options: ProveOptions): Promise<SignalProof> {
  const { signal, blank } = search;
  const { findings, completeAt, looks, fault } = await watch(blank, () => search.look(), options);
  const notes = search.notes?.() ?? [];
  if (completeAt !== undefined) {
    return { signal, passed: true, findings, arrivalMs: Math.max(completeAt - since, 0), looks, notes };
  }
  if (!fault) return { signal, passed: false, findings: await explained(search, findings, options), looks, notes };
  return { signal, passed: false, findings: findings.map(finding => withFault(finding, fault)), looks, fault, notes };
}

function withFault(finding: Finding, { what, seen, fix }: Fault): Finding {
  if (finding.passed) return finding;
  return { ...finding, cause: what, ...(seen !== undefined && { seen }), ...(fix !== undefined && { fix }) };
}

/** A backend that does not answer the question for the cause takes nothing from what is known. */
async function explained(search: Search, findings: Finding[], { signal }: ProveOptions): Promise<Finding[]> {
  if (!search.explain) return findings;
  try {
    return await search.explain(findings);
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof TransientError) return findings;
    if (error instanceof UserFault && error.faults[0]) {
      const [fault] = error.faults;
      return findings.map(finding => withFault(finding, fault));
    }
    throw error;
  }
}
