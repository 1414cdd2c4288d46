import type { Ledger, ProofResult, ProvenRequest, TracePicture } from '../report/proof-result.ts';
import type { Check } from '../report/smoke-result.ts';
import type { Evidence } from './evidence.ts';
import { latencyOf } from './latency.ts';
import type { Proof, SignalProof } from './proof.ts';
import type { ProofRun } from './proof-run.ts';
import { answerFindings, type SentRequest } from './traffic.ts';

/** What is told of a run beside what it has found. */
export interface About {
  /** The proof with its diagnoses. */
  proof: Proof;
  ledgers: readonly Ledger[];
  trace: TracePicture | undefined;
  links: ProofResult['links'];
  simulated: readonly string[];
}

/** All that reports tell of a run. */
export function resultOf(run: ProofRun, about: About): ProofResult {
  const { plan, sent, evidence, startedAt, duration } = run;
  const { proof, ...rest } = about;
  const answers = answerFindings(sent).map((finding): Check => ({ ...finding, suite: 'answers' }));
  const checks = [...answers, ...proof.signals.flatMap(checksOf)];
  return {
    service: plan.expectations.service,
    run: plan.run,
    target: plan.target,
    passed: checks.every(({ passed }) => passed),
    startedAt,
    duration,
    calls: callsOf(run),
    requests: sent.map(one => provenRequest(one, evidence)),
    checks,
    signals: proof.signals.map(({ signal, passed, looks, notes, diagnosis }) => ({
      ...{ signal, passed, looks, notes, diagnosis },
      arrival: latencyOf(evidence.arrivals[signal]),
      maxArrival: plan.maxArrival,
    })),
    faults: [],
    ...rest,
  };
}

function checksOf({ signal, findings, arrivalMs }: SignalProof): Check[] {
  return findings.map(finding => ({ ...finding, suite: signal, after: arrivalMs }));
}

function callsOf({ plan: { backends } }: ProofRun): number {
  const { metrics, traces, logs } = backends;
  return [metrics, traces, logs].reduce((sum, backend) => sum + (backend.calls?.() ?? 0), 0);
}

function provenRequest(
  { request, traceId, startedAt, answer, findings }: SentRequest,
  evidence: Evidence,
): ProvenRequest {
  const { name, method, path } = request;
  const endedAt = startedAt + answer.ms;
  const isUnsampled = evidence.logs
    .find(one => one.traceId === traceId)
    ?.records.some(({ record: { traceFlags } }) => traceFlags !== undefined && (traceFlags & 1) === 0);
  const arrival = (all: readonly { traceId: string; completeAt?: number }[]) => {
    const own = all.find(one => one.traceId === traceId);
    if (!own) return undefined;
    return own.completeAt === undefined ? 'lost' : Math.max(own.completeAt - endedAt, 0);
  };
  const traces = arrival(evidence.traces);
  const logs = arrival(evidence.logs);
  return {
    ...{ name, method, path, ms: answer.ms, startedAt, traceId },
    status: answer.kind === 'answered' ? answer.status : undefined,
    passed: findings.every(({ passed }) => passed),
    arrived: {
      ...(traces !== undefined && { traces: traces === 'lost' && isUnsampled ? 'not sampled' : traces }),
      ...(logs !== undefined && { logs }),
    },
  };
}
