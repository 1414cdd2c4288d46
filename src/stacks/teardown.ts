import type { Residue, StackResult } from '../report/result.ts';
import { throwIfAny } from '../runner/fault.ts';
import { causeOf } from './cause.ts';
import { uniqueName } from './change-set.ts';
import type { DeployedStack, StackEvent } from './cloudformation.ts';
import type { Snapshots } from './deploy.ts';
import { blankResult, type Engine, recordFailure, watching } from './engine.ts';
import { follow } from './follow.ts';
import { type Dependencies, reverse } from './graph.ts';
import { schedule } from './schedule.ts';
import { parseTemplate, type Template } from './template.ts';
import { timelineOf } from './timeline.ts';

/** A stack to delete. */
export interface Target {
  shortName: string;
  stackName: string;
  /** The template in the workspace, for the lines that it can point to. */
  template: Template;
}

/**
 * Deletes stacks, each as soon as everything that depends on it is gone. A failure stops only what depends on it.
 *
 * @param dependencies as for deploying; they are walked backwards here
 */
export async function teardown(
  targets: readonly Target[],
  dependencies: Dependencies,
  snapshots: Snapshots,
  engine: Engine,
  dryRun: boolean,
): Promise<{ stacks: StackResult[]; residue: Residue[] }> {
  const byName = new Map(targets.map(target => [target.shortName, target]));
  const targetOf = (name: string): Target => {
    const target = byName.get(name);
    if (!target) throw new Error(`stack ${name} is not to be deleted`);
    return target;
  };
  const residue: Residue[] = [];
  const stacks = await schedule<StackResult>(
    [...byName.keys()].reverse(),
    reverse(dependencies),
    Number.POSITIVE_INFINITY,
    'go-on',
    {
      async run(name) {
        const target = targetOf(name);
        const { stack, template } = snapshots.get(name) ?? {};
        const deletion = await deleteStack(target, stack, template, engine, dryRun);
        residue.push(...deletion.residue);
        engine.observer.ended(deletion.result);
        return deletion.result;
      },
      isGood: ({ outcome }) => outcome === 'done' || outcome === 'planned',
      skip(name, because) {
        const target = targetOf(name);
        const result: StackResult = {
          ...blankResult(target),
          action: 'delete',
          reason: `not deleted, because \`${because}\` was not`,
        };
        engine.observer.ended(result);
        return result;
      },
    },
  );
  return { stacks, residue };
}

async function deleteStack(
  target: Target,
  deployed: DeployedStack | undefined,
  templateText: string | undefined,
  engine: Engine,
  dryRun: boolean,
): Promise<{ result: StackResult; residue: Residue[] }> {
  const started = engine.clock.now();
  const result: StackResult = {
    ...blankResult(target),
    id: deployed?.id,
    status: deployed?.status,
    action: deployed ? 'delete' : 'none',
    outcome: dryRun ? 'planned' : 'done',
  };
  if (!deployed) return { result: { ...result, reason: 'does not exist' }, residue: [] };
  const template = parseDeployed(templateText, target.stackName);
  if (dryRun) {
    result.changes = Object.entries(template?.resources ?? {}).map(([logicalId, { type, deletionPolicy }]) => ({
      action: isKept(deletionPolicy) ? 'Keep' : 'Remove',
      logicalId,
      type,
      details: [],
    }));
    return { result, residue: predictedResidue(target.stackName, template) };
  }
  let residue: Residue[] = [];
  try {
    refuseProtected(deployed);
    const token = uniqueName(engine.clock, engine.random);
    engine.observer.began(target, 'delete', Object.keys(template?.resources ?? {}).length);
    engine.signal.throwIfAborted();
    await engine.cloudFormation.deleteStack(deployed.id, token, engine.roleArn);
    result.outcome = 'interrupted';
    const expected = Object.keys(template?.resources ?? {}).length;
    const ended = await follow(
      engine.cloudFormation,
      { stackId: deployed.id, token, expected },
      watching(target, engine),
    );
    result.status = ended.status;
    result.timeline = timelineOf(ended.events);
    residue = skippedResources(target.stackName, ended.events);
    result.outcome = ended.status === 'DELETE_COMPLETE' ? 'done' : 'failed';
    if (result.outcome === 'failed') {
      result.cause = await causeOf(ended.events, target.template, engine.cloudFormation);
      result.reason = result.cause ? undefined : `ended in ${ended.status}`;
    }
  } catch (error) {
    recordFailure(error, result);
  }
  result.duration = engine.clock.now() - started;
  return { result, residue };
}

function refuseProtected(deployed: DeployedStack): void {
  if (!deployed.terminationProtection) return;
  const fix = `Turn it off (aws cloudformation update-termination-protection --no-enable-termination-protection --stack-name ${deployed.name}), then run again`;
  throwIfAny([{ what: `Termination protection is on for stack \`${deployed.name}\``, fix }]);
}

/** The deployed template only helps to describe the deletion: one that cannot be read does not hinder it. */
function parseDeployed(text: string | undefined, file: string): Template | undefined {
  const parsed = text === undefined ? undefined : parseTemplate(text, file);
  return parsed && 'template' in parsed ? parsed.template : undefined;
}

function isKept(deletionPolicy: string | undefined): boolean {
  return deletionPolicy === 'Retain' || deletionPolicy === 'RetainExceptOnCreate';
}

function predictedResidue(stack: string, template: Template | undefined): Residue[] {
  return Object.entries(template?.resources ?? {})
    .filter(([, { deletionPolicy }]) => isKept(deletionPolicy))
    .map(([logicalId, { type, deletionPolicy }]) => ({
      stack,
      logicalId,
      physicalId: '',
      type,
      reason: `DeletionPolicy: ${deletionPolicy}`,
    }));
}

function skippedResources(stack: string, events: readonly StackEvent[]): Residue[] {
  return events
    .filter(({ status }) => status === 'DELETE_SKIPPED')
    .map(({ logicalId, physicalId, type, reason }) => ({
      stack,
      logicalId,
      physicalId,
      type,
      reason: reason ?? 'its DeletionPolicy keeps it',
    }));
}
