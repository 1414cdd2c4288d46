import { join, relative, resolve } from 'node:path';
import { type Fault, UserFault } from '../runner/fault.ts';
import { readText } from '../stacks/read-text.ts';
import { type Expectations, parseExpectations } from '../telemetry/expectations.ts';

const DEFAULT_NAMES = ['telemetry.yaml', 'telemetry.yml'];

/** Where a user's expectations may be. */
export interface ExpectationsPlace {
  /** The file that input `expectations` names, relative to the workspace. */
  named: string | undefined;
  workspace: string;
  /** Other folders in which a file of the default name counts. */
  beside?: readonly string[];
}

/**
 * Finds and reads a user's expectations: those of the sample would prove nothing.
 *
 * @throws UserFault when there are none, or with everything that is wrong in them
 */
export async function loadExpectations(place: ExpectationsPlace): Promise<Expectations> {
  const found = await findExpectations(place);
  if ('fault' in found) throw new UserFault(found.fault);
  return readExpectations(found, place.workspace);
}

/** A file that was read. */
export interface FoundText {
  path: string;
  text: string;
}

/** The file of expectations, or the fault that says where it was looked for. */
export async function findExpectations(place: ExpectationsPlace): Promise<FoundText | { fault: Fault }> {
  for (const path of candidates(place)) {
    try {
      const fix = `Make ${path} a readable file`;
      return { path, text: await readText(path, { what: 'The expectations cannot be read', fix }) };
    } catch (error) {
      const { code } = (error as Error).cause as NodeJS.ErrnoException;
      if (code !== 'ENOENT') throw error;
    }
  }
  return { fault: noExpectations(place) };
}

/** @throws UserFault with every fault, each at its line */
export function readExpectations({ path, text }: FoundText, workspace: string): Expectations {
  const fromWorkspace = relative(workspace, path);
  return parseExpectations(text, fromWorkspace.startsWith('..') ? path : fromWorkspace);
}

function candidates({ named, workspace, beside = [] }: ExpectationsPlace): string[] {
  if (named !== undefined) return [resolve(workspace, named)];
  return [workspace, ...beside].flatMap(folder => DEFAULT_NAMES.map(name => join(folder, name)));
}

function noExpectations(place: ExpectationsPlace): Fault {
  const { named, workspace } = place;
  const places = candidates(place).map(path => relative(workspace, path) || path);
  return {
    what: 'There are no expectations: nothing says what must be answered and what must arrive',
    seen: `no file ${places.join(', ')}`,
    fix: named
      ? 'Correct input `expectations`; its path is relative to the workspace'
      : 'Write `telemetry.yaml` (docs/expectations.md of zap-obs says how), or name yours with input `expectations`',
  };
}
