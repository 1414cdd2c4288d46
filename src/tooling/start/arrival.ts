import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { styleText } from 'node:util';
import { openLocalSession } from '../../aws/session.aws.ts';
import { duration } from '../../report/words.ts';
import { systemClock } from '../../runner/clock.ts';
import { signedFetch } from '../../telemetry/amp.aws.ts';
import { cloudWatchLogs } from '../../telemetry/cloudwatch-logs.aws.ts';
import { parseExpectations } from '../../telemetry/expectations.ts';
import type { Finding } from '../../telemetry/finding.ts';
import { prometheusOver } from '../../telemetry/prometheus.ts';
import type { Signal } from '../../telemetry/proof.ts';
import { prove } from '../../telemetry/prove.ts';
import { mintRun } from '../../telemetry/trace-id.ts';
import { checkAnswer, sendRequests } from '../../telemetry/traffic.ts';
import { xrayTraces } from '../../telemetry/xray.aws.ts';
import { ROOT } from '../repository.ts';

const EXPECTATIONS = 'zap-app/telemetry.yaml';
const REGION = 'us-east-1';

/** Telemetry takes a few seconds with the interval that the demonstration sets. Milliseconds. */
const PATIENCE = 30_000;

const PLACES: Readonly<Record<Signal, string>> = {
  metrics: 'Amazon Managed Prometheus',
  traces: 'X-Ray',
  logs: 'CloudWatch Logs',
};

/**
 * Sends the sample application its requests through the load balancer, and shows what was answered and what has arrived.
 *
 * @param outputs of the deployment
 * @returns whether all of it is as `zap-app/telemetry.yaml` expects
 */
export async function showArrival(
  outputs: Readonly<Record<string, string>>,
  endpoint: string,
  signal: AbortSignal,
): Promise<boolean> {
  const expectations = parseExpectations(await readFile(join(ROOT, EXPECTATIONS), 'utf8'), EXPECTATIONS);
  const url = outputs['load-balancer-url'] ?? '';
  const sent = await sendRequests(expectations.requests, url, { run: mintRun(), signal, clock: systemClock });
  const answers = sent.flatMap(({ request, answer }) => checkAnswer(request, answer));
  for (const { request, answer } of sent) {
    const told = answer.kind === 'answered' ? `${answer.status}, ${answer.ms.toFixed(0)} ms` : answer.reason;
    console.log(`${request.method.padEnd(4)} ${`${url}${request.path}`.padEnd(42)} ${told}`);
  }
  const first = Math.min(
    ...sent.flatMap(({ startedAt, answer }) => (answer.kind === 'answered' ? [startedAt + answer.ms] : [])),
  );
  const waited = (first - performance.timeOrigin) / 1000;
  console.log(`First answer through the load balancer ${waited.toFixed(1)} s after the start.`);
  const session = openLocalSession(endpoint, REGION);
  const backends = {
    metrics: prometheusOver(outputs['metrics-endpoint'] ?? '', signedFetch(session)),
    traces: xrayTraces(session),
    logs: cloudWatchLogs(session, (outputs['log-groups'] ?? '').split('\n')),
  };
  const proof = await prove(expectations, sent, backends, { signal, clock: systemClock, patience: PATIENCE });
  for (const { signal, findings, arrivalMs } of proof.signals) {
    const found = findings.filter(({ passed }) => passed).length;
    const time = arrivalMs === undefined ? '' : `, complete ${duration(arrivalMs)} after the last answer`;
    console.log(
      `${PLACES[signal].padEnd(26)} ${found} of ${findings.length} ${signal === 'traces' ? 'spans' : signal}${time}`,
    );
  }
  const missing = [...answers, ...proof.signals.flatMap(({ findings }) => findings)].filter(({ passed }) => !passed);
  for (const finding of missing) console.log(`${styleText('red', '✗')} ${told(finding)}`);
  return missing.length === 0;
}

function told({ name, seen, cause, fix }: Finding): string {
  return [`${name}${seen ? ` (seen: ${seen})` : ''}`, cause, fix].filter(Boolean).join('. ');
}
