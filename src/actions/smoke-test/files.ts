import { dirname, join, relative, resolve } from 'node:path';
import type { Folders } from '../../runner/define-action.ts';
import { type Fault, throwIfAny, UserFault } from '../../runner/fault.ts';
import { readText } from '../../stacks/read-text.ts';
import { type Expectations, parseExpectations } from '../../telemetry/expectations.ts';

/** The files of a run. */
export interface SmokeFiles {
  /** Absolute paths. */
  compose: readonly string[];
  /** The same as the user wrote them. */
  shown: readonly string[];
  expectations: Expectations;
}

/** The compose file that zap-obs brings, relative to its folder: the sample application with its backends. */
export const BUNDLED_COMPOSE = 'local/docker-compose.yml';

const DEFAULT_NAMES = ['telemetry.yaml', 'telemetry.yml'];

/**
 * Finds and reads what the inputs name. Expectations are the user's own, always: those of the sample would prove nothing.
 *
 * @throws UserFault naming every file that is missing, or what is wrong in the expectations
 */
export async function loadSmokeFiles(
  composeFiles: readonly string[],
  expectations: string | undefined,
  { workspace, toolkit }: Folders,
): Promise<SmokeFiles> {
  const isBundled = composeFiles.length === 0;
  const shown = isBundled ? [BUNDLED_COMPOSE] : composeFiles;
  const compose = isBundled ? [join(toolkit, BUNDLED_COMPOSE)] : composeFiles.map(file => resolve(workspace, file));
  const beside = isBundled ? [] : compose.slice(0, 1).map(dirname);
  const [missing, found] = await Promise.all([
    missingFiles(isBundled ? [] : compose, shown),
    firstReadable(candidates(expectations, workspace, beside)),
  ]);
  throwIfAny([...missing, ...(found ? [] : [noExpectations(expectations, workspace, beside)])]);
  const { path, text } = found as Found;
  const fromWorkspace = relative(workspace, path);
  return {
    compose,
    shown,
    expectations: parseExpectations(text, fromWorkspace.startsWith('..') ? path : fromWorkspace),
  };
}

interface Found {
  path: string;
  text: string;
}

function candidates(named: string | undefined, workspace: string, beside: readonly string[]): string[] {
  if (named !== undefined) return [resolve(workspace, named)];
  return [workspace, ...beside].flatMap(folder => DEFAULT_NAMES.map(name => join(folder, name)));
}

async function missingFiles(paths: readonly string[], shown: readonly string[]): Promise<Fault[]> {
  const reading = paths.map((path, index) =>
    readText(path, {
      what: `The compose file \`${shown[index]}\` cannot be read, at ${path}`,
      fix: 'Correct input `compose-file`; its paths are relative to the workspace',
    }),
  );
  return (await Promise.allSettled(reading)).flatMap(({ status, ...outcome }) => {
    const { reason } = outcome as { reason?: unknown };
    if (status === 'rejected' && !(reason instanceof UserFault)) throw reason;
    return reason instanceof UserFault ? reason.faults : [];
  });
}

async function firstReadable(paths: readonly string[]): Promise<Found | undefined> {
  for (const path of paths) {
    try {
      const fix = `Make ${path} a readable file`;
      return { path, text: await readText(path, { what: 'The expectations cannot be read', fix }) };
    } catch (error) {
      const { code } = (error as Error).cause as NodeJS.ErrnoException;
      if (code !== 'ENOENT') throw error;
    }
  }
  return undefined;
}

function noExpectations(named: string | undefined, workspace: string, beside: readonly string[]): Fault {
  const places = candidates(named, workspace, beside).map(path => relative(workspace, path) || path);
  return {
    what: 'There are no expectations: nothing says what must be answered and what must arrive',
    seen: `no file ${places.join(', ')}`,
    fix: named
      ? 'Correct input `expectations`; its path is relative to the workspace'
      : 'Write `telemetry.yaml` (see "Expectations" in the README of smoke-test), or name yours with input `expectations`',
  };
}
