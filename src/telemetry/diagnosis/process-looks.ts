import { duration } from '../../report/words.ts';
import type { CollectorReport } from '../collector-counters.ts';
import { configRejection, wasStopped } from '../collector-log.ts';
import type { Facts } from '../facts.ts';
import type { Diagnosis } from '../proof.ts';
import { beginOf, type Case, containerOf, figures, ITEMS, iso, lastAnswerOf, lastLines } from './case.ts';

/** Whether everything runs and answers that telemetry passes. */

export function unanswered({ proof, facts }: Case): Diagnosis | undefined {
  if (facts.answered > 0 || proof.signal === 'metrics') return undefined;
  return {
    hop: 'application',
    cause: 'No request was answered, so that there is nothing to be found',
    fix: "Look at the application's log, and mend what keeps it from answering",
    evidence: lastLines(containerOf(facts, 'application')),
  };
}

/** What this run must be allowed, to read of each signal. */
const READING = {
  traces: '`xray:BatchGetTraces` (with Transaction Search `xray:StartTraceRetrieval` and `xray:ListRetrievedTraces`)',
  metrics: '`aps:QueryMetrics`',
  logs: '`logs:FilterLogEvents`',
} as const;

/** What the backend itself has said to this run. */
export function backendRefused({ proof: { fault, signal } }: Case): Diagnosis | undefined {
  if (!fault) return undefined;
  const { what, seen, fix = 'Look at its log' } = fault;
  const isDenied = /AccessDenied|not authorized|not allowed|\b403\b/i.test(`${what} ${seen ?? ''} ${fix}`);
  const isNamed = /\b(xray|aps|logs):[A-Z]/.test(fix);
  return {
    hop: 'backend',
    cause: what,
    fix: isDenied && !isNamed ? `${fix}. This run's role or user needs ${READING[signal]}` : fix,
    evidence: seen === undefined ? [] : [seen],
  };
}

export function collectorDown({ facts }: Case): Diagnosis | undefined {
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

export function applicationDown({ facts }: Case): Diagnosis | undefined {
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

/** Its counters have stopped, and nothing of what came after that is there. */
export function collectorStopped(it: Case): Diagnosis | undefined {
  const { facts, loss, proof } = it;
  const { sent = [] } = facts;
  const lastAt = lastHeardOf(facts);
  if (lastAt === undefined || sent.length === 0 || isAliveSince(lastAt, it)) return undefined;
  const before = lastAnswerOf(sent) - lastAt;
  const when =
    lastAt < beginOf(sent) ? 'since before the traffic began' : `for the last ${duration(before)} of the traffic`;
  const found = loss?.trails.filter(({ size }) => size > 0) ?? [];
  const latest = Math.max(...found.map(trail => trail.sent.startedAt));
  const isCut = found.length > 0 && loss?.missing.every(trail => trail.sent.startedAt > latest);
  const cut = isCut ? '; what earlier requests left has arrived, and nothing of later ones' : '';
  // Its own metrics take the same way as the application's.
  const unsure = proof.signal === 'metrics' && !facts.evidence?.traces.length;
  return {
    hop: 'collector',
    cause: `The collector has told nothing of itself ${when} (last at ${iso(lastAt)})${cut}: it has stopped${unsure ? ', or it cannot write to this Prometheus' : ''}`,
    fix: 'Look at its last lines, at the memory that it had and at why its task or container ended, and start it again',
    evidence: figures(it),
  };
}

/** When the last of all collectors was heard of, where each has fallen silent. */
export function lastHeardOf({ collector }: Facts): number | undefined {
  const reports = collector?.collectors ?? [];
  if (reports.length === 0 || !reports.every(({ isSilent }) => isSilent)) return undefined;
  return Math.max(...reports.map(({ lastAt }) => lastAt));
}

/** Traces do not go past a collector: one of a later request, an error of later or a container that runs show it alive. */
export function isAliveSince(lastAt: number, { facts, errors }: Case): boolean {
  const { sent = [], evidence } = facts;
  const found = new Set(evidence?.traces.filter(({ segments }) => segments.length > 0).map(({ traceId }) => traceId));
  const isLater = sent.some(({ traceId, startedAt }) => startedAt > lastAt && found.has(traceId));
  const isRunning = containerOf(facts, 'collector')?.state === 'running';
  return isLater || isRunning || errors.some(({ at = lastAt }) => at > lastAt);
}

/** Of several collectors, those that have fallen silent while others go on. */
export function silentCollectors({ collector }: Facts): CollectorReport[] {
  const reports = collector?.collectors ?? [];
  return reports.some(({ hasReported }) => hasReported) ? reports.filter(({ isSilent }) => isSilent) : [];
}

/** What a signal is made of, for causes that go on after it. */
export function itemsOf({ proof: { signal } }: Case): string {
  return ITEMS[signal];
}
