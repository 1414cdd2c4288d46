import { untilAnswers } from '../../compose/answers.ts';
import type { Container } from '../../compose/containers.ts';
import { assertRunning, assertSteady, NotReady } from '../../compose/ready.ts';
import type { ProofResult } from '../../report/proof-result.ts';
import type { Check } from '../../report/smoke-result.ts';
import { systemClock } from '../../runner/clock.ts';
import type { UserFault } from '../../runner/fault.ts';
import type { Host } from '../../runner/host.ts';
import { sendRequests } from '../../telemetry/traffic.ts';
import { tellChecks, tellProof } from '../proof-report.ts';
import { checkTelemetry } from './check-telemetry.ts';
import type { SmokeFiles } from './files.ts';
import { addressOf, type SmokeProject } from './smoke-project.ts';
import { showLogs, withLastWords } from './start.ts';
import type { TelemetrySetting } from './telemetry-setting.ts';

/** What is checked, and against what. */
export interface CheckContext {
  smoke: SmokeProject;
  containers: readonly Container[];
  files: SmokeFiles;
  baseUrl: string | undefined;
  setting: TelemetrySetting;
  host: Host;
}

/** A server that runs, but has no health check, is given so long to answer, in milliseconds. */
const PATIENCE = 120_000;

/** What was checked. */
export interface Checked {
  checks: readonly Check[];
  proof?: ProofResult;
  /** Why checks failed that would have passed. */
  failure?: UserFault | undefined;
}

/** Sends the expected requests, and finds what they were answered and what arrived of their telemetry. */
export async function check(context: CheckContext, signal: AbortSignal): Promise<Checked> {
  const { smoke, files, host } = context;
  const { requests } = files.expectations;
  const url = await reach(context, signal);
  host.line(`Requests to ${url}: ${requests.map(({ name }) => name).join(', ') || 'none are expected'}`);
  const { proof, checks, services, failure } =
    smoke.backends.length > 0 ? await proven(context, url, signal) : await answered(context, url, signal);
  const trouble = failure ?? (await unsteady(context, signal));
  if (proof) tellProof(proof, host);
  else tellChecks(checks, host);
  await showLogs(smoke, services, host, signal);
  return { checks, ...(proof && { proof }), failure: trouble };
}

/** What was checked, and the services whose logs tell more. */
type Findings = Checked & { services: readonly string[] };

async function proven(context: CheckContext, url: string, signal: AbortSignal): Promise<Findings> {
  const found = await checkTelemetry(context, url, signal);
  return { ...found, checks: found.proof.checks };
}

/** Without telemetry. */
async function answered({ smoke, files }: CheckContext, url: string, signal: AbortSignal): Promise<Findings> {
  const options = { run: smoke.run, signal, clock: systemClock };
  const sent = await sendRequests(files.expectations.requests, url, options);
  const checks = sent.flatMap(({ answer, findings }) =>
    findings.map((finding): Check => ({ ...finding, suite: 'answers', after: answer.ms })),
  );
  const hasFailed = checks.some(({ passed }) => !passed);
  return { checks, services: hasFailed ? [smoke.target?.service ?? []].flat() : [] };
}

/** A container that ends again and again fails the test, whatever was answered; one that has recovered is told of. */
async function unsteady({ smoke, host }: CheckContext, signal: AbortSignal): Promise<UserFault | undefined> {
  try {
    const recovered = await assertSteady(smoke.project, smoke.model, { clock: systemClock, signal });
    for (const name of recovered) host.annotate('warning', `${name} was started again, and has gone on since`);
    return undefined;
  } catch (error) {
    if (error instanceof NotReady) return await withLastWords(error, smoke, host, signal);
    throw error;
  }
}

/** The address to which requests go, once something answers there. */
async function reach({ smoke, containers, baseUrl, host }: CheckContext, signal: AbortSignal): Promise<string> {
  const { target } = smoke;
  const url = baseUrl ?? (target && addressOf(containers, target)) ?? '';
  const isHealthy = containers.find(({ service }) => service === target?.service)?.health === 'healthy';
  if (isHealthy) return url;
  try {
    const whileSilent = () => assertRunning(smoke.project, smoke.model, signal);
    await untilAnswers(url, target?.service, { clock: systemClock, signal, patience: PATIENCE, whileSilent });
  } catch (error) {
    throw error instanceof NotReady ? await withLastWords(error, smoke, host, signal) : error;
  }
  return url;
}
