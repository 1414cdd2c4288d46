import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { LOG_GROUP } from '../../actions/smoke-test/backends.ts';
import { openLocalSession } from '../../aws/session.aws.ts';
import { systemClock } from '../../runner/clock.ts';
import type { Backends } from '../../telemetry/backends.ts';
import { cloudWatchLogs } from '../../telemetry/cloudwatch-logs.aws.ts';
import { type Expectations, parseExpectations } from '../../telemetry/expectations.ts';
import { prometheusOver } from '../../telemetry/prometheus.ts';
import { prometheusSeries } from '../../telemetry/prometheus-name.ts';
import { type ProofRun, proveRun } from '../../telemetry/proof-run.ts';
import { mintRun } from '../../telemetry/trace-id.ts';
import { xrayTraces } from '../../telemetry/xray.aws.ts';
import { ROOT } from '../repository.ts';
import type { ValidateFigure } from './figures.ts';
import { pollAtFixedTimes } from './fixed-polls.ts';
import type { LocalProject } from './local-project.ts';
import { CounterWitness, lastReceipt } from './witness.ts';

const EXPECTATIONS = 'zap-app/telemetry.yaml';
const REGION = 'us-east-1';
/** Requests a second. */
const RATE = 100;
/** Milliseconds. */
const PATIENCE = 60_000;
/**
 * Proves the telemetry of so many requests, and lets the usual approach look for the same meanwhile.
 *
 * @returns a figure for each of the two; what a proof has not found is told
 */
export async function measureProof(
  project: LocalProject,
  requests: number,
  { signal, tell }: { signal: AbortSignal; tell: (line: string) => void },
): Promise<ValidateFigure[]> {
  const expectations = parseExpectations(await readFile(join(ROOT, EXPECTATIONS), 'utf8'), EXPECTATIONS);
  const session = openLocalSession(project.aws, REGION);
  const backends: Backends = {
    metrics: prometheusOver(project.prometheus),
    traces: xrayTraces(session),
    logs: cloudWatchLogs(session, [LOG_GROUP]),
  };
  const witness = new CounterWitness(prometheusOver(project.prometheus), systemClock.sleep);
  const begun = Date.now();
  const asked = Promise.withResolvers<readonly string[]>();
  const usual = asked.promise.then(traceIds =>
    pollAtFixedTimes(
      {
        session: openLocalSession(project.aws, REGION),
        metrics: prometheusOver(project.prometheus),
        logGroup: LOG_GROUP,
        traceIds,
        series: seriesOf(expectations),
        since: begun,
      },
      systemClock,
      signal,
    ),
  );
  const plan = {
    expectations,
    backends: { ...backends, logs: tellingIds(backends.logs, asked.resolve) },
    target: project.app,
    run: mintRun(),
    count: requests,
    rate: RATE,
    // The health check of its container asks it too.
    exclusive: false,
  };
  const proven = await proveRun(plan, { signal, clock: systemClock, patience: PATIENCE });
  const polls = await usual;
  await witness.stop();
  const lines = await project.awsLines(signal);
  const lastArrival = Math.max(lastReceipt(lines, 'traces'), lastReceipt(lines, 'logs'), witness.lastRise ?? 0);
  for (const { name, passed, seen, cause } of proven.proof.signals.flatMap(({ findings }) => findings))
    if (!passed) tell([`not so: ${name}`, seen, cause].filter(Boolean).join('; '));
  const figure = figureOf(proven, lastArrival);
  const calls = Object.values(backends).reduce((sum, backend) => sum + (backend.calls?.() ?? 0), 0);
  return [
    { approach: 'zap-obs', ...figure(proven.startedAt + proven.duration), passed: proven.proof.passed, calls },
    { approach: 'fixed polls', ...figure(polls.verdictAt), passed: polls.passed, calls: polls.calls },
  ];
}

function figureOf({ sent }: ProofRun, lastArrival: number) {
  const first = Math.min(...sent.map(({ startedAt }) => startedAt));
  const last = Math.max(...sent.map(({ startedAt, answer }) => startedAt + answer.ms));
  const traced = sent.filter(({ request, answer }) => request.isTraced && answer.kind === 'answered').length;
  return (verdictAt: number) => ({
    requests: sent.length,
    traced,
    traffic: (last - first) / 1000,
    firstRequestToVerdict: (verdictAt - first) / 1000,
    lastArrivalToVerdict: (verdictAt - lastArrival) / 1000,
  });
}

function seriesOf({ metrics }: Expectations): string[] {
  return metrics.flatMap(metric => prometheusSeries(metric)[0] ?? []);
}

/** Tells the ids of the run's requests when they are asked for first, which is when the traffic is over. */
function tellingIds(logs: Backends['logs'], tell: (traceIds: readonly string[]) => void): Backends['logs'] {
  return {
    ...logs,
    events(traceIds, since) {
      // The control is asked for alone.
      if (traceIds.length > 1) tell(traceIds);
      return logs.events(traceIds, since);
    },
  };
}
