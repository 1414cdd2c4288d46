import { dirname, join, resolve } from 'node:path';
import type { Folders } from '../../runner/define-action.ts';
import { type Fault, throwIfAny, UserFault } from '../../runner/fault.ts';
import { readText } from '../../stacks/read-text.ts';
import type { Expectations } from '../../telemetry/expectations.ts';
import { type FoundText, findExpectations, readExpectations } from '../expectations-file.ts';

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
    findExpectations({ named: expectations, workspace, beside }),
  ]);
  const absent = 'fault' in found ? [found.fault] : [];
  throwIfAny([...missing, ...absent]);
  return { compose, shown, expectations: readExpectations(found as FoundText, workspace) };
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
