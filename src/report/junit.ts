import { type Fault, renderFault } from '../runner/fault.ts';
import type { ProofResult } from './proof-result.ts';
import { allChecks } from './proof-words.ts';
import { type Check, explanationOf, type SmokeResult, SUITES } from './smoke-result.ts';

/** What JUnit is told of. */
interface Tested {
  title: string;
  service: string;
  checks: readonly Check[];
  faults: readonly Fault[];
  /** Milliseconds. */
  time: number;
}

/** A smoke test as JUnit XML. */
export function smokeJunit({ service, checks, faults, times }: SmokeResult): string {
  const time = Object.values(times).reduce((sum, span) => sum + span, 0);
  return junitOf({ title: `Smoke test of ${service}`, service, checks, faults, time });
}

/** A proof as JUnit XML. */
export function proofJunit(result: ProofResult): string {
  const { service, faults, duration: time } = result;
  return junitOf({ title: `Telemetry of ${service}`, service, checks: allChecks(result), faults, time });
}

/**
 * One suite a signal; what ended the run early is a suite of its own. The format has no standard; this is what its readers
 * share: https://github.com/testmoapp/junitxml. (junit-xml, the library tried, writes failures as errors and without messages.)
 */
function junitOf({ title, service, checks, faults, time }: Tested): string {
  const early = faults.map(fault =>
    testCase(fault.what, `${service}.start`, undefined, [problem('error', renderFault(fault))]),
  );
  const suites = [
    suite('start', early, faults.length, 'errors'),
    ...SUITES.map(name => {
      const those = checks.filter(check => check.suite === name);
      const failed = those.filter(({ passed }) => !passed).length;
      return suite(
        name,
        those.map(check => testCaseOf(check, service)),
        failed,
        'failures',
      );
    }),
  ];
  const attributes = {
    name: title,
    tests: checks.length + faults.length,
    failures: checks.filter(({ passed }) => !passed).length,
    errors: faults.length,
    time: seconds(time),
  };
  return `<?xml version="1.0" encoding="UTF-8"?>\n${element('testsuites', attributes, suites.flat())}\n`;
}

function suite(name: string, cases: readonly string[], bad: number, kind: 'errors' | 'failures'): string[] {
  if (cases.length === 0) return [];
  return [element('testsuite', { name, tests: cases.length, [kind]: bad }, cases)];
}

function testCaseOf(check: Check, service: string): string {
  const children = check.passed ? [] : [problem('failure', explanationOf(check))];
  return testCase(check.name, `${service}.${check.suite}`, check.after, children);
}

function testCase(name: string, classname: string, after: number | undefined, children: readonly string[]): string {
  return element('testcase', { name, classname, ...(after !== undefined && { time: seconds(after) }) }, children);
}

/** Some readers show the attribute, some the text. */
function problem(kind: 'error' | 'failure', message: string): string {
  return `<${kind} message="${escaped(message)}">${escaped(message)}</${kind}>`;
}

function element(
  name: string,
  attributes: Readonly<Record<string, string | number>>,
  children: readonly string[],
): string {
  const all = Object.entries(attributes).map(([key, value]) => ` ${key}="${escaped(String(value))}"`);
  const start = `<${name}${all.join('')}`;
  if (children.length === 0) return `${start}/>`;
  const inner = children.map(child => child.replaceAll(/^/gm, '  ')).join('\n');
  return `${start}>\n${inner}\n</${name}>`;
}

function seconds(milliseconds: number): string {
  return (milliseconds / 1000).toFixed(3);
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  '\n': '&#10;',
};

/** Characters of an attribute or a text: readers load the file whole. */
const MOST = 10_000;

/** Escaped, and without the characters that XML cannot hold even so. https://www.w3.org/TR/xml/#charsets */
function escaped(text: string): string {
  const near = text.length > MOST ? `${text.slice(0, MOST)}…` : text;
  return near
    .replaceAll(/[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu, '')
    .replaceAll(/[&<>"\n]/g, character => ENTITIES[character] ?? '');
}
