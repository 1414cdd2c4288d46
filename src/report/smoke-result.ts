import type { Fault, Place } from '../runner/fault.ts';
import type { ProofResult } from './proof-result.ts';

/** What checks are about, in the order in which they are shown. */
export const SUITES = ['answers', 'metrics', 'traces', 'logs'] as const;
export type Suite = (typeof SUITES)[number];

/** One thing that was expected. */
export interface Check {
  suite: Suite;
  /** Such as `GET /api/data` or `zapp.http.requests`. */
  name: string;
  passed: boolean;
  /** What was seen, when that is not what was expected. */
  seen?: string | undefined;
  /** Why, as far as it is known: a sentence without a closing full stop. */
  cause?: string | undefined;
  /** The next step, as an imperative sentence without a closing full stop. */
  fix?: string | undefined;
  /** From the first request to the moment when it was seen, in milliseconds. */
  after?: number | undefined;
  /** Where it is expected. */
  place?: Place | undefined;
}

/** An image of which a container ran. */
export interface RanImage {
  service: string;
  image: string;
  /** What its labels say that it is, where they do. */
  is?: string | undefined;
}

/** How a smoke test ended, whole: what summary, JUnit and the JSON report are made of. */
export interface SmokeResult {
  /** The service's name in its telemetry. */
  service: string;
  project: string;
  /** Marks the telemetry of the run. */
  run: string;
  passed: boolean;
  /** X-Ray and CloudWatch Logs were the account's, a simulation, or not asked. */
  aws: 'account' | 'local' | 'none';
  /** In the order in which they were declared. */
  checks: readonly Check[];
  /** Why the run ended before there was anything to check. */
  faults: readonly Fault[];
  images: readonly RanImage[];
  /** Of its telemetry; absent when none was looked for. Its checks are among those above. */
  proof?: ProofResult | undefined;
  /** Milliseconds; absent for what was not reached. */
  times: { build?: number; start?: number; proof?: number };
}

/** Failed checks that have one and the same reason. */
export interface FailedTogether extends Check {
  /** All their names; `name` has some of them. */
  names: readonly string[];
}

const SHOWN = 4;

/**
 * The failed checks, those of one signal with one cause as one: the reason must not be buried under its own repetitions. Seen
 * and place are those of the first.
 */
export function failedByCause(checks: readonly Check[]): FailedTogether[] {
  const groups = new Map<string, Check[]>();
  for (const check of checks) {
    if (check.passed) continue;
    const { suite, name, cause, fix } = check;
    const key = JSON.stringify(cause === undefined ? [suite, name] : [suite, cause, fix]);
    groups.set(key, [...(groups.get(key) ?? []), check]);
  }
  return [...groups.values()].flatMap(([first, ...others]) => {
    if (!first) return [];
    const names = [first, ...others].map(({ name }) => name);
    const more = names.length > SHOWN + 1 ? [`${names.length - SHOWN} more`] : names.slice(SHOWN);
    return [{ ...first, names, name: [...names.slice(0, SHOWN), ...more].join(', ') }];
  });
}

/** Everything that is known of a failed check, in sentences: the cause first, where it is known. */
export function explanationOf({ seen, cause, fix }: Pick<Check, 'seen' | 'cause' | 'fix'>): string {
  const told = seen && `Seen: ${seen}`;
  const parts = (cause ? [cause, fix, told] : [told, fix]).filter(part => part !== undefined && part !== '');
  return parts.map(part => `${part}.`.replace(/([.?!])\.$/, '$1')).join(' ');
}
