import type { StackResult } from '../report/result.ts';
import { type Fault, throwIfAny } from '../runner/fault.ts';
import { classifyStatus } from './classify.ts';
import type { CloudFormation, ParameterValue } from './cloudformation.ts';
import { deployStack, statusFaults, type Values } from './deploy-stack.ts';
import { blankResult, type Engine, type Snapshot } from './engine.ts';
import type { Plan, PlannedStack } from './plan.ts';
import { missing, type Pool, refused, resolve } from './resolve.ts';
import { schedule } from './schedule.ts';
import type { Lookup } from './stacks-file.ts';

/** Every stack of a plan as AWS held it at the start, by short name; also those that `only` leaves out. */
export type Snapshots = ReadonlyMap<string, Snapshot>;

/** Reads all stacks of a plan at once: two calls for each to be deployed, one for each that only gives outputs. */
export async function readSnapshots(
  plan: Plan,
  cloudFormation: Pick<CloudFormation, 'describe' | 'template'>,
): Promise<Snapshots> {
  const providers = new Set(
    plan.stacks.flatMap(stack =>
      stack.parameters.flatMap(({ source }) => (source.kind === 'output' ? [source.stack] : [])),
    ),
  );
  const read = async (shortName: string, stackName: string, withTemplate: boolean): Promise<[string, Snapshot]> => {
    const [stack, template] = await Promise.all([
      cloudFormation.describe(stackName),
      withTemplate ? cloudFormation.template(stackName) : undefined,
    ]);
    return [shortName, { stack, template }];
  };
  const leftOut = plan.leftOut.filter(name => providers.has(name));
  return new Map(
    await Promise.all([
      ...plan.stacks.map(({ shortName, stackName }) => read(shortName, stackName, true)),
      ...leftOut.map(name => read(name, `${plan.prefix}-${name}`, false)),
    ]),
  );
}

/** The lookups that a plan needs: none when an input or a literal overrides it. */
export function neededLookups(plan: Plan): Set<Lookup> {
  return new Set(
    plan.stacks.flatMap(stack =>
      stack.parameters.flatMap(({ source }) => (source.kind === 'lookup' ? [source.lookup] : [])),
    ),
  );
}

/**
 * Everything that AWS's present state makes known to be wrong, before the first write: a value that nothing provides, one
 * that a template refuses, a stack that cannot be updated.
 *
 * @throws UserFault
 */
export function checkBeforeWrites(plan: Plan, snapshots: Snapshots, lookups: Pool['lookups']): void {
  const inRun = new Set(plan.stacks.map(stack => stack.shortName));
  const pool = { outputs: outputsOf(snapshots), lookups };
  const faults = plan.stacks.flatMap((stack): Fault[] => {
    const deployed = snapshots.get(stack.shortName)?.stack;
    const parameterFaults = stack.parameters.flatMap(parameter => {
      // What a stack of this run provides is judged when it is there.
      if (parameter.source.kind === 'output' && inRun.has(parameter.source.stack)) return [];
      const value = resolve(parameter, pool, deployed);
      if (value === undefined) return [missing(parameter, stack)];
      return 'value' in value ? refused(parameter, value.value, stack) : [];
    });
    return [...statusFaults(stack.stackName, classifyStatus(deployed)), ...parameterFaults];
  });
  throwIfAny(faults);
}

export interface DeployOptions {
  maxParallel: number;
  dryRun: boolean;
}

/**
 * Deploys the stacks of a plan, each as soon as those it depends on are deployed, their outputs feeding its parameters.
 * After a failure nothing new starts; what is deployed stays as it is.
 */
export async function deploy(
  plan: Plan,
  snapshots: Snapshots,
  lookups: Pool['lookups'],
  engine: Engine,
  options: DeployOptions,
): Promise<StackResult[]> {
  const outputs = new Map(outputsOf(snapshots));
  const pending = new Set<string>();
  const byName = new Map(plan.stacks.map(stack => [stack.shortName, stack]));
  const stackOf = (name: string): PlannedStack => {
    const stack = byName.get(name);
    if (!stack) throw new Error(`stack ${name} is not part of the plan`);
    return stack;
  };
  return schedule<StackResult>([...byName.keys()], plan.dependencies, options.maxParallel, 'stop', {
    async run(name) {
      const stack = stackOf(name);
      const snapshot = snapshots.get(name) ?? { stack: undefined, template: undefined };
      const values = valuesOf(stack, { outputs, lookups }, snapshot, pending);
      const result = await deployStack(stack, values, snapshot, engine, options.dryRun);
      if (result.outcome === 'planned' && result.action !== 'none') pending.add(name);
      if (result.outcome === 'done') outputs.set(name, result.outputs);
      engine.observer.ended(result);
      return result;
    },
    isGood: ({ outcome }) => outcome === 'done' || outcome === 'planned',
    skip(name, because) {
      const result: StackResult = {
        ...blankResult(stackOf(name)),
        reason: `not started, because \`${because}\` did not succeed`,
      };
      engine.observer.ended(result);
      return result;
    },
  });
}

/**
 * The values of a stack's parameters. In a dry run, what a pending stack will provide counts as known after deploy; its
 * present value, or the consumer's, stands in for it where there is one.
 */
function valuesOf(stack: PlannedStack, pool: Pool, snapshot: Snapshot, pending: ReadonlySet<string>): Values {
  const known: Record<string, ParameterValue> = {};
  const afterDeploy: string[] = [];
  const lacking: string[] = [];
  const faults: Fault[] = [];
  for (const parameter of stack.parameters) {
    const { declaration, source } = parameter;
    const value = resolve(parameter, pool, snapshot.stack);
    if (source.kind === 'output' && pending.has(source.stack)) afterDeploy.push(declaration.name);
    if (value !== undefined) {
      known[declaration.name] = value;
      if ('value' in value) faults.push(...refused(parameter, value.value, stack));
    } else {
      lacking.push(declaration.name);
      faults.push(missing(parameter, stack));
    }
  }
  return { known, afterDeploy, missing: lacking, faults };
}

function outputsOf(snapshots: Snapshots): Map<string, Readonly<Record<string, string>>> {
  return new Map([...snapshots].flatMap(([name, { stack }]) => (stack ? [[name, stack.outputs]] : [])));
}
