import { count } from '../../report/words.ts';
import type { Finding } from '../finding.ts';
import { isLatencyFinding } from '../latency.ts';
import { isOfUnsampled } from '../loss.ts';
import type { Diagnosis, Signal } from '../proof.ts';
import {
  type Case,
  containerOf,
  exportTrouble,
  figures,
  hasArrived,
  haveCounters,
  ITEMS,
  isControl,
  lastLines,
} from './case.ts';

/** What the absence itself tells, of what is missing and of what is not. */

const EXPORTER_VARIABLES: Readonly<Record<Signal, string>> = {
  traces: 'OTEL_TRACES_EXPORTER',
  metrics: 'OTEL_METRICS_EXPORTER',
  logs: 'OTEL_LOGS_EXPORTER',
};

/** Only the gate, or only the negative control, has failed: nothing is missing. */
export function nothingMissing({ proof }: Case): Diagnosis | undefined {
  const failed = proof.findings.filter(({ passed }) => !passed);
  const [first] = failed;
  if (!first?.cause) return undefined;
  const told = (hop: Diagnosis['hop']): Diagnosis => ({
    hop,
    cause: first.cause ?? '',
    fix: first.fix ?? '',
    evidence: first.seen === undefined ? [] : [first.seen],
  });
  if (failed.every(isLatencyFinding)) return told(proof.signal === 'metrics' ? 'application' : 'collector');
  return failed.every(isControl) ? told('backend') : undefined;
}

/** Samples go on and bear another time: the clock of who made them. */
export function otherClock({ own }: Case): Diagnosis | undefined {
  const found = own.find(({ passed, cause = '' }) => !passed && /\bclocks?\b/i.test(cause));
  return found && fromFinding(found, 'application');
}

function fromFinding({ cause = '', fix, seen }: Finding, hop: Diagnosis['hop']): Diagnosis {
  return {
    hop,
    cause,
    fix: fix ?? 'Mend that, or what the expectations say of it',
    evidence: seen === undefined ? [] : [seen],
  };
}

/** Sampling is no loss: log records say which requests were not sampled. */
export function notSampled(it: Case): Diagnosis | undefined {
  const { loss, proof } = it;
  if (proof.signal !== 'traces' || !loss) return undefined;
  const unsampled = loss.trails.filter(({ isUnsampled }) => isUnsampled).length;
  if (unsampled === 0 || loss.missing.length > 0 || (loss.total ?? 0) > 0) return undefined;
  return {
    hop: 'application',
    cause: `${unsampled} of ${count(loss.trails.length, 'request')} ${unsampled === 1 ? 'was' : 'were'} not sampled by the application, as the trace flags of their log records say: that is sampling, not loss`,
    fix: 'Set `OTEL_TRACES_SAMPLER=parentbased_always_on` or `parentbased_traceidratio` for the application: both keep a trace whose caller has sampled it, as every request of a proof has',
    evidence: figures(it),
  };
}

/** What a finding says where metrics of the service have come, and only not this one. */
const OTHERS_CAME = /[Oo]ther metrics have come|though others have arrived|^It has arrived as|has arrived of/;

/** The collector's own metrics come, so that the way is open; none of the application's do. */
export function noMetricsSent(it: Case): Diagnosis | undefined {
  const { proof, own, facts, increase } = it;
  if (proof.signal !== 'metrics' || !increase?.accepted || hasArrived(it) || !facts.evidence) return undefined;
  if (own.some(({ cause = '', fix = '' }) => OTHERS_CAME.test(cause) || OTHERS_CAME.test(fix))) return undefined;
  const told = own.find(({ passed, cause }) => !passed && cause);
  return {
    hop: 'application',
    cause: `No metrics of the application have come since the traffic began, though the collector's own have${told ? `: ${lowerFirst(told.cause ?? '')}` : ''}`,
    fix: 'Check that `OTEL_METRICS_EXPORTER` is not `none`, `OTEL_SDK_DISABLED` not true, and that the application reaches the collector (`OTEL_EXPORTER_OTLP_ENDPOINT`)',
    evidence: [...(told?.seen === undefined ? [] : [told.seen]), ...exportTrouble(facts), ...figures(it)],
  };
}

function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}

/** Parts of traces, or those of some requests, are missing while others are there. */
export function partlyLost(it: Case): Diagnosis | undefined {
  const { loss, proof } = it;
  const { signal } = proof;
  if (!loss || loss.found === 0 || !((loss.total ?? 0) > 0)) return undefined;
  const { total = 0, before = 0, backend = 0, missing } = loss;
  const items = ITEMS[signal];
  const whole =
    missing.length > 0 ? `, everything of ${missing.length} of ${count(loss.trails.length, 'request')}` : '';
  if (loss.before === undefined) {
    return {
      hop: 'collector',
      cause: `${total} ${items} are missing${whole}; at which hop is not known, because the collector's counters are not available${unflagged(it)}`,
      fix: 'Let the collector send its own metrics (`service.telemetry.metrics`) to the Prometheus that this run asks, and run again',
      evidence: [...exportTrouble(it.facts), ...figures(it)],
    };
  }
  if (before > 0 && before >= backend) return neverAccepted(before, it);
  if (backend === 0) return undefined;
  return {
    hop: 'backend',
    cause: `The collector counts all it accepted as exported, but ${backend} of ${backend + loss.found} ${items} are not found`,
    fix: signal === 'traces' ? XRAY_REFUSES : LOGS_REFUSE,
    evidence: figures(it),
  };
}

const XRAY_REFUSES =
  'Look for `UnprocessedTraceSegments`, which the exporter `awsxray` counts as sent and tells only with `service.telemetry.logs.level: debug`: X-Ray refuses segments when it is throttled, that are larger than 64 KiB, or whose time is more than 30 days ago';
const LOGS_REFUSE =
  "Look for `log events for log group name are too old` or `too new` in the collector's log, and check that all log groups are named to this run";

function neverAccepted(number: number, it: Case): Diagnosis {
  const { proof, facts } = it;
  const trouble = exportTrouble(facts);
  return {
    hop: 'application',
    cause: `${number} ${ITEMS[proof.signal]} have never come to the collector: the application ${trouble.length > 0 ? 'could not send' : 'has not sent'} them${unflagged(it)}`,
    fix:
      proof.signal === 'traces'
        ? 'Check its sampler (`OTEL_TRACES_SAMPLER`), that it reaches the collector throughout, and that it ends every span; raise `OTEL_BSP_MAX_QUEUE_SIZE` where its queue is full'
        : 'Check that it reaches the collector throughout, and that it flushes before it ends; raise `OTEL_BLRP_MAX_QUEUE_SIZE` where its queue is full',
    evidence: [...trouble, ...figures(it)],
  };
}

/** Whole traces are missing, and no record tells whether they were sampled. */
function unflagged({ loss, proof, facts }: Case): string {
  if (proof.signal !== 'traces' || !loss || loss.missing.length === 0) return '';
  const logs = new Map(facts.evidence?.logs.map(one => [one.traceId, one.records]));
  const isTold = loss.missing.some(({ sent }) =>
    (logs.get(sent.traceId) ?? []).some(one => one.record.traceFlags !== undefined && !isOfUnsampled([one])),
  );
  return isTold ? '' : '. Whether they were sampled is not known: no log record of their requests tells';
}

/** Why it is not there is known already, from what is there. */
export function foundCause({ own, proof, counters, loss }: Case): Diagnosis | undefined {
  const isJoin = (finding: Finding) => finding.name.startsWith('join: ');
  const failed = [...own, ...proof.findings.filter(isJoin)].filter(
    ({ passed, cause }) => !passed && cause !== undefined,
  );
  const [first] = failed;
  if (!first) return undefined;
  // What the collector has taken over OTLP has ids: its exporter leaves them out.
  const isRaw = /raw_log/.test(first.fix ?? '') && (counters?.accepted ?? 0) > 0 && loss?.found === 0;
  return fromFinding(first, isRaw ? 'exporter' : 'application');
}

/** The way is open: others of the same signal have come along it. */
export function othersArrived(it: Case): Diagnosis | undefined {
  const { proof, own } = it;
  if (!own.some(({ passed }) => passed)) return undefined;
  return {
    hop: 'application',
    cause: `Other ${ITEMS[proof.signal]} of this run have arrived, so the application has not sent this, or not like this`,
    fix: 'Check that the code which makes it runs, and the names that it uses',
    evidence: figures(it),
  };
}

export function notAccepted(it: Case): Diagnosis | undefined {
  const { proof, facts, counters, loss } = it;
  const { signal } = proof;
  // Of its own metrics, the collector accepts some always; those of a signal that never came have no counter.
  if (!haveCounters(it) || (counters?.accepted ?? 0) > 0 || (loss?.found ?? 0) > 0) return undefined;
  const trouble = exportTrouble(facts);
  const evidence = [...trouble, ...figures(it)];
  const base = `The collector has accepted no ${ITEMS[signal]}`;
  if (trouble.some(line => /404|Not Found|UNIMPLEMENTED|unknown service/i.test(line))) {
    return {
      hop: 'collector',
      cause: `${base}: it has no pipeline for them, as the application's log says`,
      fix: `Add \`${signal}\` to \`service.pipelines\` of its configuration, with receiver \`otlp\` and an exporter`,
      evidence,
    };
  }
  if (trouble.length > 0) {
    return {
      hop: 'application',
      cause: `${base}: the application could not send them`,
      fix: 'Correct `OTEL_EXPORTER_OTLP_ENDPOINT` and `OTEL_EXPORTER_OTLP_PROTOCOL` of the application (4318 for http/protobuf, 4317 for grpc)',
      evidence,
    };
  }
  return {
    hop: 'application',
    cause: `${base}, so the application has sent none`,
    fix: `Check that \`${EXPORTER_VARIABLES[signal]}\` is not \`none\`, \`OTEL_SDK_DISABLED\` not true, and \`OTEL_EXPORTER_OTLP_ENDPOINT\` the collector's address`,
    evidence,
  };
}

export function notSent(it: Case): Diagnosis | undefined {
  const { proof, counters } = it;
  if (!counters?.accepted || counters.sent) return undefined;
  return {
    hop: 'exporter',
    cause: `The collector has accepted ${counters.accepted} ${ITEMS[proof.signal]} and sent none`,
    fix: `Check that the pipeline for ${proof.signal} has an exporter and no filter that drops everything, and look for retries in the collector's log`,
    evidence: figures(it),
  };
}

export function sentButAbsent(it: Case): Diagnosis | undefined {
  const { proof, counters } = it;
  const { signal } = proof;
  if (!counters?.accepted || !counters.sent) return undefined;
  const evidence = figures(it);
  if (signal === 'metrics') {
    return {
      hop: 'backend',
      cause: `The collector has sent ${counters.sent} metric points, but none of the application is found`,
      fix: "Check that both ends mean the same Prometheus, and that no filter or relabelling takes the application's series away",
      evidence,
    };
  }
  return {
    hop: 'backend',
    cause: `The collector has sent ${counters.sent} ${ITEMS[signal]}, but those of this run are not found`,
    fix:
      signal === 'traces'
        ? `Check region and account of both ends, that the application follows \`traceparent\`, and its sampler. ${XRAY_REFUSES}`
        : 'Check the names of the log groups, region and account of both ends, and that records bear the id of the trace (no `raw_log`)',
    evidence,
  };
}

export function unknown(it: Case): Diagnosis {
  const { proof, facts } = it;
  const trouble = exportTrouble(facts);
  const isSilent = facts.collector !== undefined;
  return {
    hop: trouble.length > 0 ? 'application' : 'collector',
    cause:
      trouble.length > 0
        ? `The application could not send its ${ITEMS[proof.signal]}`
        : `No ${ITEMS[proof.signal]} have arrived, and the collector's own counters are not available${isSilent ? ': nothing has come of them since the last answer' : ''}`,
    fix:
      trouble.length > 0
        ? 'Correct `OTEL_EXPORTER_OTLP_ENDPOINT` and `OTEL_EXPORTER_OTLP_PROTOCOL` of the application (4318 for http/protobuf, 4317 for grpc)'
        : "Look at the collector's log, and let it send its own metrics (`service.telemetry.metrics`)",
    evidence: [...trouble, ...figures(it), ...lastLines(containerOf(facts, 'collector'))],
  };
}
