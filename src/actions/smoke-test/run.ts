import type { RanImage, SmokeResult } from '../../report/smoke-result.ts';
import { withTimeout } from '../../runner/cancellation.ts';
import { defineAction } from '../../runner/define-action.ts';
import { messageOf, throwIfAny, UserFault } from '../../runner/fault.ts';
import { inGroup } from '../../runner/host.ts';
import { check, checkFaults } from './check.ts';
import { endProject } from './end-project.ts';
import { loadSmokeFiles } from './files.ts';
import { imagesOf } from './images-of.ts';
import { PROJECT_STATE } from './remove-left-project.ts';
import { writeReport } from './report.ts';
import { makeRunFolder } from './run-folder.ts';
import { prepare } from './smoke-project.ts';
import { spec } from './spec.ts';
import { start } from './start.ts';
import { telemetrySetting } from './telemetry-setting.ts';

export const action = defineAction(spec, async context => {
  const { inputs, host, folders, signal: cancelled } = context;
  const signal = withTimeout(cancelled, inputs.timeout);
  const { aws, telemetry: hasTelemetry, timeout, keep, 'base-url': baseUrl, 'project-name': name } = inputs;
  const files = await loadSmokeFiles(inputs['compose-file'], inputs.expectations, folders);
  const { service } = files.expectations;
  const setting = await telemetrySetting(context, signal);
  const folder = await makeRunFolder();
  const { toolkit } = folders;
  const smoke = await prepare({ files, toolkit, folder, name, baseUrl, hasTelemetry, aws, env: setting.env }, signal);
  const { project, run } = smoke;

  const times: SmokeResult['times'] = {};
  const timed = async <T>(stage: keyof SmokeResult['times'], work: () => Promise<T>): Promise<T> => {
    const began = Date.now();
    try {
      return await work();
    } finally {
      times[stage] = Date.now() - began;
    }
  };
  let images: RanImage[] = [];
  let checks: SmokeResult['checks'] = [];
  let failure: unknown;
  host.saveState(PROJECT_STATE, project.name);
  try {
    if (inputs.build) {
      const build = () =>
        inGroup(host, `Build of ${project.name}`, () => project.build(signal, line => host.line(line)));
      await timed('build', build);
    }
    const containers = await timed('start', () => start(smoke, host, { signal, patience: timeout }));
    images = await imagesOf(containers, signal);
    ({ checks, failure } = await timed('proof', () =>
      check({ smoke, containers, files, baseUrl, setting, host }, signal),
    ));
  } catch (error) {
    failure = error;
  }
  try {
    await endProject(smoke, { keep, isStopped: signal.aborted }, host);
    host.saveState(PROJECT_STATE, '');
  } catch (error) {
    if (failure === undefined) failure = error;
    else host.annotate('warning', messageOf(error), { title: 'Left behind' });
  }

  const faults = failure instanceof UserFault ? failure.faults : failure ? [{ what: messageOf(failure) }] : [];
  const passed = failure === undefined && checks.every(check => check.passed);
  const where = hasTelemetry ? aws : 'none';
  const result = { service, project: project.name, run, passed, aws: where, checks, faults, images, times } as const;
  await writeReport(result, folder, context);
  if (failure) throw failure;
  throwIfAny(checkFaults(checks));
});
