import { UserFault } from '../../runner/fault.ts';

/** What a release is called, and what came before it. */
export interface ReleasePlan {
  /** `1.2.3`. */
  version: string;
  /** `v1.2.3`, which never moves. */
  tag: string;
  /** `v1`, which moves to it. */
  moving: string;
  /** The release before, if there is one. */
  previous: string | undefined;
}

/**
 * Decides what to release, from the version that package.json has.
 *
 * @param tags all tags of the repository
 * @param major the moving tag that users name, `v1`
 * @throws UserFault when this version cannot be released
 */
export function planRelease(version: string, tags: readonly string[], major: string): ReleasePlan {
  const numbers = numbersOf(`v${version}`);
  const place = { file: 'package.json' };
  if (numbers === undefined) {
    throw new UserFault({
      what: 'The version to release is none',
      seen: `\`${version}\``,
      fix: 'Set `version` to three numbers such as `1.2.3`',
      place,
    });
  }
  const released = tags
    .flatMap(tag => {
      const found = numbersOf(tag);
      return found === undefined ? [] : [{ tag, numbers: found }];
    })
    .sort((a, b) => compare(a.numbers, b.numbers));
  const last = released.at(-1);
  const next = last ? [last.numbers[0], last.numbers[1], last.numbers[2] + 1].join('.') : `${major.slice(1)}.0.0`;
  if (`v${numbers[0]}` !== major) {
    throw new UserFault({
      what: `The version to release does not belong to ${major}, which the actions name one another by`,
      seen: `\`${version}\``,
      fix: `Set \`version\` to \`${next}\`, or \`MAJOR\` in src/tooling/toolkit-name.ts to \`v${numbers[0]}\``,
      place,
    });
  }
  if (last && compare(numbers, last.numbers) <= 0) {
    throw new UserFault({
      what: 'The version to release is not newer than the last one, and releases never change',
      seen: `\`${version}\` after ${last.tag}`,
      fix: `Raise \`version\`, such as to \`${next}\``,
      place,
    });
  }
  return { version, tag: `v${version}`, moving: major, previous: last?.tag };
}

type Numbers = readonly [number, number, number];

function numbersOf(tag: string): Numbers | undefined {
  const found = /^v(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)$/.exec(tag);
  return found ? [Number(found[1]), Number(found[2]), Number(found[3])] : undefined;
}

function compare(a: Numbers, b: Numbers): number {
  return a[0] - b[0] || a[1] - b[1] || a[2] - b[2];
}
