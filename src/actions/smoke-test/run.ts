import type { RanImage, SmokeResult } from '../../report/smoke-result.ts';
import { withTimeout } from '../../runner/cancellation.ts';
import { defineAction } from '../../runner/define-action.ts';
import { messageOf, throwIfAny, UserFault } from '../../runner/fault.ts';
import type { Host } from '../../runner/host.ts';
import { checkFaults } from '../proof-report.ts';
import { makeRunFolder } from '../run-folder.ts';
import { type CheckContext, check } from './check.ts';
import { buildProject, endProject, imagesOf } from './containers.ts';
import { loadSmokeFiles } from './files.ts';
import { PROJECT_STATE } from './remove-left-project.ts';
import { writeReport } from './report.ts';
import { prepare } from './smoke-project.ts';
import { spec } from './spec.ts';
import { start } from './start.ts';
import { telemetrySetting } from './telemetry-setting.ts';

export const action = defineAction(spec, async context => {
  const { inputs, host, folders, signal: cancelled } = context;
  const signal = withTimeout(cancelled, inputs.timeout);
  const { aws, telemetry: hasTelemetry, keep, 'base-url': baseUrl, 'project-name': name } = inputs;
  const files = await loadSmokeFiles(inputs['compose-file'], inputs.expectations, folders);
  const setting = await telemetrySetting(context, signal);
  const folder = await makeRunFolder('smoke');
  const { toolkit } = folders;
  const about = { files, toolkit, folder, name, baseUrl, hasTelemetry, aws, builds: inputs.build, env: setting.env };
  const smoke = await prepare(about, signal);

  keepNote(smoke.project.name, host);
  const attempt = await attemptOf(smoke, { files, baseUrl, setting, host }, inputs, signal);
  try {
    await endProject(smoke, { keep, isStopped: signal.aborted }, host);
    keepNote('', host);
  } catch (error) {
    if (attempt.failure === undefined) attempt.failure = error;
    else host.annotate('warning', messageOf(error), { title: 'Left behind' });
  }

  const { failure, ...seen } = attempt;
  const result: SmokeResult = {
    service: files.expectations.service,
    project: smoke.project.name,
    run: smoke.run,
    passed: failure === undefined && seen.checks.every(check => check.passed),
    aws: hasTelemetry ? aws : 'none',
    faults: failure instanceof UserFault ? failure.faults : failure ? [{ what: messageOf(failure) }] : [],
    ...seen,
  };
  await writeReport(result, folder, context);
  if (failure) throw failure;
  throwIfAny(checkFaults(result.checks));
});

/** For the clean-up after the job, should this run be killed: a state that cannot be kept stops nothing. */
function keepNote(project: string, host: Host): void {
  try {
    host.saveState(PROJECT_STATE, project);
  } catch (error) {
    host.line(`This step's state could not be kept: ${messageOf(error)}`);
  }
}

/** What came of a run until it ended, however it did. */
interface Attempt extends Pick<SmokeResult, 'checks' | 'images' | 'times' | 'proof'> {
  failure?: unknown;
}

/** Builds, starts and checks; what fails is given back with what was seen until then. */
async function attemptOf(
  smoke: CheckContext['smoke'],
  about: Omit<CheckContext, 'smoke' | 'containers'>,
  inputs: { build: boolean; timeout: number },
  signal: AbortSignal,
): Promise<Attempt> {
  const times: Partial<Record<keyof SmokeResult['times'], number>> = {};
  const timed = async <T>(stage: keyof typeof times, work: () => Promise<T>): Promise<T> => {
    const began = Date.now();
    try {
      return await work();
    } finally {
      times[stage] = Date.now() - began;
    }
  };
  let images: RanImage[] = [];
  try {
    if (inputs.build) await timed('build', () => buildProject(smoke, about.host, signal));
    const containers = await timed('start', () => start(smoke, about.host, { signal, patience: inputs.timeout }));
    images = await imagesOf(containers, signal);
    const checked = await timed('proof', () => check({ smoke, containers, ...about }, signal));
    return { images, times, ...checked };
  } catch (failure) {
    return { images, times, checks: [], failure };
  }
}
