import { openLocalSession } from '../../aws/session.aws.ts';
import type { Model } from '../../compose/model.ts';
import { assertRunning, NotReady, pauseAfter } from '../../compose/ready.ts';
import type { Check } from '../../report/smoke-result.ts';
import { systemClock } from '../../runner/clock.ts';
import type { UserFault } from '../../runner/fault.ts';
import type { Host } from '../../runner/host.ts';
import type { MetricsBackend } from '../../telemetry/backends.ts';
import { cloudWatchLogs } from '../../telemetry/cloudwatch-logs.aws.ts';
import { diagnose } from '../../telemetry/diagnose.ts';
import { type ContainerFact, type Facts, factsFromMetrics, probeOtlp } from '../../telemetry/facts.ts';
import { prometheusOver } from '../../telemetry/prometheus.ts';
import type { Diagnosis, Proof, Signal, SignalProof } from '../../telemetry/proof.ts';
import { prove } from '../../telemetry/prove.ts';
import type { SentRequest } from '../../telemetry/traffic.ts';
import { xrayTraces } from '../../telemetry/xray.aws.ts';
import { COLLECTOR, LOCAL_AWS, LOG_GROUP, OTLP, PROMETHEUS } from './backends.ts';
import type { CheckContext } from './check.ts';
import { addressOf } from './smoke-project.ts';
import { withLastWords } from './start.ts';

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

/** What was found of the telemetry, and the services whose logs may tell more. */
export interface TelemetryChecks {
  checks: Check[];
  services: string[];
  /** A container has ended meanwhile: that is why something is missing. */
  failure?: UserFault | undefined;
}

/** Proves that the telemetry of the requests has arrived. Nothing more is waited for when a container has ended. */
export async function checkTelemetry(
  context: CheckContext,
  sent: readonly SentRequest[],
  signal: AbortSignal,
): Promise<TelemetryChecks> {
  const { smoke, containers, files, setting } = context;
  const session = setting.session ?? openLocalSession(addressOf(containers, LOCAL_AWS), setting.region);
  const backends = {
    metrics: prometheusOver(addressOf(containers, PROMETHEUS)),
    traces: xrayTraces(session),
    logs: cloudWatchLogs(session, [LOG_GROUP]),
  };
  const patience = patienceFor(smoke.model);
  const { proof, failure } = await whileRunning(context, signal, enough =>
    prove(files.expectations, sent, backends, { run: smoke.run, signal, clock: systemClock, patience, enough }),
  );
  if (proof.passed || failure) return { checks: proof.signals.flatMap(checksOf), services: [], failure };
  const services = [COLLECTOR, smoke.target?.service ?? []].flat();
  const told = diagnose(proof, await gatherFacts(context, backends.metrics, sent, services, signal));
  const diagnoses = told.signals.flatMap(({ diagnosis, signal }) => (diagnosis ? [{ signal, ...diagnosis }] : []));
  for (const diagnosis of diagnoses) tellEvidence(diagnosis, context.host);
  const hops = diagnoses.flatMap(({ hop }) => (hop === 'application' ? (smoke.target?.service ?? []) : COLLECTOR));
  return { checks: told.signals.flatMap(checksOf), services: [...new Set(hops)] };
}

/** What tells where something was lost. What cannot be asked any more is left out. */
async function gatherFacts(
  { smoke: { project, run }, containers }: CheckContext,
  metrics: MetricsBackend,
  sent: readonly SentRequest[],
  services: readonly string[],
  signal: AbortSignal,
): Promise<Facts> {
  const [now, counted, otlp] = await Promise.all([
    project.containers(signal),
    factsFromMetrics(metrics, run, { isOwn: true }),
    probeOtlp(addressOf(containers, OTLP), signal),
  ]);
  const logs = await Promise.all(services.map(service => project.logs(service, FACT_LINES, signal)));
  const facts = now.map(({ service, state, exitCode, health }): ContainerFact => {
    const role = service === COLLECTOR ? 'collector' : services.includes(service) ? 'application' : 'other';
    return { service, role, state, exitCode, health, log: logs[services.indexOf(service)] ?? [] };
  });
  return {
    answered: sent.filter(({ answer }) => answer.kind === 'answered').length,
    containers: facts,
    otlp,
    ...counted,
  };
}

function tellEvidence({ signal, cause, fix, evidence }: Diagnosis & { signal: Signal }, host: Host): void {
  host.openGroup(`Why ${signal} are missing`);
  for (const line of [`${cause}.`, `${fix}.`, ...evidence]) host.line(line);
  host.closeGroup();
}

function checksOf({ signal, findings, arrivalMs }: SignalProof): Check[] {
  return findings.map(finding => ({ ...finding, suite: signal, after: arrivalMs }));
}

/**
 * Does work, and tells it that it is enough when a container has ended that should not have.
 *
 * @returns what came of it, and the fault of the container, whose log is shown
 */
async function whileRunning(
  { smoke, host }: CheckContext,
  signal: AbortSignal,
  work: (enough: AbortSignal) => Promise<Proof>,
): Promise<{ proof: Proof; failure?: UserFault | undefined }> {
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
  const [proof, failure] = await Promise.all([working(), watching()]);
  return { proof, failure };
}
