import type { Residue, StackResult } from '../report/result.ts';
import { type Fault, throwIfAny, UserFault } from '../runner/fault.ts';
import { classifyStatus } from './classify.ts';
import type { DeployedStack } from './cloudformation.ts';
import { type Deletion, type DeletionTools, deleteStack, resourcesOf } from './deletion.ts';
import { blankResult, type Engine, isGood, type Snapshots } from './engine.ts';
import { untilAnswered } from './follow.ts';
import { reverse } from './graph.ts';
import type { Plan, PlannedStack } from './plan.ts';
import { keptBefore, keptResources, snapshotResources } from './residue.ts';
import { schedule } from './schedule.ts';
import { protectionFaults, statusFaults } from './status-faults.ts';
import { type Swept, sweep } from './sweep.ts';
import { parseTemplate, type Template } from './template.ts';

/**
 * Everything that AWS's present state makes known to be wrong with a deletion, before the first one: termination protection,
 * an operation in progress, and stacks that would be left standing on what is gone.
 *
 * @throws UserFault
 */
export function checkBeforeDeletion(plan: Plan, snapshots: Snapshots, inProgress: 'wait' | 'fail'): void {
  const faults = plan.stacks.flatMap(({ stackName, shortName }): Fault[] => {
    const deployed = snapshots.get(shortName)?.stack;
    if (!deployed) return [];
    const verdict = classifyStatus(deployed);
    return [
      ...protectionFaults(deployed),
      ...statusFaults(stackName, verdict?.kind === 'busy' ? verdict : undefined, { inProgress, recreateFailed: true }),
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
 * Deletes the stacks of a plan, each as soon as everything that depends on it is gone. A failure stops only what it needs. In
 * the end it looks at what stands outside of stacks.
 *
 * @param templates of the workspace, whose lines a failure points to
 */
export async function teardown(
  plan: Plan,
  templates: ReadonlyMap<string, Template>,
  snapshots: Snapshots,
  tools: DeletionTools,
  dryRun: boolean,
): Promise<{ stacks: StackResult[]; residue: Residue[] }> {
  const { engine } = tools;
  const residue: Residue[] = [];
  const gone: Deletion['gone'] = [];
  const options = {
    dependencies: reverse(plan.dependencies),
    limit: Number.POSITIVE_INFINITY,
    afterFailure: 'go-on',
  } as const;
  const stacks = await schedule(plan.stacks.toReversed(), options, {
    async run(stack) {
      const deployed = snapshots.get(stack.shortName)?.stack;
      const lines = templates.get(stack.shortName);
      const deletion = dryRun
        ? await preview(stack, deployed, engine)
        : await deleteStack(stack, deployed, lines, tools);
      residue.push(...deletion.residue);
      gone.push(...deletion.gone);
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
  if (!dryRun) await Promise.all(stacks.map(result => lookAgain(result, engine)));
  const left = await sweep(sweptBy(plan, stacks, gone, dryRun), tools);
  const isKnown = ({ type, physicalId }: Residue) =>
    residue.some(other => other.type === type && other.physicalId === physicalId);
  return { stacks, residue: [...residue, ...left.filter(item => !isKnown(item))] };
}

/** Another run may have made a stack again that this one has deleted, or found absent: then it is not gone. */
async function lookAgain(result: StackResult, engine: Engine): Promise<void> {
  if (!isGood(result) || engine.signal.aborted) return;
  let now: DeployedStack | undefined;
  try {
    now = await untilAnswered(() => engine.cloudFormation.describe(result.stackName), engine);
  } catch (error) {
    // What is known so far is worth more than a failure to learn more of it.
    if (!(error instanceof UserFault) && !engine.signal.aborted) throw error;
  }
  // A look that is behind shows the stack that was deleted, by its own ARN.
  if (now === undefined || now.id === result.id || now.status === 'DELETE_COMPLETE') return;
  const reason = 'another run has made it again meanwhile';
  Object.assign(result, { outcome: 'failed', id: now.id, status: now.status, reason, advice: AGAIN });
  engine.observer.note(result, reason);
}

const AGAIN = 'Let no two runs work on one prefix at once; when that run has ended, run `teardown` again';

function sweptBy({ prefix, leftOut }: Plan, stacks: StackResult[], gone: Deletion['gone'], dryRun: boolean): Swept {
  const good = stacks.filter(isGood);
  return {
    prefix,
    stackNames: good.map(({ stackName }) => stackName),
    gone,
    goneStacks: new Set(good.flatMap(({ id }) => (id ? [id] : []))),
    isWhole: leftOut.length === 0 && good.length === stacks.length,
    dryRun,
  };
}

async function preview(stack: PlannedStack, deployed: DeployedStack | undefined, engine: Engine): Promise<Deletion> {
  const { template } = stack;
  const blank = { ...blankResult(stack), id: deployed?.id, status: deployed?.status, outcome: 'planned' as const };
  if (!deployed) return { result: { ...blank, action: 'absent' }, residue: [], gone: [] };
  const known = await resourcesOf(deployed, engine);
  const standing = known?.filter(
    ({ physicalId, status }) => physicalId !== '' && !/^DELETE_(COMPLETE|SKIPPED)$/.test(status),
  );
  const kept = keptResources(stack.stackName, template, standing);
  const isKept = (id: string) => kept.some(({ logicalId }) => logicalId === id);
  const changes = Object.entries(template.resources)
    .filter(([logicalId]) => standing?.some(resource => resource.logicalId === logicalId) ?? true)
    .map(([logicalId, { type }]) => ({ action: isKept(logicalId) ? 'Keep' : 'Remove', logicalId, type, details: [] }));
  return {
    result: { ...blank, action: 'delete', changes },
    residue: [
      ...keptBefore(stack.stackName, known ?? []),
      ...kept,
      ...snapshotResources(stack.stackName, template, standing),
    ],
    gone: (standing ?? []).filter(({ logicalId }) => !isKept(logicalId)),
  };
}

function parseDeployed(text: string | undefined, file: string): Template | undefined {
  const parsed = text === undefined ? undefined : parseTemplate(text, file);
  return parsed && 'template' in parsed ? parsed.template : undefined;
}
