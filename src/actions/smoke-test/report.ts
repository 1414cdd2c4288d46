import { smokeJunit } from '../../report/junit.ts';
import type { SmokeResult } from '../../report/smoke-result.ts';
import { smokeHeadline, smokeSummary } from '../../report/smoke-summary.ts';
import type { ActionContext } from '../../runner/define-action.ts';
import { writeRunFile } from './run-folder.ts';
import type { spec } from './spec.ts';

/** Tells how it ended: a line in the log, the job summary, JUnit and JSON files, outputs. */
export async function writeReport(
  result: SmokeResult,
  folder: string,
  { host, setOutput, writeSummary }: ActionContext<typeof spec.inputs, typeof spec.outputs>,
): Promise<void> {
  host.line(`${smokeHeadline(result)}.`);
  const json = `${JSON.stringify(result, null, 2)}\n`;
  const [report, junit] = await Promise.all([
    writeRunFile(folder, 'smoke-test.json', json),
    writeRunFile(folder, 'smoke-test.xml', smokeJunit(result)),
    writeSummary(smokeSummary(result)),
  ]);
  setOutput('passed', String(result.passed));
  setOutput('report', report);
  setOutput('junit', junit);
}
