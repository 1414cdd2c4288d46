import { isDeepStrictEqual } from 'node:util';
import type { Engine } from './engine.ts';
import { untilAnswered } from './follow.ts';

/** What a run wants of every stack beside what its template says. Absent: as it is. */
export interface StackSettings {
  terminationProtection?: boolean | undefined;
  /** The stack policy's JSON text. */
  policy?: string | undefined;
}

/** A stack as its settings are concerned; in a dry run nothing is written. */
interface Target {
  stackId: string;
  /** It comes into being in this run, and so has none of the settings yet. */
  isNew: boolean;
  dryRun: boolean;
}

/**
 * Gives a stack the policy that the run wants, where it has another. One that stands gets it before its update, which the
 * policy then judges.
 *
 * @returns what was done, or in a dry run would be, in words
 */
export async function settlePolicy({ stackId, isNew, dryRun }: Target, engine: Engine): Promise<string[]> {
  const { settings, cloudFormation } = engine;
  const { policy } = settings;
  if (policy === undefined) return [];
  const present = isNew ? undefined : await untilAnswered(() => cloudFormation.stackPolicy(stackId), engine);
  if (present !== undefined && isDeepStrictEqual(JSON.parse(present), JSON.parse(policy))) return [];
  if (!dryRun) await untilAnswered(() => cloudFormation.setStackPolicy(stackId, policy), engine);
  return ['stack policy set'];
}

/** Turns termination protection on or off, where it is otherwise. */
export async function settleProtection(
  { stackId, dryRun }: Target,
  isProtected: boolean,
  engine: Engine,
): Promise<string[]> {
  const { terminationProtection: isWanted } = engine.settings;
  if (isWanted === undefined || isWanted === isProtected) return [];
  if (!dryRun) await untilAnswered(() => engine.cloudFormation.setTerminationProtection(stackId, isWanted), engine);
  return [`termination protection ${isWanted ? 'on' : 'off'}`];
}
