import type { Residue, StackResult } from '../report/result.ts';
import { type Fault, throwIfAny } from '../runner/fault.ts';
import { stopWork } from './cancel.ts';
import { causeInTime } from './cause.ts';
import { uniqueName } from './change-set.ts';
import { classifyStatus } from './classify.ts';
import type { DeployedStack } from './cloudformation.ts';
import type { Snapshots } from './deploy.ts';
import { blankResult, type Engine, isGood, recordFailure, watching } from './engine.ts';
import { type Ended, follow, sendDeletion } from './follow.ts';
import { reverse } from './graph.ts';
import type { Plan, PlannedStack } from './plan.ts';
import { keptResources, skippedResources, snapshotResources } from './residue.ts';
import { schedule } from './schedule.ts';
import { protectionFaults, statusFaults } from './status-faults.ts';
import { parseTemplate, type Template } from './template.ts';
import { timelineOf } from './timeline.ts';

/**
 * Everything that AWS's present state makes known to be wrong with a deletion, before the first one: termination protection,
 * an operation in progress, and stacks that would be left standing on what is gone.
 *
 * @throws UserFault
 */
export function checkBeforeDeletion(plan: Plan, snapshots: Snapshots): void {
  const faults = plan.stacks.flatMap(({ stackName, shortName }): Fault[] => {
    const deployed = snapshots.get(shortName)?.stack;
    if (!deployed) return [];
    const verdict = classifyStatus(deployed);
    return [
      ...protectionFaults(deployed),
      ...(verdict?.kind === 'busy' ? statusFaults(stackName, verdict) : []),
      ...dependentFaults(shortName, plan, snapshots),
    ];
  });
  throwIfAny(faults);
}

function dependentFaults(shortName: string, plan: Plan, snapshots: Snapshots): Fault[] {
  const dependents = plan.leftOut.filter(
    name => plan.dependencies.get(name)?.has(shortName) && snapshots.get(name)?.stack,
  );
  return dependents.map(name => ({
    what: `Stack \`${name}\` depends on \`${shortName}\`, and input \`only\` would leave it standing`,
    fix: `Name \`${name}\` in \`only\` too`,
  }));
}

/**
 * The templates that are deployed, as far as they can be read; those of the workspace for the rest.
 *
 * @param templates of the workspace, by short name
 */
export function deployedTemplates(
  templates: ReadonlyMap<string, Template>,
  snapshots: Snapshots,
): Map<string, Template> {
  return new Map(
    [...templates].map(([name, template]) => [
      name,
      parseDeployed(snapshots.get(name)?.template, template.file) ?? template,
    ]),
  );
}

/**
 * Deletes the stacks of a plan, each as soon as everything that depends on it is gone. A failure stops only what it needs.
 *
 * @param templates of the workspace, whose lines a failure points to
 */
export async function teardown(
  plan: Plan,
  templates: ReadonlyMap<string, Template>,
  snapshots: Snapshots,
  engine: Engine,
  dryRun: boolean,
): Promise<{ stacks: StackResult[]; residue: Residue[] }> {
  const residue: Residue[] = [];
  const options = {
    dependencies: reverse(plan.dependencies),
    limit: Number.POSITIVE_INFINITY,
    afterFailure: 'go-on',
  } as const;
  const stacks = await schedule(plan.stacks.toReversed(), options, {
    async run(stack) {
      const deployed = snapshots.get(stack.shortName)?.stack;
      const lines = templates.get(stack.shortName);
      const deletion = dryRun ? preview(stack, deployed) : await deleteStack(stack, deployed, lines, engine);
      residue.push(...deletion.residue);
      engine.observer.ended(deletion.result);
      return deletion.result;
    },
    isGood,
    skip(stack, because) {
      const id = snapshots.get(stack.shortName)?.stack?.id;
      const result = { ...blankResult(stack), id, action: 'delete' as const, reason: `\`${because}\` is still there` };
      engine.observer.ended(result);
      return result;
    },
  });
  return { stacks, residue };
}

interface Deletion {
  result: StackResult;
  residue: Residue[];
}

function preview(stack: PlannedStack, deployed: DeployedStack | undefined): Deletion {
  const { template } = stack;
  const blank = { ...blankResult(stack), id: deployed?.id, status: deployed?.status, outcome: 'planned' as const };
  if (!deployed) return { result: { ...blank, action: 'absent' }, residue: [] };
  const kept = keptResources(stack.stackName, template);
  const isKept = (id: string) => kept.some(({ logicalId }) => logicalId === id);
  const changes = Object.entries(template.resources).map(([logicalId, { type }]) => ({
    action: isKept(logicalId) ? 'Keep' : 'Remove',
    logicalId,
    type,
    details: [],
  }));
  return {
    result: { ...blank, action: 'delete', changes },
    residue: [...kept, ...snapshotResources(stack.stackName, template)],
  };
}

async function deleteStack(
  stack: PlannedStack,
  deployed: DeployedStack | undefined,
  lines: Template | undefined,
  engine: Engine,
): Promise<Deletion> {
  const started = engine.clock.now();
  const result: StackResult = { ...blankResult(stack), id: deployed?.id, status: deployed?.status, outcome: 'done' };
  if (!deployed) return { result: { ...result, action: 'absent' }, residue: [] };
  result.action = 'delete';
  let residue: Residue[] = [];
  const token = uniqueName(engine.clock, engine.random);
  try {
    engine.signal.throwIfAborted();
    const expected = Object.keys(stack.template.resources).length;
    engine.observer.began(stack, 'delete', expected);
    await sendDeletion(() => engine.cloudFormation.deleteStack(deployed.id, token, engine.roleArn), engine);
    result.outcome = 'interrupted';
    const operation = { stackId: deployed.id, token, expected };
    const ended = await follow(engine.cloudFormation, operation, watching(stack, engine));
    residue = skippedResources(stack.stackName, ended.events);
    if (ended.status === 'DELETE_COMPLETE') residue.push(...snapshotResources(stack.stackName, stack.template));
    await conclude(ended, lines, engine, result);
  } catch (error) {
    recordFailure(error, result);
    if (engine.signal.aborted && result.outcome === 'interrupted') {
      const { stackName } = stack;
      await stopWork({ kind: 'delete', stackName, stackId: deployed.id, token }, engine, result);
    }
  }
  result.duration = engine.clock.now() - started;
  return { result, residue };
}

async function conclude(ended: Ended, lines: Template | undefined, engine: Engine, result: StackResult): Promise<void> {
  result.status = ended.status;
  result.timeline = timelineOf(ended.events);
  result.outcome = ended.status === 'DELETE_COMPLETE' ? 'done' : 'failed';
  if (result.outcome === 'done') return;
  result.cause = await causeInTime(ended.events, lines, engine);
  result.reason = result.cause ? undefined : `ended in ${ended.status}`;
}

function parseDeployed(text: string | undefined, file: string): Template | undefined {
  const parsed = text === undefined ? undefined : parseTemplate(text, file);
  return parsed && 'template' in parsed ? parsed.template : undefined;
}
