import { getJunitXml } from 'junit-xml';
import { renderFault } from '../runner/fault.ts';
import { type Check, SUITES, type SmokeResult } from './smoke-result.ts';

/** A smoke test as JUnit XML: one suite a signal; what ended the run early is a suite of its own. */
export function smokeJunit({ service, checks, faults, times }: SmokeResult): string {
  const early = faults.map(fault => ({
    name: fault.what,
    classname: `${service}.start`,
    errors: [{ message: renderFault(fault) }],
  }));
  return getJunitXml({
    name: `Smoke test of ${service}`,
    time: Object.values(times).reduce((sum, time) => sum + time, 0) / 1000,
    suites: [
      ...(early.length > 0 ? [{ name: 'start', testCases: early }] : []),
      ...SUITES.flatMap(suite => {
        const testCases = checks.filter(check => check.suite === suite).map(check => testCase(check, service));
        return testCases.length > 0 ? [{ name: suite, testCases }] : [];
      }),
    ],
  });
}

function testCase(check: Check, service: string) {
  const { suite, name, passed, after } = check;
  return {
    name,
    classname: `${service}.${suite}`,
    ...(after !== undefined && { time: after / 1000 }),
    ...(!passed && { failures: [{ message: explanationOf(check) }] }),
  };
}

/** Everything that is known of a failed check, in sentences. */
export function explanationOf({ seen, cause, fix }: Check): string {
  const parts = [seen && `Seen: ${seen}`, cause, fix].filter(part => part !== undefined && part !== '');
  return parts.map(part => `${part}.`.replace(/([.?!])\.$/, '$1')).join(' ');
}
