import { readFile } from 'node:fs/promises';
import { dirname, isAbsolute, join, relative } from 'node:path';
import type { Folders } from '../../runner/define-action.ts';
import { type Fault, throwIfAny, UserFault } from '../../runner/fault.ts';
import { type Expectations, parseExpectations } from '../../telemetry/expectations.ts';

/** The files of a run. */
export interface SmokeFiles {
  /** Absolute paths. */
  compose: readonly string[];
  /** The same as the user wrote them. */
  shown: readonly string[];
  expectations: Expectations;
  /** As the user would write it. */
  expectationsFile: string;
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
  const compose = isBundled ? [join(toolkit, BUNDLED_COMPOSE)] : composeFiles.map(file => resolveIn(workspace, file));
  const beside = isBundled ? [] : compose.slice(0, 1).map(dirname);
  const [missing, found] = await Promise.all([
    missingFiles(isBundled ? [] : compose, shown),
    firstReadable(candidates(expectations, workspace, beside)),
  ]);
  throwIfAny([...missing, ...(found ? [] : [noExpectations(expectations, workspace, beside)])]);
  const { path, text } = found as Found;
  const expectationsFile = relative(workspace, path).startsWith('..') ? path : relative(workspace, path);
  return { compose, shown, expectations: parseExpectations(text, expectationsFile), expectationsFile };
}

interface Found {
  path: string;
  text: string;
}

function resolveIn(workspace: string, file: string): string {
  return isAbsolute(file) ? file : join(workspace, file);
}

function candidates(named: string | undefined, workspace: string, beside: readonly string[]): string[] {
  if (named !== undefined) return [resolveIn(workspace, named)];
  return [workspace, ...beside].flatMap(folder => DEFAULT_NAMES.map(name => join(folder, name)));
}

async function missingFiles(paths: readonly string[], shown: readonly string[]): Promise<Fault[]> {
  const faults = await Promise.all(
    paths.map(async (path, index) => {
      const problem = await readText(path).then(
        () => undefined,
        (error: NodeJS.ErrnoException) => error,
      );
      if (!problem) return [];
      return [
        {
          what: `The compose file \`${shown[index]}\` cannot be read`,
          seen: problem.code === 'ENOENT' ? `no such file (${path})` : problem.message,
          fix: 'Correct input `compose-file`; its paths are relative to the workspace',
        },
      ];
    }),
  );
  return faults.flat();
}

async function firstReadable(paths: readonly string[]): Promise<Found | undefined> {
  for (const path of paths) {
    try {
      return { path, text: await readText(path) };
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw unreadable(path, error as Error);
    }
  }
  return undefined;
}

function readText(path: string): Promise<string> {
  return readFile(path, 'utf8');
}

function unreadable(path: string, error: Error): UserFault {
  const fault = { what: `The expectations cannot be read`, seen: error.message, fix: `Make ${path} a readable file` };
  return new UserFault(fault, { cause: error });
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
