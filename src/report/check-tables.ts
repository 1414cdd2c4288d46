import { code, prose, table } from './markdown.ts';
import { took } from './proof-words.ts';
import { shownText } from './shown-text.ts';
import { type Check, explanationOf, failedByCause } from './smoke-result.ts';

/** What failed, with causes and next steps; failures that have one cause are one row. */
export function failureTable(checks: readonly Check[]): string {
  const rows = failedByCause(checks).map(check => [
    check.suite,
    prose(shownText(check.name, LONG)),
    prose(shownText(explanationOf(check), LONG)),
  ]);
  return table(['', 'What failed', 'Why, and what to do'], rows);
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
