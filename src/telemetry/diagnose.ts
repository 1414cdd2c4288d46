import { suggest } from '../runner/suggest.ts';
import {
  type CollectorError,
  collectorErrors,
  configRejection,
  exporterFix,
  knownFix,
  plainLine,
  wasStopped,
} from './collector-log.ts';
import type { CollectorCounters, ContainerFact, Facts } from './facts.ts';
import { fieldOf, readLogRecords } from './log-record.ts';
import type { Diagnosis, Proof, Signal, SignalProof } from './proof.ts';

/** As people call what a signal is made of. */
const ITEMS: Readonly<Record<Signal, string>> = { traces: 'spans', metrics: 'metrics', logs: 'log records' };
const EXPORTER_VARIABLES: Readonly<Record<Signal, string>> = {
  traces: 'OTEL_TRACES_EXPORTER',
  metrics: 'OTEL_METRICS_EXPORTER',
  logs: 'OTEL_LOGS_EXPORTER',
};

/** One signal of which something is missing, and what is known. */
interface Case {
  proof: SignalProof;
  facts: Facts;
  /** Of the application, as OpenTelemetry has it. */
  service: string;
  counters: CollectorCounters | undefined;
  errors: readonly CollectorError[];
}

/** One place to look at; `undefined` when nothing was lost there, as far as is known. */
type Look = (it: Case) => Diagnosis | undefined;

/** From what is certain to what is likely, and from the application's side to the backend's. */
const LOOKS: readonly Look[] = [
  unanswered,
  backendRefused,
  collectorDown,
  applicationDown,
  noPipeline,
  exporterFailed,
  refused,
  otherService,
  othersArrived,
  notAccepted,
  sentButAbsent,
  unknown,
];

/**
 * Says of each signal that is not complete where on the way it was lost, and what to do about that. Findings that have no
 * cause of their own get that one.
 */
export function diagnose(proof: Proof, facts: Facts): Proof {
  const collectors = (facts.containers ?? []).filter(({ role }) => role === 'collector');
  const errors = collectorErrors(collectors.flatMap(({ log }) => log));
  const signals = proof.signals.map((one): SignalProof => {
    if (one.passed) return one;
    const it: Case = { proof: one, facts, service: proof.service, counters: facts.counters?.[one.signal], errors };
    const diagnosis = firstOf(LOOKS, it);
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
    if (found) return { ...found, evidence: [...it.proof.notes, ...found.evidence] };
  }
  throw new Error('no look has an opinion');
}

function unanswered({ proof, facts }: Case): Diagnosis | undefined {
  if (facts.answered > 0 || proof.signal === 'metrics') return undefined;
  return {
    hop: 'application',
    cause: 'No request was answered, so that there is nothing to be found',
    fix: "Look at the application's log, and mend what keeps it from answering",
    evidence: lastLines(containerOf(facts, 'application')),
  };
}

/** What the backend itself has said to this run. */
function backendRefused({ proof: { fault } }: Case): Diagnosis | undefined {
  if (!fault) return undefined;
  return {
    hop: 'backend',
    cause: fault.what,
    fix: fault.fix ?? 'Look at its log',
    evidence: fault.seen === undefined ? [] : [fault.seen],
  };
}

function collectorDown({ facts }: Case): Diagnosis | undefined {
  const collector = containerOf(facts, 'collector');
  if (!collector) return silentReceiver(facts);
  const { service, state, exitCode, health, log } = collector;
  if (state === 'running' && health !== 'unhealthy') return undefined;
  const rejection = configRejection(log);
  if (rejection) {
    const cause = `The collector \`${service}\` does not accept its configuration: ${rejection.seen}`;
    return { hop: 'collector', cause, fix: rejection.fix, evidence: lastLines(collector) };
  }
  const is =
    state === 'running'
      ? 'is not healthy'
      : `is not running (${state}${exitOf(exitCode)}${wasStopped(log) ? ', after it was told to stop' : ''})`;
  const fix =
    exitCode === 137
      ? 'Start it again; if it was killed for want of memory, give it more, or lower `limit_mib` of its memory limiter'
      : 'Start it again, after looking at its last lines';
  return { hop: 'collector', cause: `The collector \`${service}\` ${is}`, fix, evidence: lastLines(collector) };
}

/** Without sight of its container: all signals without an answer. */
function silentReceiver({ otlp }: Facts): Diagnosis | undefined {
  const answers = Object.entries(otlp ?? {});
  if (answers.length === 0 || answers.some(([, answer]) => typeof answer === 'number')) return undefined;
  return {
    hop: 'collector',
    cause: 'The collector does not answer',
    fix: 'Start it, and let its OTLP receiver listen on an address that others can reach',
    evidence: answers.map(([signal, answer]) => `/v1/${signal}: ${answer}`),
  };
}

function applicationDown({ facts }: Case): Diagnosis | undefined {
  const application = containerOf(facts, 'application');
  if (!application || application.state === 'running') return undefined;
  const { service, state, exitCode } = application;
  return {
    hop: 'application',
    cause: `The application \`${service}\` is not running any more (${state}${exitOf(exitCode)})`,
    fix: 'Mend what ended it: what it had not sent yet is lost',
    evidence: lastLines(application),
  };
}

function exitOf(exitCode: number | undefined): string {
  return exitCode === undefined ? '' : ` with code ${exitCode}`;
}

function noPipeline({ proof: { signal }, facts }: Case): Diagnosis | undefined {
  if (facts.otlp?.[signal] !== 404) return undefined;
  return {
    hop: 'collector',
    cause: `The collector has no pipeline for ${signal}: its OTLP receiver answers 404 to them`,
    fix: `Add \`${signal}\` to \`service.pipelines\` of its configuration, with receiver \`otlp\` and an exporter`,
    evidence: exportTrouble(facts),
  };
}

/** Retries are not counted as failures until they end, so that the log tells of failures sooner than the counters. */
function exporterFailed({ proof, facts, counters, errors }: Case): Diagnosis | undefined {
  const { signal, findings } = proof;
  const own = errors.filter(error => error.signal === signal);
  const failed = (counters?.sendFailed ?? 0) + (counters?.enqueueFailed ?? 0);
  const last = own.findLast(({ text }) => knownFix(text)) ?? own.at(-1);
  // What was logged once and has passed is no cause: others have arrived since, or nothing was there to be sent.
  const isOld = findings.some(({ passed }) => passed) || (facts.counters !== undefined && !counters?.accepted);
  if (failed === 0 && (!last || isOld)) return undefined;
  const exporter = last?.component ?? counters?.failing[0];
  const name = exporter === undefined ? 'The exporter' : `Exporter \`${exporter}\``;
  const count = failed > 0 ? `${failed} ${ITEMS[signal]}` : `the ${ITEMS[signal]}`;
  const texts = own.map(({ text }) => text);
  return {
    hop: 'exporter',
    cause: `${name} of the collector could not deliver ${count}${last ? `: ${last.text}` : ''}`,
    fix: last ? exporterFix(last.text) : "Look for the reason in the collector's log",
    evidence: [...texts.slice(-3), ...figures(counters)],
  };
}

function refused({ proof: { signal }, counters, errors }: Case): Diagnosis | undefined {
  if (!counters?.refused) return undefined;
  return {
    hop: 'collector',
    cause: `The collector has refused ${counters.refused} ${ITEMS[signal]}`,
    fix: 'Give it more memory, or send less: its memory limiter or a full queue refuses what it cannot hold',
    evidence: [...errors.slice(-3).map(({ text }) => text), ...figures(counters)],
  };
}

/** Telemetry of the run has arrived, but under another name. */
function otherService({ proof, facts, service }: Case): Diagnosis | undefined {
  const { services } = facts;
  if (proof.findings.some(({ passed }) => passed) || !services || services.length === 0) return undefined;
  const own = services.map(job => job.split('/').at(-1) ?? job);
  const others = own.filter(name => name !== COLLECTOR);
  if (own.includes(service) || others.length === 0) return undefined;
  return {
    hop: 'application',
    cause: `What has arrived of this run is of service ${others.map(name => `\`${name}\``).join(', ')}, not \`${service}\``,
    fix: `Set \`OTEL_SERVICE_NAME=${service}\` for the application, or change \`service\` in the expectations. ${suggest(service, others)}`,
    evidence: [],
  };
}

/** The name under which the collector sends its own metrics, unless it is told another. */
const COLLECTOR = 'otel-collector';

/** The way is open: others of the same signal have come along it. */
function othersArrived({ proof: { signal, findings }, counters }: Case): Diagnosis | undefined {
  const arrived = findings.filter(({ passed }) => passed).length;
  if (arrived === 0) return undefined;
  return {
    hop: 'application',
    cause: `Other ${ITEMS[signal]} of this run have arrived, so the application has not sent this, or not like this`,
    fix: 'Check that the code which makes it runs, and the names that it uses',
    evidence: figures(counters),
  };
}

function notAccepted({ proof: { signal }, facts, counters }: Case): Diagnosis | undefined {
  // Of its own metrics, the collector accepts some always; those of a signal that never came have no counter.
  const hasOwn = facts.counters !== undefined;
  if (!hasOwn || (counters?.accepted ?? 0) > 0) return undefined;
  const trouble = exportTrouble(facts);
  const evidence = [...trouble, ...figures(counters)];
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

function sentButAbsent({ proof: { signal }, facts, counters }: Case): Diagnosis | undefined {
  if (!counters?.accepted) return undefined;
  const evidence = figures(counters);
  if (!counters.sent) {
    return {
      hop: 'exporter',
      cause: `The collector has accepted ${counters.accepted} ${ITEMS[signal]} and sent none`,
      fix: `Check that the pipeline for ${signal} has an exporter and no filter that drops everything, and look for retries in the collector's log`,
      evidence,
    };
  }
  if (signal === 'metrics') {
    return {
      hop: 'backend',
      cause: `The collector has sent ${counters.sent} metric points, but none of the application under this run's marker`,
      fix: 'Set `OTEL_RESOURCE_ATTRIBUTES=zap_obs_run=<run>` for the application, keep `target_info` on, and check that both ends mean the same Prometheus',
      evidence: [...evidence, `services of this run: ${facts.services?.join(', ') || 'none'}`],
    };
  }
  return {
    hop: 'backend',
    cause: `The collector has sent ${counters.sent} ${ITEMS[signal]}, but those of this run are not found`,
    fix:
      signal === 'traces'
        ? 'Check region and account of both ends, that the application follows `traceparent`, and its sampler; X-Ray drops what it cannot read without a word to the collector'
        : 'Check the names of the log groups, region and account of both ends, and that records bear the id of the trace (no `raw_log`)',
    evidence,
  };
}

function unknown({ proof: { signal }, facts }: Case): Diagnosis {
  const trouble = exportTrouble(facts);
  return {
    hop: trouble.length > 0 ? 'application' : 'collector',
    cause:
      trouble.length > 0
        ? `The application could not send its ${ITEMS[signal]}`
        : `No ${ITEMS[signal]} have arrived, and the collector's own counters are not available`,
    fix:
      trouble.length > 0
        ? 'Correct `OTEL_EXPORTER_OTLP_ENDPOINT` and `OTEL_EXPORTER_OTLP_PROTOCOL` of the application (4318 for http/protobuf, 4317 for grpc)'
        : "Look at the collector's log, and let it send its own metrics (`service.telemetry.metrics`)",
    evidence: [...trouble, ...lastLines(containerOf(facts, 'collector'))],
  };
}

function containerOf({ containers = [] }: Facts, role: ContainerFact['role']): ContainerFact | undefined {
  const own = containers.filter(container => container.role === role);
  return own.find(({ state, health }) => state !== 'running' || health === 'unhealthy') ?? own[0];
}

/** What the SDKs of applications say when an export fails. */
const EXPORT_TROUBLE =
  /OTLPExporter(?:Error)?|fail\w* to export|export(?:ing)?\b.{0,40}\bfail|\b431[78]\b.{0,80}(?:refused|ECONN|unavailable)|(?:refused|ECONN|unavailable).{0,80}\b431[78]\b/i;

function exportTrouble(facts: Facts): string[] {
  const lines = containerOf(facts, 'application')?.log ?? [];
  const found = lines.filter(line => EXPORT_TROUBLE.test(line)).map(bodyOf);
  return [...new Set(found)].slice(-3);
}

/** Of a record, what it says; a line of text as it is. */
function bodyOf(line: string): string {
  const body = readLogRecords(line)[0];
  const text = body && fieldOf(body, 'body');
  return shortened(typeof text === 'string' ? text : line);
}

function lastLines(container: ContainerFact | undefined): string[] {
  return (container?.log ?? [])
    .filter(line => line.trim() !== '')
    .slice(-5)
    .map(line => shortened(plainLine(line)));
}

function shortened(line: string): string {
  return line.length > 400 ? `${line.slice(0, 399)}…` : line;
}

function figures(counters: CollectorCounters | undefined): string[] {
  if (!counters) return [];
  const { accepted, refused, sent, sendFailed, enqueueFailed } = counters;
  const told = Object.entries({ accepted, refused, sent, 'send failed': sendFailed, 'enqueue failed': enqueueFailed });
  const known = told.filter(([, value]) => value !== undefined).map(([name, value]) => `${name} ${value}`);
  return [`the collector's counters: ${known.length > 0 ? known.join(', ') : 'none for this signal'}`];
}
