import { count } from '../../report/words.ts';
import { actionsOf, type CollectorError, exporterFix, knownFix } from '../collector-log.ts';
import { doublingOf } from '../loss.ts';
import type { Diagnosis } from '../proof.ts';
import { beginOf, type Case, exportTrouble, figures, hasArrived, haveCounters, ITEMS, listed } from './case.ts';
import { isAliveSince, lastHeardOf } from './process-looks.ts';

/** What receivers, processors and exporters of the collector have done with what came. */

export function noPipeline({ proof: { signal }, facts }: Case): Diagnosis | undefined {
  if (facts.otlp?.[signal] !== 404) return undefined;
  return {
    hop: 'collector',
    cause: `The collector has no pipeline for ${signal}: its OTLP receiver answers 404 to them`,
    fix: `Add \`${signal}\` to \`service.pipelines\` of its configuration, with receiver \`otlp\` and an exporter`,
    evidence: exportTrouble(facts),
  };
}

/** What CloudWatch Logs has not taken of a batch: the exporter warns of it, and counts the whole batch as sent. */
const UNCOUNTED = /log events for log group name are|single log event size is larger/;

/** Retries are not counted as failures until they end, so that the log tells of failures sooner than the counters. */
export function exporterFailed(it: Case): Diagnosis | undefined {
  const { proof, own, counters, errors, loss, increase } = it;
  const { signal } = proof;
  if (isNothingLost(it)) return undefined;
  const towards = increase?.exporters.filter(({ isTowardsBackend }) => isTowardsBackend).map(({ id }) => id);
  const told = errors.filter(error => error.signal === signal && isOfBackend(error.component, towards));
  const failed = (counters?.sendFailed ?? 0) + (counters?.enqueueFailed ?? 0);
  const last = told.findLast(({ text, component }) => knownFix(text, component)) ?? told.at(-1);
  // What was logged once and has passed is no cause: others have arrived since, or nothing was there to be sent.
  const isOld = loss
    ? (loss.exporters ?? loss.total ?? loss.missing.length) === 0 && !UNCOUNTED.test(last?.text ?? '')
    : own.some(({ passed }) => passed) || (haveCounters(it) && !counters?.accepted) || isBeforeAll(last, it);
  if (failed === 0 && (!last || isOld)) return undefined;
  const exporter = last?.component ?? counters?.failing[0];
  const name = exporter === undefined ? 'The exporter' : `Exporter \`${exporter}\``;
  const number = failed > 0 ? `${failed} ${ITEMS[signal]}` : `the ${ITEMS[signal]}`;
  const texts = told.map(({ text }) => text);
  return {
    hop: 'exporter',
    cause: `${name} of the collector could not deliver ${number}${last ? `: ${last.text}` : ''}`,
    fix: last ? exporterFix(last.text, last.component) : silentFix(exporter),
    evidence: [...texts.slice(-3), ...figures(it)],
  };
}

/** It was logged before the traffic, and this run's counters tell of deliveries and of no failure: another collector may have been there. */
function isBeforeAll(last: CollectorError | undefined, { facts: { sent = [] }, increase, counters }: Case): boolean {
  const isEarlier = last?.at !== undefined && sent.length > 0 && last.at < beginOf(sent);
  return isEarlier && increase !== undefined && (counters?.sent ?? 0) > 0;
}

/** Errors of an exporter that leads elsewhere are not why something is missing here. */
function isOfBackend(component: string | undefined, towards: readonly string[] | undefined): boolean {
  return (
    !component ||
    !towards ||
    towards.length === 0 ||
    towards.includes(component) ||
    !/^(debug|file|logging|nop)\b/.test(component)
  );
}

/** Counters say that it failed, and not why. */
function silentFix(exporter: string | undefined): string {
  const actions = actionsOf(exporter);
  const look = "Look for the reason in the collector's log (lines with `Exporting failed`)";
  return actions ? `${look}; where it is a refusal (403), allow its role ${actions}` : look;
}

/** Everything that was sent is there, so that whatever failed has been made good. */
function isNothingLost({ loss }: Case): boolean {
  return loss !== undefined && loss.missing.length === 0 && loss.total === 0;
}

/** Not even the collector's own metrics arrive, though it does its work. */
export function writesNothing(it: Case): Diagnosis | undefined {
  const { proof, facts } = it;
  if (proof.signal !== 'metrics' || hasArrived(it) || !facts.evidence) return undefined;
  const lastAt = lastHeardOf(facts);
  const isUnheard = facts.collector === undefined;
  const isFound = facts.evidence.traces.some(({ segments }) => segments.length > 0);
  if (!(isUnheard && isFound) && !(lastAt !== undefined && isAliveSince(lastAt, it))) return undefined;
  const unsure = isUnheard ? ', or it is not told to send any of itself' : '';
  return {
    hop: 'exporter',
    cause: `No metrics arrive of the application, nor of the collector itself, though traces do get through it: its exporter of metrics does not deliver${unsure}`,
    fix: 'Correct the `endpoint` of `prometheusremotewrite`: it must lead to the Prometheus that this run asks. For Amazon Managed Prometheus, allow the collector `aps:RemoteWrite`; its log says more, but of a connection that is refused only after its `timeout`',
    evidence: it.errors.slice(-3).map(({ text }) => text),
  };
}

export function refused(it: Case): Diagnosis | undefined {
  const { proof, counters, increase, errors } = it;
  const limited = increase?.processors.reduce((sum, one) => sum + (one.refused ?? 0), 0) ?? 0;
  const number = counters?.refused || limited;
  if (!number || isNothingLost(it)) return undefined;
  const isLimiter = limited > 0 || errors.some(({ text }) => /high memory usage|Refusing data/.test(text));
  return {
    hop: 'collector',
    cause: isLimiter
      ? `The memory limiter of the collector has refused ${number} ${ITEMS[proof.signal]}`
      : `The collector has refused ${number} ${ITEMS[proof.signal]}`,
    fix: isLimiter
      ? 'Give the collector more memory and raise `limit_mib` of `memory_limiter`, or send less'
      : 'Give it more memory, or send less: its memory limiter or a full queue refuses what it cannot hold',
    evidence: [...errors.slice(-3).map(({ text }) => text), ...figures(it)],
  };
}

export function sampledInCollector(it: Case): Diagnosis | undefined {
  const { loss, proof, increase } = it;
  const byTraces = increase?.processors.filter(({ unsampledTraces = 0 }) => unsampledTraces > 0) ?? [];
  if (!loss || loss.missing.length === 0 || loss.samplers.length + byTraces.length === 0) return undefined;
  if (loss.samplers.length > 0 && (loss.total ?? 0) > 0) return undefined;
  const names = [...new Set([...loss.samplers, ...byTraces].map(({ id }) => id))];
  const number =
    loss.sampledOut > 0
      ? `${loss.sampledOut} ${ITEMS[proof.signal]}`
      : `${byTraces.reduce((sum, one) => sum + (one.unsampledTraces ?? 0), 0)} traces`;
  return {
    hop: 'collector',
    cause: `${listed(names)} in the collector left out ${number}: that is sampling, not loss`,
    fix: names.some(name => name.startsWith('tail_sampling'))
      ? 'Let a policy of `tail_sampling` keep what the user agent `zap-obs/<run>` has sent, or prove an environment without it'
      : 'Set `sampling_percentage: 100` where telemetry is proven, or take the processor out of the pipeline there',
    evidence: figures(it),
  };
}

/** Delta temporality, most of all: the exporter drops what it cannot translate, and counts it as sent. */
export function untranslated(it: Case): Diagnosis | undefined {
  const { proof, increase, own, errors } = it;
  const failing = increase?.exporters.filter(({ failedTranslations = 0 }) => failedTranslations > 0) ?? [];
  const line = errors.findLast(({ text }) => /invalid temporality/.test(text));
  const isNamed = own.some(({ cause = '' }) => /^It has arrived as|has arrived of/.test(cause));
  if (proof.signal !== 'metrics' || isNamed || (failing.length === 0 && !line)) return undefined;
  const times = failing.reduce((sum, one) => sum + (one.failedTranslations ?? 0), 0);
  const names = failing.length > 0 ? failing.map(({ id }) => id) : [line?.component ?? 'prometheusremotewrite'];
  return {
    hop: 'exporter',
    cause: `${listed(names)} failed ${times > 0 ? `${count(times, 'time')} ` : ''}to translate metrics, as it does with delta temporality; it drops those points, and counts them as sent`,
    fix: 'Set `OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE=cumulative` for the application',
    evidence: [...(line ? [line.text] : []), ...figures(it)],
  };
}

export function doubled(it: Case): Diagnosis | undefined {
  const { proof, facts, loss, increase } = it;
  const { signal } = proof;
  if (!facts.evidence || signal === 'metrics') return undefined;
  const doubling = doublingOf(signal, { evidence: facts.evidence, counters: facts.collector });
  if (!doubling || (loss && !isNothingLost(it) && doubling.records === 0)) return undefined;
  const { exporters, records, of } = doubling;
  const seen =
    records > 0
      ? `${records} of ${count(of, 'log record')} are there more than once`
      : 'More was exported than came in';
  const isFromApplication =
    exporters.length === 0 && (increase?.accepted ?? 0) >= 1.5 * (loss?.found ?? Number.POSITIVE_INFINITY);
  if (isFromApplication) {
    return {
      hop: 'application',
      cause: `${seen}: the application has sent them more than once, because the collector has accepted ${increase?.accepted} ${ITEMS[signal]}`,
      fix: 'Set up the OpenTelemetry SDK, and each appender of the logger, only once',
      evidence: figures(it),
    };
  }
  const who =
    exporters.length > 1
      ? `${listed(exporters)} each export the same`
      : exporters.length === 1
        ? `${listed(exporters)} has exported more than the collector accepted`
        : 'they were exported twice; which exporters did, the counters do not tell';
  return {
    hop: 'exporter',
    cause: `${seen}: ${who}`,
    fix:
      exporters.length > 1
        ? `Take one of ${listed(exporters)} out of \`service.pipelines\` of the collector`
        : 'Let one exporter in one pipeline of the collector write there; where there is only one, look in its log for batches that it sends again',
    evidence: figures(it),
  };
}

export function dropped(it: Case): Diagnosis | undefined {
  const { loss, proof } = it;
  if (!loss?.processors) return undefined;
  const names = loss.droppers.map(({ id }) => id);
  const number = loss.droppers.reduce((sum, one) => sum + one.dropped, 0);
  const others = number > loss.processors ? `, of which ${loss.processors} are missed` : '';
  return {
    hop: 'collector',
    cause: `${listed(names)} in the collector dropped ${number} ${ITEMS[proof.signal]}${others}`,
    fix: `Change the conditions of ${listed(names)} in the collector's configuration, or take ${names.length === 1 ? 'it' : 'them'} out of the pipeline of ${proof.signal}`,
    evidence: figures(it),
  };
}
