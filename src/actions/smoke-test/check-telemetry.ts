import { openLocalSession } from '../../aws/session.aws.ts';
import type { Model } from '../../compose/model.ts';
import { assertRunning, NotReady, pauseAfter } from '../../compose/ready.ts';
import { proofLinks } from '../../report/console-links.ts';
import type { ProofResult } from '../../report/proof-result.ts';
import { systemClock } from '../../runner/clock.ts';
import type { UserFault } from '../../runner/fault.ts';
import { cloudWatchLogs } from '../../telemetry/cloudwatch-logs.aws.ts';
import { type ContainerFact, type Facts, probeOtlp } from '../../telemetry/facts.ts';
import { judgeRun } from '../../telemetry/judge-run.ts';
import { prometheusOver } from '../../telemetry/prometheus.ts';
import { type ProofPlan, type ProofRun, proveRun } from '../../telemetry/proof-run.ts';
import { xrayTraces } from '../../telemetry/xray.aws.ts';
import { progressOf } from '../progress.ts';
import { COLLECTOR, LOCAL_AWS, LOG_GROUP, OTLP, PROMETHEUS } from './backends.ts';
import type { CheckContext } from './check.ts';
import { addressOf } from './smoke-project.ts';
import { withLastWords } from './start.ts';
import type { TelemetrySetting } from './telemetry-setting.ts';

/** Telemetry takes two or three seconds where nothing delays it. Milliseconds. */
const PATIENCE = 10_000;

/** What may delay it: the SDK sends no sooner than these say, in milliseconds. */
const DELAYS = ['OTEL_METRIC_EXPORT_INTERVAL', 'OTEL_BSP_SCHEDULE_DELAY', 'OTEL_BLRP_SCHEDULE_DELAY'];

/** How long telemetry may take to arrive: longer where a service of the user's sends it less often. */
export function patienceFor({ services }: Model): number {
  const delays = Object.values(services).flatMap(({ environment }) =>
    DELAYS.map(name => Number(environment?.[name] ?? 0)).filter(Number.isFinite),
  );
  return PATIENCE + 2 * Math.max(0, ...delays);
}

/** So many of a container's last lines are looked through for causes. */
const FACT_LINES = 300;

/** What was found of the answers and the telemetry, and the services whose logs may tell more. */
export interface TelemetryChecks {
  proof: ProofResult;
  services: string[];
  /** A container has ended meanwhile: that is why something is missing. */
  failure?: UserFault | undefined;
}

/**
 * Sends the expected requests, and proves that their telemetry arrives. Nothing more is waited for when a container has ended.
 *
 * @param target where requests go
 */
export async function checkTelemetry(
  context: CheckContext,
  target: string,
  signal: AbortSignal,
): Promise<TelemetryChecks> {
  const { smoke, containers, files, setting, host } = context;
  const session = setting.session ?? openLocalSession(addressOf(containers, LOCAL_AWS), setting.region);
  const plan: ProofPlan = {
    expectations: files.expectations,
    backends: {
      metrics: prometheusOver(addressOf(containers, PROMETHEUS)),
      traces: xrayTraces(session),
      logs: cloudWatchLogs(session, [LOG_GROUP]),
    },
    target,
    run: smoke.run,
    // Each request once.
    count: 0,
    exclusive: false,
  };
  const options = {
    signal,
    clock: systemClock,
    patience: patienceFor(smoke.model),
    progress: progressOf(host, systemClock),
  };
  const { run, failure } = await whileRunning(context, signal, enough => proveRun(plan, { ...options, enough }));
  const isRed = (suite: string) => proof.checks.some(check => check.suite === suite && !check.passed);
  const services = [COLLECTOR, smoke.target?.service ?? []].flat();
  const proof = await judgeRun(run, {
    ...(!failure && { facts: () => gatherFacts(context, services, signal) }),
    links: traceId => linksOf(setting, plan, traceId),
    simulated: setting.session ? [] : ['X-Ray and CloudWatch Logs are local AWS'],
  });
  const hops = proof.signals.flatMap(({ diagnosis }) => {
    if (!diagnosis) return [];
    return diagnosis.hop === 'application' ? (smoke.target?.service ?? []) : COLLECTOR;
  });
  const answering = isRed('answers') ? [smoke.target?.service ?? []].flat() : [];
  return { proof, services: failure ? answering : [...new Set([...answering, ...hops])], failure };
}

/** Prometheus ends with the project; X-Ray and the logs of an account stay. */
function linksOf({ session }: TelemetrySetting, { run }: ProofPlan, traceId: string | undefined): ProofResult['links'] {
  if (!session) return [];
  const { region, endpoint } = session;
  return proofLinks({ region, endpoint, groups: [LOG_GROUP], run, traceId });
}

/** What tells where something was lost. */
async function gatherFacts(
  { smoke: { project }, containers }: CheckContext,
  services: readonly string[],
  signal: AbortSignal,
): Promise<Partial<Facts>> {
  const [now, otlp] = await Promise.all([project.containers(signal), probeOtlp(addressOf(containers, OTLP), signal)]);
  const logs = await Promise.all(services.map(service => project.logs(service, FACT_LINES, signal)));
  const facts = now.map(({ service, state, exitCode, health }): ContainerFact => {
    const role = service === COLLECTOR ? 'collector' : services.includes(service) ? 'application' : 'other';
    return { service, role, state, exitCode, health, log: logs[services.indexOf(service)] ?? [] };
  });
  return { containers: facts, otlp };
}

/**
 * Does work, and tells it that it is enough when a container has ended that should not have.
 *
 * @returns what came of it, and the fault of the container, whose log is shown
 */
async function whileRunning(
  { smoke, host }: CheckContext,
  signal: AbortSignal,
  work: (enough: AbortSignal) => Promise<ProofRun>,
): Promise<{ run: ProofRun; failure?: UserFault | undefined }> {
  const enough = new AbortController();
  const done = new AbortController();
  const within = AbortSignal.any([signal, done.signal]);
  const watching = async (): Promise<UserFault | undefined> => {
    try {
      for (const began = Date.now(); ; ) {
        await assertRunning(smoke.project, smoke.model, within);
        await systemClock.sleep(pauseAfter(Date.now() - began), within);
      }
    } catch (error) {
      if (error instanceof NotReady) {
        enough.abort();
        return await withLastWords(error, smoke, host, signal);
      }
      if (done.signal.aborted && !signal.aborted) return undefined;
      throw error;
    }
  };
  const working = async () => {
    try {
      return await work(enough.signal);
    } finally {
      done.abort();
    }
  };
  const [run, failure] = await Promise.all([working(), watching()]);
  return { run, failure };
}
