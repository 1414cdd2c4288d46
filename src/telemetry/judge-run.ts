import type { ProofResult } from '../report/proof-result.ts';
import { type CollectorIncrease, countersSince } from './collector-counters.ts';
import { diagnose } from './diagnose.ts';
import type { Facts } from './facts.ts';
import { ledgerOf } from './ledger.ts';
import { resultOf } from './proof-result.ts';
import type { ProofRun } from './proof-run.ts';
import { tracePicture } from './trace-picture.ts';

/** What is known of a run beside what it has sent and found. */
export interface Surroundings {
  /** What tells where something was lost; asked for when something was. */
  facts?(run: ProofRun): Promise<Partial<Facts>>;
  /** Where to look further. */
  links?(traceId: string | undefined): ProofResult['links'];
  /** Backends that are simulated, in words. */
  simulated: readonly string[];
}

/** Follows what was sent hop by hop, says why something is missing, and puts all of it together for the reports. */
export async function judgeRun(run: ProofRun, { facts, links, simulated }: Surroundings): Promise<ProofResult> {
  const { plan, sent, evidence, proof } = run;
  const { exclusive } = plan;
  const counters = increaseDuring(run);
  const signals = proof.signals.map(({ signal }) => signal);
  const ledgers = ledgerOf({ sent, evidence, counters, signals, exclusive });
  const answered = sent.filter(({ answer }) => answer.kind === 'answered').length;
  const known = { answered, sent, evidence, exclusive, collector: counters };
  const diagnosed = proof.passed ? proof : diagnose(proof, { ...known, ...(await facts?.(run)) });
  const trace = tracePicture(sent, evidence.traces, evidence.logs);
  return resultOf(run, { proof: diagnosed, ledgers, trace, links: links?.(trace?.traceId) ?? [], simulated });
}

/** What collectors have counted since before the traffic. */
function increaseDuring({ counters, evidence, sent, startedAt, duration }: ProofRun): CollectorIncrease | undefined {
  if (!counters) return undefined;
  const ends = sent.map(({ startedAt, answer }) => startedAt + answer.ms);
  const instances = evidence.counts.flatMap(({ byInstance }) => [...byInstance.keys()]);
  return countersSince(counters.before, counters.after, {
    begin: startedAt,
    from: Math.max(startedAt, ...ends),
    now: startedAt + duration,
    instances,
  });
}
