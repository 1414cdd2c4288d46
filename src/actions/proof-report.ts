import { proofJunit } from '../report/junit.ts';
import { proofJson } from '../report/proof-json.ts';
import { proofPage } from '../report/proof-page.ts';
import type { ProofResult } from '../report/proof-result.ts';
import { proofSummary } from '../report/proof-summary.ts';
import { proofHeadline } from '../report/proof-words.ts';
import { shownText } from '../report/shown-text.ts';
import { type Check, explanationOf, failedByCause } from '../report/smoke-result.ts';
import { count } from '../report/words.ts';
import type { ActionContext } from '../runner/define-action.ts';
import { type Fault, messageOf } from '../runner/fault.ts';
import type { Host } from '../runner/host.ts';
import type { InputSpecs, OutputSpec } from '../runner/spec.ts';
import { writeRunFile } from './run-folder.ts';

/** What an action that proves telemetry gives its user. */
type ProofContext = Pick<
  ActionContext<InputSpecs, Record<'passed' | 'result' | 'junit' | 'report', OutputSpec>>,
  'host' | 'setOutput' | 'writeSummary'
>;

/** Tells how a proof ended: the log, the job summary, JSON, JUnit and HTML files, outputs. */
export async function reportProof(
  result: ProofResult,
  folder: string,
  { host, setOutput, writeSummary }: ProofContext,
): Promise<void> {
  tellProof(result, host);
  host.line(`${proofHeadline(result)}.`);
  setOutput('passed', String(result.passed));
  await writeSummary(proofSummary(result));
  const give = async (output: 'result' | 'junit' | 'report', name: string, content: () => string) => {
    try {
      setOutput(output, await writeRunFile(folder, name, content()));
    } catch (error) {
      // What was found stands in the log and the summary, and decides about the verdict.
      host.annotate('warning', `${name} could not be written: ${messageOf(error)}`);
    }
  };
  await give('result', 'telemetry.json', () => proofJson(result));
  await give('junit', 'telemetry.xml', () => proofJunit(result));
  await give('report', 'telemetry.html', () => proofPage(result));
}

/** Characters of a line. What telemetry says may be of any length, and may colour, clear or turn round a terminal. */
const LONGEST = 2000;

/** Shows what was checked, and why what is missing is missing, a group each. */
export function tellProof({ checks, signals }: Pick<ProofResult, 'checks' | 'signals'>, host: Host): void {
  tellChecks(checks, host);
  for (const { signal, diagnosis } of signals) {
    if (!diagnosis) continue;
    const { cause, fix, evidence } = diagnosis;
    host.openGroup(`Why ${signal} are missing`);
    for (const line of [`${cause}.`, `${fix}.`, ...evidence]) host.line(shownText(line, LONGEST));
    host.closeGroup();
  }
}

const ICONS = { passed: '✓', failed: '✗' } as const;

export function tellChecks(checks: readonly Check[], host: Host): void {
  const good = checks.filter(({ passed }) => passed);
  host.openGroup(`${count(good.length, 'check')} passed, ${checks.length - good.length} failed`);
  for (const { suite, name, passed, seen } of checks)
    host.line(
      shownText(
        `${passed ? ICONS.passed : ICONS.failed} ${suite === 'answers' ? 'answer of ' : ''}${name}${seen ? ` (${seen})` : ''}`,
        LONGEST,
      ),
    );
  host.closeGroup();
}

/** What the user has to mend, on the line that expects it. */
export function checkFaults(checks: readonly Check[]): Fault[] {
  return failedByCause(checks).map(({ suite, name, seen, cause, fix, place }) => ({
    what: suite === 'answers' ? `The answer is another one: ${name}` : `Missing: ${name}`,
    seen: seen && shownText(seen, LONGEST),
    fix: shownText(explanationOf({ cause, fix }), LONGEST).replace(/\.$/, '') || undefined,
    place,
  }));
}
