import { untilAnswers } from '../../compose/answers.ts';
import type { Container } from '../../compose/containers.ts';
import { assertRunning, assertSteady, NotReady } from '../../compose/ready.ts';
import { type Check, explanationOf, failedByCause } from '../../report/smoke-result.ts';
import { count } from '../../report/words.ts';
import { systemClock } from '../../runner/clock.ts';
import type { Fault, UserFault } from '../../runner/fault.ts';
import type { Host } from '../../runner/host.ts';
import { type SentRequest, sendRequests } from '../../telemetry/traffic.ts';
import { checkTelemetry, type TelemetryChecks } from './check-telemetry.ts';
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
  checks: Check[];
  /** Why checks failed that would have passed. */
  failure?: UserFault | undefined;
}

/** Sends the expected requests, and finds what they were answered and what arrived of their telemetry. */
export async function check(context: CheckContext, signal: AbortSignal): Promise<Checked> {
  const { smoke, files, host } = context;
  const { expectations } = files;
  const url = await reach(context, signal);
  host.line(`Requests to ${url}: ${expectations.requests.map(({ name }) => name).join(', ') || 'none are expected'}`);
  const sent = await sendRequests(expectations.requests, url, { run: smoke.run, signal, clock: systemClock });
  const answers = sent.flatMap(request => answerChecks(request));
  const telemetry = smoke.backends.length > 0 ? await checkTelemetry(context, sent, signal) : noTelemetry();
  const checks = [...answers, ...telemetry.checks];
  const failure = telemetry.failure ?? (await unsteady(context, signal));
  tell(checks, host);
  const failed = answers.some(({ passed }) => !passed) ? [smoke.target?.service ?? []].flat() : [];
  await showLogs(smoke, [...new Set([...failed, ...telemetry.services])], host, signal);
  return { checks, failure };
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

function noTelemetry(): TelemetryChecks {
  return { checks: [], services: [] };
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

function answerChecks({ answer, findings }: SentRequest): Check[] {
  return findings.map(finding => ({ ...finding, suite: 'answers', after: answer.ms }));
}

const ICONS = { passed: '✓', failed: '✗' } as const;

function tell(checks: readonly Check[], host: Host): void {
  const good = checks.filter(({ passed }) => passed);
  host.openGroup(`${count(good.length, 'check')} passed, ${checks.length - good.length} failed`);
  for (const { suite, name, passed, seen } of checks)
    host.line(
      `${passed ? ICONS.passed : ICONS.failed} ${suite === 'answers' ? 'answer of ' : ''}${name}${seen ? ` (${seen})` : ''}`,
    );
  host.closeGroup();
}

/** What the user has to mend, on the line that expects it. */
export function checkFaults(checks: readonly Check[]): Fault[] {
  return failedByCause(checks).map(({ suite, name, seen, cause, fix, place }) => ({
    what: suite === 'answers' ? `The answer is another one: ${name}` : `Missing: ${name}`,
    seen,
    fix: explanationOf({ cause, fix }).replace(/\.$/, '') || undefined,
    place,
  }));
}
