import type { Residue } from '../report/result.ts';
import { orAbort } from '../runner/cancellation.ts';
import { renderFault, UserFault } from '../runner/fault.ts';
import type { StackResource } from './cloudformation.ts';
import { costClass } from './cost-class.ts';
import type { DeletionTools } from './deletion.ts';
import type { TaggedThing } from './leftovers.ts';
import { PREFIX_TAG } from './limits.ts';

/** What a teardown has done, as far as it matters for what stands outside of its stacks. */
export interface Swept {
  prefix: string;
  /** Names of the stacks of this run that are gone, or would be. */
  stackNames: readonly string[];
  /** Resources that went with them. */
  gone: readonly Pick<StackResource, 'type' | 'physicalId'>[];
  /** ARNs of the stacks of this run that went, or would go. */
  goneStacks: ReadonlySet<string>;
  /** Whether the whole prefix went: what belongs to all of it may go too. */
  isWhole: boolean;
  dryRun: boolean;
}

/**
 * Log groups that services make by themselves for a resource, outside of its stack.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Container-Insights-reference-performance-logs-ECS.html
 * https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs.html
 * https://docs.aws.amazon.com/codebuild/latest/userguide/change-project.html
 */
const SERVICE_LOGS: Readonly<Record<string, { maker: string; name(id: string): string }>> = {
  'AWS::ECS::Cluster': { maker: 'Container Insights', name: id => `/aws/ecs/containerinsights/${id}/performance` },
  'AWS::Lambda::Function': { maker: 'Lambda', name: id => `/aws/lambda/${id}` },
  'AWS::CodeBuild::Project': { maker: 'CodeBuild', name: id => `/aws/codebuild/${id}` },
};

/**
 * Looks at what stands outside of stacks and yet belongs to them: by CloudFormation's memory of a stack's resources, by the
 * tag `zap-obs:prefix`, or by a name that only the stack's own may have. Deletes what a deleted stack had and a service made
 * again, and, where allowed, repositories of the prefix. What cannot be looked at costs one warning and nothing else.
 *
 * @returns what stays
 */
export async function sweep(swept: Swept, tools: DeletionTools): Promise<Residue[]> {
  const { engine } = tools;
  const missing = new Set<string>();
  const look = async <T>(read: () => Promise<T>, otherwise: T): Promise<T> => {
    try {
      return engine.signal.aborted ? otherwise : await orAbort(read(), engine.signal);
    } catch (error) {
      if (error instanceof UserFault) for (const fault of error.faults) missing.add(renderFault(fault));
      else if (!engine.signal.aborted) throw error;
      return otherwise;
    }
  };
  const tagged = await look(() => unclaimed(swept, tools), []);
  const residue = [
    ...(await look(() => sweepLogGroups(swept, tagged, tools), [])),
    ...(await look(() => sweepRepositories(swept, tagged, tools), [])),
  ];
  const [first, ...more] = missing;
  if (first) {
    const rest = more.length > 0 ? ` (and ${more.length} more like it)` : '';
    engine.observer.warning(`What stays behind outside of stacks is not known in full. ${first}${rest}`);
  }
  return residue;
}

/** What carries the prefix's tag and is not of a stack that is still there; in a dry run, all stacks are. */
async function unclaimed(swept: Swept, { leftovers, engine }: DeletionTools): Promise<TaggedThing[]> {
  const { prefix, goneStacks, dryRun } = swept;
  const tagged = await leftovers.tagged(prefix);
  const others = new Set(tagged.flatMap(({ stackId }) => (stackId && !goneStacks.has(stackId) ? [stackId] : [])));
  const standing = new Set(dryRun ? goneStacks : []);
  for (const stackId of others) {
    const stack = await engine.cloudFormation.describe(stackId);
    if (stack && stack.status !== 'DELETE_COMPLETE') standing.add(stackId);
  }
  return tagged.filter(({ stackId }) => !stackId || !standing.has(stackId));
}

async function sweepLogGroups(swept: Swept, tagged: readonly TaggedThing[], tools: DeletionTools): Promise<Residue[]> {
  const { prefix, stackNames, gone, dryRun } = swept;
  const namespace = `/zap-obs/${prefix}-`;
  const ofStacks = new Set(
    gone.flatMap(({ type, physicalId }) => (type === 'AWS::Logs::LogGroup' ? [physicalId] : [])),
  );
  const ofServices = new Map(
    gone.flatMap(({ type, physicalId }) => {
      const made = Object.hasOwn(SERVICE_LOGS, type) ? SERVICE_LOGS[type] : undefined;
      return made ? [[made.name(physicalId), `${made.maker} made it for \`${physicalId}\``] as const] : [];
    }),
  );
  const names = [...ofStacks, ...ofServices.keys()].filter(name => !name.startsWith(namespace));
  const found = new Set(
    (await Promise.all([namespace, ...names].map(async name => tools.leftovers.logGroups(name)))).flat(),
  );
  const residue = new Map<string, string>();
  for (const name of found) {
    const owner = stackNames.find(stackName => name.startsWith(`/zap-obs/${stackName}/`));
    if (ofStacks.has(name)) {
      const failure = dryRun ? undefined : await deleteAgain(name, tools);
      if (failure) residue.set(name, failure);
    } else if (ofServices.has(name)) residue.set(name, ofServices.get(name) ?? '');
    else if (owner) residue.set(name, `its name is of stack \`${owner}\`, which did not make it`);
  }
  for (const { type, id } of tagged)
    if (type === 'AWS::Logs::LogGroup' && !ofStacks.has(id) && !residue.has(id))
      residue.set(id, `it has the tag \`${PREFIX_TAG}\``);
  return [...residue].map(([id, reason]) => outside('AWS::Logs::LogGroup', id, reason));
}

/** A service that still had something to write has made a deleted log group again, without its settings and tags. */
function deleteAgain(name: string, { leftovers, engine }: DeletionTools): Promise<string | undefined> {
  return failureOf(async () => {
    await leftovers.deleteLogGroup(name);
    engine.observer.note({ shortName: 'log groups' }, `deleted ${name}, which was there again after its stack`);
  });
}

/** Why a deletion failed, for the one who reads what stays. */
async function failureOf(work: () => Promise<void>): Promise<string | undefined> {
  try {
    await work();
    return undefined;
  } catch (error) {
    if (!(error instanceof UserFault)) throw error;
    return `it could not be deleted: ${error.message}`;
  }
}

async function sweepRepositories(
  { prefix, isWhole, dryRun }: Swept,
  tagged: readonly TaggedThing[],
  { leftovers, engine, allowed }: DeletionTools,
): Promise<Residue[]> {
  const residue: Residue[] = [];
  const note = (text: string) => engine.observer.note({ shortName: 'repositories' }, text);
  for (const { type, id, stackId } of tagged) {
    if (type !== 'AWS::ECR::Repository') continue;
    const command = `\`aws ecr delete-repository --force --repository-name ${id}\` deletes it with its images`;
    if (stackId) residue.push(outside(type, id, `it was kept when its stack went; ${command}`));
    else if (!allowed.deleteRepositories)
      residue.push(outside(type, id, `it has the tag \`${PREFIX_TAG}\`; \`delete-repositories: true\` deletes it`));
    else if (!isWhole) residue.push(outside(type, id, 'stacks of this prefix that may use it are still there'));
    else if (dryRun) note(`would delete ${id} with its images`);
    else {
      const failure = await failureOf(async () => {
        await leftovers.deleteRepository(id, prefix);
        note(`deleted ${id} with its images`);
      });
      if (failure) residue.push(outside(type, id, failure));
    }
  }
  return residue;
}

function outside(type: string, physicalId: string, reason: string): Residue {
  return { stack: '', logicalId: '', physicalId, type, reason, cost: costClass(type) };
}
