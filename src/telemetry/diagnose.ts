import {
  foundCause,
  noMetricsSent,
  notAccepted,
  nothingMissing,
  notSampled,
  notSent,
  otherClock,
  othersArrived,
  partlyLost,
  sentButAbsent,
  unknown,
} from './diagnosis/absence-looks.ts';
import { type Case, caseOf, type Look } from './diagnosis/case.ts';
import { silentInstance } from './diagnosis/instance-looks.ts';
import {
  doubled,
  dropped,
  exporterFailed,
  noPipeline,
  refused,
  sampledInCollector,
  untranslated,
  writesNothing,
} from './diagnosis/pipeline-looks.ts';
import {
  applicationDown,
  backendRefused,
  collectorDown,
  collectorStopped,
  unanswered,
} from './diagnosis/process-looks.ts';
import type { Facts } from './facts.ts';
import type { Diagnosis, Proof, SignalProof } from './proof.ts';

/** From what is certain to what is likely, and from the application's side to the backend's. */
const LOOKS: readonly Look[] = [
  unanswered,
  backendRefused,
  nothingMissing,
  collectorDown,
  applicationDown,
  silentInstance,
  collectorStopped,
  otherClock,
  noPipeline,
  notSampled,
  exporterFailed,
  writesNothing,
  refused,
  sampledInCollector,
  untranslated,
  doubled,
  dropped,
  noMetricsSent,
  partlyLost,
  foundCause,
  othersArrived,
  notAccepted,
  notSent,
  sentButAbsent,
  unknown,
];

/**
 * Says of each signal that is not complete where on the way it was lost, and what to do about that. Findings that have no
 * cause of their own get that one.
 *
 * @param facts each may be absent; where they do not suffice, the diagnosis says what is not known
 */
export function diagnose(proof: Proof, facts: Facts): Proof {
  const signals = proof.signals.map((one): SignalProof => {
    if (one.passed) return one;
    const diagnosis = firstOf(LOOKS, caseOf(one, proof, facts));
    const findings = one.findings.map(finding =>
      finding.passed || finding.cause !== undefined
        ? finding
        : { ...finding, cause: diagnosis.cause, fix: diagnosis.fix },
    );
    return { ...one, findings, diagnosis };
  });
  return { ...proof, signals };
}

function firstOf(looks: readonly Look[], it: Case): Diagnosis {
  for (const look of looks) {
    const found = look(it);
    if (found) return { ...found, evidence: [...it.proof.notes, ...samplingNote(it, found), ...found.evidence] };
  }
  throw new Error('no look has an opinion');
}

/** Whatever the cause is, what was not sampled is not missing. */
function samplingNote({ proof, loss }: Case, { cause }: Diagnosis): string[] {
  if (cause.includes('sampling, not loss')) return [];
  const unsampled = loss?.trails.filter(({ isUnsampled }) => isUnsampled).length ?? 0;
  return proof.signal !== 'traces' || unsampled === 0
    ? []
    : [`${unsampled} requests were not sampled, which is no loss`];
}
