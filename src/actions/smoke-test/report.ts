import { smokeJunit } from '../../report/junit.ts';
import type { SmokeResult } from '../../report/smoke-result.ts';
import { smokeHeadline, smokeSummary } from '../../report/smoke-summary.ts';
import type { ActionContext } from '../../runner/define-action.ts';
import { messageOf } from '../../runner/fault.ts';
import { writeRunFile } from '../run-folder.ts';
import type { spec } from './spec.ts';

/** Tells how it ended: a line in the log, the job summary, JUnit and JSON files, outputs. */
export async function writeReport(
  result: SmokeResult,
  folder: string,
  { host, setOutput, writeSummary }: ActionContext<typeof spec.inputs, typeof spec.outputs>,
): Promise<void> {
  host.line(`${smokeHeadline(result)}.`);
  setOutput('passed', String(result.passed));
  await writeSummary(smokeSummary(result));
  const give = async (output: 'report' | 'junit', name: string, content: string) => {
    try {
      setOutput(output, await writeRunFile(folder, name, content));
    } catch (error) {
      // What was found stands in the log and the summary, and decides about the verdict.
      host.annotate('warning', `${name} could not be written: ${messageOf(error)}`);
    }
  };
  await give('report', 'smoke-test.json', `${JSON.stringify(result, null, 2)}\n`);
  await give('junit', 'smoke-test.xml', smokeJunit(result));
}
