import type { StackResult } from '../report/result.ts';
import { Cancelled } from '../runner/cancellation.ts';
import { type Fault, throwIfAny } from '../runner/fault.ts';
import { readDeployed } from './attach.ts';
import { classifyStatus } from './classify.ts';
import type { DeployedStack, ParameterValue } from './cloudformation.ts';
import { deployStack } from './deploy-stack.ts';
import { blankResult, type Engine, isGood, type Snapshot, type Snapshots } from './engine.ts';
import { scopesOf } from './evaluation/scope.ts';
import type { Resource } from './evaluation/values.ts';
import { untilAnswered } from './follow.ts';
import type { Plan, PlannedStack } from './plan.ts';
import { isToBeBuilt, type Pool, resolve, valueFaults } from './resolve.ts';
import { schedule } from './schedule.ts';
import type { StackOptions, Values } from './stack-turn.ts';
import type { Lookup } from './stacks-file.ts';
import { protectionFaults, statusFaults } from './status-faults.ts';
import { withWhatStands } from './what-stands.ts';

/**
 * Reads all stacks of a plan at once: two calls for each that is worked on, and one for each that `only` leaves out, whose
 * template counts in a deletion only.
 *
 * @throws TransientError where AWS cannot be reached at all; the signal's reason when that aborts first
 */
export async function readSnapshots(
  plan: Plan,
  { cloudFormation, ...options }: Pick<Engine, 'cloudFormation' | 'clock' | 'signal' | 'random'>,
  templatesOf: 'worked on' | 'all' = 'worked on',
): Promise<Snapshots> {
  const read = async (shortName: string, withTemplate: boolean): Promise<[string, Snapshot]> => {
    const stackName = `${plan.prefix}-${shortName}`;
    const [first, template] = await Promise.all([
      untilAnswered(() => cloudFormation.describe(stackName), options),
      withTemplate ? untilAnswered(() => cloudFormation.template(stackName), options) : undefined,
    ]);
    // A stack that is not there, or still under review, has no template: then one of the two shows a moment that has passed.
    const isOld = (stack: DeployedStack | undefined) =>
      Boolean(template) && (stack === undefined || stack.status === 'REVIEW_IN_PROGRESS');
    const stack = isOld(first) ? await readDeployed(stackName, isOld, { cloudFormation, ...options }) : first;
    return [shortName, { stack, template }];
  };
  return new Map(
    await Promise.all([
      ...plan.stacks.map(({ shortName }) => read(shortName, true)),
      ...plan.leftOut.map(shortName => read(shortName, templatesOf === 'all')),
    ]),
  );
}

/** The stacks on whose state a deployment builds: those that it works on, and those that give values to them. */
export function stacksToRest(plan: Plan): { shortName: string; stackName: string }[] {
  const providers = providersOf(plan);
  const others = plan.leftOut.filter(name => providers.has(name));
  return [...plan.stacks, ...others.map(shortName => ({ shortName, stackName: `${plan.prefix}-${shortName}` }))];
}

function providersOf(plan: Plan): Set<string> {
  const sources = plan.stacks.flatMap(({ parameters }) => parameters.map(({ source }) => source));
  return new Set(sources.flatMap(source => ('stack' in source ? [source.stack] : [])));
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
export function checkBeforeWrites(
  plan: Plan,
  snapshots: Snapshots,
  lookups: Pool['lookups'],
  options: StackOptions,
): void {
  const inRun = new Set(plan.stacks.map(stack => stack.shortName));
  const pool = { outputs: outputsOf(snapshots), lookups };
  const faults = plan.stacks.flatMap((stack): Fault[] => {
    const deployed = snapshots.get(stack.shortName)?.stack;
    const parameterFaults = stack.parameters.flatMap(parameter => {
      // What a stack of this run provides is judged when it is there.
      if (parameter.source.kind === 'output' && inRun.has(parameter.source.stack)) return [];
      const value = resolve(parameter, pool, deployed);
      return options.dryRun && isToBeBuilt(parameter, value) ? [] : valueFaults(parameter, value, stack, false);
    });
    const verdict = classifyStatus(deployed);
    const remains = deployed && verdict?.kind === 'recreate' ? protectionFaults(deployed) : [];
    return [...statusFaults(stack.stackName, verdict, options), ...remains, ...parameterFaults];
  });
  const providers = providersOf(plan);
  // The outputs of a stack that is being changed are not the ones that it will have.
  const changing = plan.leftOut
    .filter(name => providers.has(name))
    .flatMap((name): Fault[] => {
      const verdict = classifyStatus(snapshots.get(name)?.stack);
      return verdict?.kind === 'busy' ? statusFaults(`${plan.prefix}-${name}`, verdict, options) : [];
    });
  throwIfAny([...faults, ...changing]);
}

export interface DeployOptions extends StackOptions {
  maxParallel: number;
}

/** What the values of a stack are made from. */
interface Sources {
  pool: Pool;
  /** Short names of stacks that a dry run would have deployed. */
  pending: ReadonlySet<string>;
  dryRun: boolean;
  resources: () => Iterable<Resource>;
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
  region: string,
): Promise<StackResult[]> {
  const outputs = new Map(outputsOf(snapshots));
  const pending = new Set<string>();
  const { maxParallel: limit, dryRun } = options;
  const pool = { outputs, lookups };
  const resourcesOf = (shortName: string) =>
    scopesOf(withWhatStands(plan, snapshots), region).get(shortName)?.resources.values() ?? [];
  const snapshotOf = (stack: PlannedStack) =>
    snapshots.get(stack.shortName) ?? { stack: undefined, template: undefined };
  return schedule(
    plan.stacks,
    { dependencies: plan.dependencies, limit, afterFailure: 'stop' },
    {
      async run(stack) {
        const resources = () => resourcesOf(stack.shortName);
        const valuesFor = (snapshot: Snapshot) => valuesOf(stack, snapshot, { pool, pending, dryRun, resources });
        const result = await deployStack(stack, valuesFor, snapshotOf(stack), engine, options);
        if (result.outcome === 'planned' && result.action !== 'none') pending.add(stack.shortName);
        if (result.outcome === 'done') outputs.set(stack.shortName, result.outputs);
        engine.observer.ended(result);
        return result;
      },
      isGood,
      skip(stack, because) {
        const standing = snapshotOf(stack).stack;
        const { aborted, reason: why } = engine.signal;
        const reason = aborted && why instanceof Cancelled ? why.message : `\`${because}\` did not succeed`;
        const result = { ...blankResult(stack), id: standing?.id, outputs: standing?.outputs ?? {}, reason };
        engine.observer.ended(result);
        return result;
      },
    },
  );
}

/**
 * The values of a stack's parameters. In a dry run, what a pending stack will provide counts as known after deploy; its
 * present value, or the consumer's, stands in for it where there is one. An image that was never built is known after build.
 */
function valuesOf(stack: PlannedStack, snapshot: Snapshot, { pool, pending, dryRun, resources }: Sources): Values {
  const known: Record<string, ParameterValue> = {};
  const afterDeploy: string[] = [];
  const afterBuild: string[] = [];
  const lacking: string[] = [];
  const faults: Fault[] = [];
  for (const parameter of stack.parameters) {
    const { declaration, source } = parameter;
    const isPending = source.kind === 'output' && pending.has(source.stack);
    const value = resolve(parameter, pool, snapshot.stack);
    const isUnbuilt = dryRun && isToBeBuilt(parameter, value);
    if (isPending) afterDeploy.push(declaration.name);
    if (isUnbuilt) afterBuild.push(declaration.name);
    if (value !== undefined) known[declaration.name] = value;
    else lacking.push(declaration.name);
    if (!isPending && !isUnbuilt) faults.push(...valueFaults(parameter, value, stack, true));
  }
  return { known, afterDeploy, afterBuild, missing: lacking, faults, resources };
}

function outputsOf(snapshots: Snapshots): Map<string, Readonly<Record<string, string>>> {
  return new Map([...snapshots].flatMap(([name, { stack }]) => (stack ? [[name, stack.outputs]] : [])));
}
