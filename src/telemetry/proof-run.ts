import { TransientError } from '../aws/transient-error.ts';
import type { Clock } from '../runner/clock.ts';
import { type Fault, renderFault, throwIfAny, UserFault } from '../runner/fault.ts';
import type { Backends } from './backends.ts';
import { type CounterSample, isSettled, readCounters } from './collector-counters.ts';
import type { Evidence } from './evidence.ts';
import type { Expectations } from './expectations.ts';
import type { Finding } from './finding.ts';
import { judgeJoin } from './join.ts';
import { judgeLatency, latencyOf } from './latency.ts';
import { LogSearch } from './log-search.ts';
import { MetricSearch } from './metric-search.ts';
import { askForNeverSent, type ControlAnswer, judgeControl, type NeverSent } from './never-sent.ts';
import { type Proof, SIGNALS, type Signal, type SignalProof, STORES } from './proof.ts';
import type { Search } from './search.ts';
import { settledTraces } from './settle.ts';
import { mintTrace, type RandomBytes, tracePrefix } from './trace-id.ts';
import { TraceSearch } from './trace-search.ts';
import { answerFindings, planTraffic, type SentRequest, sendRequests } from './traffic.ts';
import { type WatchOptions, watch } from './watch.ts';

/** What is proven, and against what. */
export interface ProofPlan {
  expectations: Expectations;
  backends: Backends;
  /** Where requests go. */
  target: string;
  /** Names the run: 8 hexadecimal digits. */
  run: string;
  /** Requests to send; each that is expected is sent once at least. */
  count: number;
  /** Requests a second; as fast as they are answered when it is absent. */
  rate?: number | undefined;
  /** Nobody else sends requests meanwhile. */
  exclusive: boolean;
  /** Milliseconds that the telemetry of a request may take; absent where that does not matter. */
  maxArrival?: number | undefined;
}

export interface ProofRunOptions extends Omit<WatchOptions, 'random' | 'asked'> {
  clock: Clock;
  randomBytes?: RandomBytes;
  random?: () => number;
  /** Nothing more is sent when the first request gets no answer. */
  mustReach?: boolean;
  /** Told what was answered and found so far. */
  progress?(text: string): void;
}

/** What a run has sent and found. */
export interface ProofRun {
  plan: ProofPlan;
  sent: readonly SentRequest[];
  proof: Proof;
  evidence: Evidence;
  /** What the collector has counted, before the traffic and at the end; absent where there is no place to ask. */
  counters?: { before: readonly CounterSample[]; after: readonly CounterSample[] };
  /** Milliseconds since the Unix epoch. */
  startedAt: number;
  /** From the first request to the verdict, in milliseconds. */
  duration: number;
}

/**
 * Proves that the telemetry of a run's own traffic arrives: looks at the backends first, sends the requests, and watches each
 * signal until it is whole, cannot become whole any more, or patience is over.
 *
 * @throws UserFault when a backend cannot be asked or nothing answers at the target, before anything is waited for; the
 *   signal's reason when that aborts. What goes wrong afterwards is told in the proof.
 */
export async function proveRun(plan: ProofPlan, options: ProofRunOptions): Promise<ProofRun> {
  const { clock, progress } = options;
  const { expectations, backends, run } = plan;
  const metrics = expectations.metrics.length > 0 ? metricSearch(plan, clock) : undefined;
  const before = await firstLook(plan, metrics, options);

  const startedAt = clock.now();
  const sent = await sendTraffic(plan, options);
  const useless = uselessTraffic(sent, plan.target);

  metrics?.answered(sent);
  const traced = sent.filter(one => one.request.isTraced && one.answer.kind === 'answered');
  const logs = expectations.logs.fields.length > 0 ? logSearch(plan, traced, clock) : undefined;
  const traces = expectations.spans.length > 0 ? traceSearch(plan, traced, clock, logs) : undefined;
  const searches: Search[] = [metrics, traces, logs].filter(search => search !== undefined);
  const open = new Map(searches.map(search => [search.signal, search.blank().length]));
  const watched = await Promise.all(
    searches.map(async search => {
      const follow = (findings: readonly Finding[]) => {
        open.set(search.signal, findings.filter(({ passed }) => !passed).length);
        progress?.(`Still missing: ${stillOpen(open)}`);
      };
      if (useless) return unwatched(search, useless);
      return await watchSignal(search, lastAnswer(sent, startedAt), follow, options);
    }),
  );

  const never = neverSentIn(plan, sent[0]?.traceId.slice(0, 16) ?? tracePrefix(startedAt, run), options);
  const hasRecords = watched.some(one => one.signal === 'logs' && one.passed);
  const [controls, after, records] = await Promise.all([
    askControls(plan, never, startedAt, options),
    metrics && lastCounters(metrics, plan, { begin: startedAt, from: lastAnswer(sent, startedAt) }, watched, options),
    // Once more, for what was exported twice: the second time may come after all was there.
    logs && hasRecords ? askPatiently(() => logs.look(true), options) : undefined,
  ]);
  const foundLogs = logs?.evidence().logs ?? [];
  const evidence: Evidence = {
    traces: await settledTraces(traces?.evidence().traces ?? [], foundLogs, backends.traces, options),
    logs: foundLogs,
    counts: metrics?.evidence().counts ?? [],
    arrivals: {
      traces: traces?.evidence().arrivals ?? [],
      metrics: metrics?.evidence().arrivals ?? [],
      logs: logs?.evidence().arrivals ?? [],
    },
  };
  const join = judgeJoin(expectations.service, evidence.traces, evidence.logs);
  const signals = watched.map(one => {
    const more = [
      judgeControl(one.signal, controls.get(one.signal)?.answer, controls.get(one.signal)?.fault),
      ...(one.signal === 'metrics' ? [] : join[one.signal]),
      ...latencyFindings(one.signal, evidence, plan.maxArrival),
    ];
    const own = one.signal === 'logs' ? atTheEnd(one.findings, records) : one.findings;
    const findings = [...own, ...more];
    return { ...one, findings, passed: findings.every(({ passed }) => passed) };
  });
  const proof = { service: expectations.service, passed: signals.every(({ passed }) => passed), signals };
  const counters = before && after?.answer && { before, after: after.answer };
  return {
    ...{ plan, sent, proof, evidence, startedAt, duration: clock.now() - startedAt },
    ...(counters && { counters }),
  };
}

/** What the last look for doubles has found. Where it was not answered, nobody knows whether there are any. */
function atTheEnd(findings: readonly Finding[], last: Asked<Finding[]> | undefined): readonly Finding[] {
  if (!last?.fault) return last?.answer ?? findings;
  return [...findings, withFault({ name: 'each log record once, at the end', passed: false }, last.fault)];
}

/** So long a backend is given to answer at the beginning and at the end, in milliseconds: what may pass is asked again. */
const ASKING = 6000;

/** What came of asking. */
interface Asked<T> {
  answer?: T;
  fault?: Fault;
}

async function askPatiently<T>(
  ask: () => Promise<T>,
  options: ProofRunOptions & Pick<WatchOptions, 'asked'>,
): Promise<Asked<T>> {
  const asked: Asked<T> = {};
  const look = async (): Promise<Finding[]> => {
    asked.answer = await ask();
    return [{ name: 'answer', passed: true }];
  };
  const { fault } = await watch([{ name: 'answer', passed: false }], look, { ...options, patience: ASKING });
  return 'answer' in asked ? asked : { ...(fault && { fault }) };
}

/** The negative control of each signal for itself: a backend that does not answer tells nothing of the others. */
async function askControls(
  { expectations, backends }: ProofPlan,
  never: NeverSent,
  since: number,
  options: ProofRunOptions,
): Promise<ReadonlyMap<Signal, Asked<ControlAnswer>>> {
  const ask = async (one: Signal) =>
    [
      one,
      await askPatiently(() => askForNeverSent(backends, never, [one], since), { ...options, asked: STORES[one] }),
    ] as const;
  return new Map(await Promise.all(signalsOf(expectations).map(ask)));
}

/** Where something is missing, what collectors have counted is waited for; where nothing is, it is taken as it stands. */
async function lastCounters(
  metrics: MetricSearch,
  { backends }: ProofPlan,
  times: { begin: number; from: number },
  watched: readonly SignalProof[],
  options: ProofRunOptions,
): Promise<Asked<CounterSample[]>> {
  const isWhole = watched.every(({ passed }) => passed);
  const instances = metrics.evidence().counts.flatMap(({ byInstance }) => [...byInstance.keys()]);
  const asked: Asked<CounterSample[]> = {};
  const look = async (): Promise<Finding[]> => {
    const now = options.clock.now();
    const samples = await readCounters(backends.metrics, { since: times.begin, now });
    asked.answer = samples;
    return [{ name: 'counters', passed: isWhole || isSettled(samples, { ...times, now, instances }) }];
  };
  const patience = Math.min(ASKING, options.patience);
  const { fault } = await watch([{ name: 'counters', passed: false }], look, { ...options, patience });
  return asked.answer ? asked : { ...(fault && { fault }) };
}

/**
 * Sees that every backend answers this run before anything is sent, and how the counters stand.
 *
 * @returns what the collector has counted so far; nothing where there is no place to ask
 */
async function firstLook(
  plan: ProofPlan,
  metrics: MetricSearch | undefined,
  options: ProofRunOptions,
): Promise<CounterSample[] | undefined> {
  const { expectations, backends, run } = plan;
  const now = options.clock.now();
  const never = neverSentIn(plan, tracePrefix(now, run), options);
  const signals = signalsOf(expectations);
  const [counted, risen, controls] = await Promise.all([
    metrics && askPatiently(() => readCounters(backends.metrics), { ...options, asked: STORES.metrics }),
    metrics && askPatiently(() => metrics.baseline().then(() => true), { ...options, asked: STORES.metrics }),
    askControls(plan, never, now, options),
  ]);
  // Of what is asked of one backend, one answer says why there is none.
  const faults = [
    ...signals.flatMap(
      one => (one === 'metrics' && (counted?.fault ?? risen?.fault)) || (controls.get(one)?.fault ?? []),
    ),
    ...signals.flatMap(one => controlFault(one, controls.get(one)?.answer)),
  ];
  // Two services of one account say the same.
  throwIfAny([...new Map(faults.map(fault => [renderFault(fault), fault])).values()]);
  return counted?.answer;
}

/** A backend that finds what was never sent is not worth the traffic. */
function controlFault(signal: Signal, answer: ControlAnswer | undefined): Fault[] {
  const { passed, cause = '', seen, fix } = judgeControl(signal, answer);
  return answer === undefined || passed ? [] : [{ what: cause, seen: `${signal}: ${seen}`, fix }];
}

/** Those of which something is expected. */
function signalsOf({ metrics, spans, logs }: Expectations): Signal[] {
  const expected: Readonly<Record<Signal, number>> = {
    metrics: metrics.length,
    traces: spans.length,
    logs: logs.fields.length,
  };
  return SIGNALS.filter(signal => expected[signal] > 0);
}

function neverSentIn({ expectations, run }: ProofPlan, prefix: string, options: ProofRunOptions): NeverSent {
  const { traceId } = mintTrace(prefix, options.randomBytes);
  return { traceId, service: `${expectations.service}-${run}` };
}

async function sendTraffic(plan: ProofPlan, options: ProofRunOptions): Promise<SentRequest[]> {
  const { expectations, target, run, rate, count } = plan;
  const { signal, clock, randomBytes, mustReach = false, progress } = options;
  const requests = planTraffic(expectations.requests, count);
  let answered = 0;
  const notify = () => {
    answered += 1;
    progress?.(`${answered} of ${requests.length} requests sent`);
  };
  return await sendRequests(requests, target, {
    ...{ run, signal, clock, mustReach, notify },
    ...(rate !== undefined && { rate }),
    ...(randomBytes && { random: randomBytes }),
  });
}

/** Why telemetry of a service that answers nothing as expected is not waited for. */
function uselessTraffic(sent: readonly SentRequest[], target: string): Fault | undefined {
  const isGood = ({ findings }: SentRequest) => findings.every(({ passed }) => passed);
  if (sent.length === 0 || sent.some(isGood)) return undefined;
  const [first] = answerFindings(sent).filter(({ passed }) => !passed);
  return {
    what: `No request to ${target} was answered as expected, so that its telemetry was not waited for`,
    ...(first && { seen: `${first.name}: ${first.seen}` }),
    fix: 'Mend the service first',
  };
}

function lastAnswer(sent: readonly SentRequest[], otherwise: number): number {
  const ends = sent.flatMap(({ startedAt, answer }) => (answer.kind === 'answered' ? [startedAt + answer.ms] : []));
  return Math.max(otherwise, ...ends);
}

function unwatched(search: Search, fault: Fault): SignalProof {
  const { signal } = search;
  const findings = search.blank().map(finding => withFault(finding, fault));
  return { signal, passed: false, findings, looks: 0, fault, notes: [] };
}

async function watchSignal(
  search: Search,
  since: number,
  follow: (findings: readonly Finding[]) => void,
  options: ProofRunOptions,
): Promise<SignalProof> {
  const { signal } = search;
  const look = async (isLast: boolean) => {
    const findings = await search.look(isLast);
    follow(findings);
    return findings;
  };
  const { findings, completeAt, looks, fault } = await watch(search.blank(), look, {
    ...options,
    asked: STORES[signal],
  });
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
async function explained(search: Search, findings: Finding[], { signal }: ProofRunOptions): Promise<Finding[]> {
  if (!search.explain) return findings;
  try {
    return await search.explain(findings);
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof TransientError) return findings;
    const fault = error instanceof UserFault ? error.faults[0] : undefined;
    if (!fault) throw error;
    return findings.map(finding => withFault(finding, fault));
  }
}

function latencyFindings(signal: Signal, { arrivals }: Evidence, maxArrival: number | undefined): Finding[] {
  const latency = latencyOf(arrivals[signal]);
  return maxArrival === undefined || !latency ? [] : [judgeLatency(signal, latency, maxArrival)];
}

/** Such as `traces 1, logs 3`. */
function stillOpen(open: ReadonlyMap<Signal, number>): string {
  const left = [...open].filter(([, number]) => number > 0);
  return left.map(([signal, number]) => `${signal} ${number}`).join(', ') || 'nothing';
}

function metricSearch({ expectations, backends, exclusive }: ProofPlan, clock: Clock): MetricSearch {
  const { service, metrics } = expectations;
  return new MetricSearch({ backend: backends.metrics, metrics, service, exclusive, clock });
}

function logSearch({ expectations, backends }: ProofPlan, sent: readonly SentRequest[], clock: Clock): LogSearch {
  return new LogSearch({ backend: backends.logs, service: expectations.service, logs: expectations.logs, sent, clock });
}

function traceSearch(
  { expectations, backends, run }: ProofPlan,
  sent: readonly SentRequest[],
  clock: Clock,
  logs: LogSearch | undefined,
): TraceSearch {
  const { service, spans } = expectations;
  const isUnsampled = (traceId: string) => logs?.isUnsampled(traceId) ?? false;
  return new TraceSearch({ backend: backends.traces, service, spans, sent, run, clock, isUnsampled });
}
