import { code, prose, table } from './markdown.ts';
import { took } from './proof-words.ts';
import { shownText } from './shown-text.ts';
import { type Check, explanationOf, failedByCause } from './smoke-result.ts';

/** Of different reasons; more would hide what they have in common. */
export const MOST_FAILURES = 40;

/** What failed, with causes and next steps; failures that have one cause are one row. */
export function failureTable(checks: readonly Check[]): string {
  const failed = failedByCause(checks);
  const rows = failed
    .slice(0, MOST_FAILURES)
    .map(check => [check.suite, prose(shownText(check.name, LONG)), prose(shownText(explanationOf(check), LONG))]);
  const left = failed.length - rows.length;
  const more = left > 0 ? `\n\n… and ${left} more. Mend these first.` : '';
  return table(['', 'What failed', 'Why, and what to do'], rows) + more;
}

/** Explanations are whole sentences. */
const LONG = 1200;

/** Everything that was checked. */
export function checkTable(checks: readonly Check[]): string {
  const rows = checks.map(({ suite, name, passed, after }) => [
    passed ? '✅' : '❌',
    suite,
    code(shownText(name)),
    after === undefined ? '' : took(after),
  ]);
  return table(['', '', 'What', 'After'], rows);
}
