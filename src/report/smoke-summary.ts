import { renderFault } from '../runner/fault.ts';
import { checkTable, failureTable } from './check-tables.ts';
import { blocks, code, folded, plain, prose, table } from './markdown.ts';
import { proofSections } from './proof-summary.ts';
import { WHAT } from './proof-words.ts';
import { type Check, type SmokeResult, SUITES } from './smoke-result.ts';
import { count, duration } from './words.ts';

/** A smoke test in one line, for the log and as the summary's title. */
export function smokeHeadline({ service, passed, checks, faults, times }: SmokeResult): string {
  const failed = checks.filter(check => !check.passed).length;
  if (faults.length > 0 && checks.length === 0) return `Smoke test of ${service}: it did not come up`;
  if (!passed) return `Smoke test of ${service}: ${failed} of ${count(checks.length, 'check')} failed`;
  const time = times.proof === undefined ? '' : `, ${duration(times.proof)} from the first request`;
  return `Smoke test of ${service}: ${count(checks.length, 'check')} passed${time}`;
}

/** The job summary of a smoke test, in Markdown as GitHub renders it. */
export function smokeSummary(result: SmokeResult): string {
  const { checks, faults, passed, aws, proof } = result;
  return blocks(
    `## ${passed ? '✅' : '❌'} ${plain(smokeHeadline(result))}`,
    aws === 'local' ? 'X-Ray and CloudWatch Logs were simulated by local AWS.' : '',
    standIns(result),
    ...faults.map(fault => `> ${prose(renderFault(fault))}`),
    ...(proof ? proofSections(proof) : checkSections(checks)),
    result.images.length > 0 ? folded('Images that ran', imageTable(result)) : '',
  );
}

/** Where there is no proof of telemetry, but answers alone. */
function checkSections(checks: readonly Check[]): string[] {
  const failed = checks.filter(check => !check.passed);
  return [
    checks.length > 0 ? suiteTable(checks) : '',
    failed.length > 0 ? failureTable(checks) : '',
    failed.length < checks.length ? folded('Everything that was checked', checkTable(checks)) : '',
  ];
}

/** Parts that were not what runs on AWS, as their own labels say. */
function standIns({ images }: SmokeResult): string {
  const those = images.filter(({ is }) => is?.includes('stand-in'));
  return those.map(({ service, is }) => `- ${code(service)} was ${prose(is ?? '')}.`).join('\n');
}

function suiteTable(checks: readonly Check[]): string {
  const rows = SUITES.flatMap(suite => {
    const those = checks.filter(check => check.suite === suite);
    if (those.length === 0) return [];
    const good = those.filter(({ passed }) => passed);
    const last = Math.max(...good.map(({ after = 0 }) => after));
    const icon = good.length === those.length ? '✅' : '❌';
    return [[icon, WHAT[suite], `${good.length} of ${those.length}`, good.length > 0 ? duration(last) : '']];
  });
  return table(['', 'What', 'Seen', 'The last one after'], rows);
}

function imageTable({ images }: SmokeResult): string {
  return table(
    ['Service', 'Image', 'What it is'],
    images.map(({ service, image, is }) => [code(service), code(image), prose(is ?? '')]),
  );
}
