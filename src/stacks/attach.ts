import { classifyStatus } from './classify.ts';
import { type DeployedStack, Overtaken } from './cloudformation.ts';
import { type Engine, type Snapshot, type Snapshots, watching } from './engine.ts';
import { follow, untilAnswered } from './follow.ts';

/** A stack by its two names. */
interface NamedStack {
  shortName: string;
  stackName: string;
}

/** Whether somebody's operation is going on with a stack. */
export function isBusy(deployed: DeployedStack | undefined): deployed is DeployedStack {
  return classifyStatus(deployed)?.kind === 'busy';
}

/**
 * Watches an operation that is under way, whoever began it: another run, a person at the console, or an earlier run that was
 * left before its end. Its events are shown as those of this run's own.
 *
 * @param deployed the stack, which was seen to be busy
 * @returns the stack at rest, as a fresh look shows it
 * @throws the signal's reason when that aborts first
 */
export async function attach(stack: NamedStack, deployed: DeployedStack, engine: Engine): Promise<Snapshot> {
  const { cloudFormation, clock, signal, observer } = engine;
  observer.began(stack, `wait for the end of what is going on (${deployed.status}) with`, 0);
  // Events and status need not show the same moment: the operation is over when both say so.
  for (let pause = 500; ; pause = Math.min(pause * 2, 5000)) {
    const operation = { stackId: deployed.id, token: undefined, expected: 0 };
    await follow(cloudFormation, operation, watching(stack, engine));
    const snapshot = await readAfresh(deployed.id, () => false, engine);
    if (!isBusy(snapshot.stack)) return snapshot;
    await clock.sleep(pause, signal);
  }
}

/**
 * Attaches to everything that is going on with some stacks, all at once.
 *
 * @returns the snapshots, afresh where something was going on
 */
export async function waitForOthers(
  stacks: readonly NamedStack[],
  snapshots: Snapshots,
  engine: Engine,
): Promise<Snapshots> {
  const fresh = stacks.map(async (stack): Promise<[string, Snapshot][]> => {
    const deployed = snapshots.get(stack.shortName)?.stack;
    return isBusy(deployed) ? [[stack.shortName, await attach(stack, deployed, engine)]] : [];
  });
  return new Map([...snapshots, ...(await Promise.all(fresh)).flat()]);
}

/** Makes a write; where another operation was faster, again when that has ended. */
export async function whenFree(
  stack: NamedStack,
  { id }: DeployedStack,
  engine: Engine,
  write: () => Promise<void>,
): Promise<void> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await write();
    } catch (error) {
      if (!(error instanceof Overtaken) || tries > MOST_OVERTAKEN) throw error;
      await engine.clock.sleep(500 * 2 ** tries * engine.random(), engine.signal);
      const now = await readDeployed(id, () => false, engine);
      if (isBusy(now)) await attach(stack, now, engine);
    }
  }
}

/** So often somebody else may be faster. */
export const MOST_OVERTAKEN = 5;

/** So long a read that shows an old moment is made again; then what it shows is taken for what somebody else has done. */
const STALE = 20_000;

/**
 * Reads a stack as it is now. One that was deleted counts as none.
 *
 * @param stack name or ARN
 * @param isOld whether what was read is a moment that has passed
 */
export async function readDeployed(
  stack: string,
  isOld: (deployed: DeployedStack | undefined) => boolean,
  { cloudFormation, clock, signal, random }: Pick<Engine, 'cloudFormation' | 'clock' | 'signal' | 'random'>,
): Promise<DeployedStack | undefined> {
  const started = clock.now();
  for (let pause = 250; ; pause = Math.min(pause * 2, 5000)) {
    const deployed = await untilAnswered(() => cloudFormation.describe(stack), { clock, signal, random });
    if (!isOld(deployed) || clock.now() - started > STALE)
      return deployed?.status === 'DELETE_COMPLETE' ? undefined : deployed;
    await clock.sleep(pause, signal);
  }
}

/** As `readDeployed`, with the template. */
export async function readAfresh(
  stack: string,
  isOld: (deployed: DeployedStack | undefined) => boolean,
  engine: Engine,
): Promise<Snapshot> {
  const deployed = await readDeployed(stack, isOld, engine);
  const template = deployed && (await untilAnswered(() => engine.cloudFormation.template(deployed.id), engine));
  return { stack: deployed, template };
}
