import { openLocalSession } from '../../aws/session.aws.ts';
import { assertRunning, NotReady, pauseAfter } from '../../compose/ready.ts';
import type { Check } from '../../report/smoke-result.ts';
import { systemClock } from '../../runner/clock.ts';
import { cloudWatchLogs } from '../../telemetry/cloudwatch-logs.aws.ts';
import { prometheusOver } from '../../telemetry/prometheus.ts';
import type { Proof, SignalProof } from '../../telemetry/proof.ts';
import { prove } from '../../telemetry/prove.ts';
import type { SentRequest } from '../../telemetry/traffic.ts';
import { xrayTraces } from '../../telemetry/xray.aws.ts';
import { COLLECTOR, LOCAL_AWS, LOG_GROUP, PROMETHEUS } from './backends.ts';
import type { CheckContext } from './check.ts';
import { addressOf } from './smoke-project.ts';
import { withLastWords } from './start.ts';

/** What is sent within a second by the application, and within another by the collector, has this long, in milliseconds. */
const PATIENCE = 20_000;

/** What was found of the telemetry, and the services whose logs may tell more. */
export interface TelemetryChecks {
  checks: Check[];
  services: string[];
}

/**
 * Proves that the telemetry of the requests has arrived.
 *
 * @throws UserFault when a container ends meanwhile
 */
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
  const proof = await whileRunning(context, signal, within =>
    prove(files.expectations, sent, backends, {
      run: smoke.run,
      signal: within,
      clock: systemClock,
      patience: PATIENCE,
    }),
  );
  const services = proof.passed ? [] : [COLLECTOR, smoke.target?.service ?? []].flat();
  return { checks: proof.signals.flatMap(checksOf), services };
}

function checksOf({ signal, findings, arrivalMs }: SignalProof): Check[] {
  return findings.map(finding => ({ ...finding, suite: signal, after: arrivalMs }));
}

/** Does work as long as every container runs that should; nothing arrives any more when one has ended. */
async function whileRunning(
  { smoke, host }: CheckContext,
  signal: AbortSignal,
  work: (signal: AbortSignal) => Promise<Proof>,
): Promise<Proof> {
  const stop = new AbortController();
  const within = AbortSignal.any([signal, stop.signal]);
  const watching = async (): Promise<never> => {
    for (const began = Date.now(); ; ) {
      await assertRunning(smoke.project, smoke.model, within);
      await systemClock.sleep(pauseAfter(Date.now() - began), within);
    }
  };
  try {
    return await Promise.race([work(within), watching()]);
  } catch (error) {
    throw error instanceof NotReady ? await withLastWords(error, smoke, host, signal) : error;
  } finally {
    stop.abort(new Error('the other has ended'));
  }
}
