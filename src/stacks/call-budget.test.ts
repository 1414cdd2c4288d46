import { describe, expect, it } from 'vitest';
import type { Services } from '../rollout/ecs.ts';
import { deploymentOf, seconds, serviceOf, servicesWith, WEB } from '../rollout/fixtures.ts';
import { VirtualClock } from '../tooling/virtual-clock.ts';
import { CALL_BUDGET } from './call-budget.ts';
import type { CloudFormation, DeployedStack, StackEvent } from './cloudformation.ts';
import { readSnapshots } from './deploy.ts';
import { deployStack } from './deploy-stack.ts';
import type { Engine } from './engine.ts';
import type { Leftovers } from './leftovers.ts';
import type { Plan, PlannedStack } from './plan.ts';
import type { StackOptions } from './stack-turn.ts';
import { teardown } from './teardown.ts';
import { parseTemplate, type Template } from './template.ts';

/** A resource and when its work begins and ends, in seconds after the begin of an operation. */
type Timeline = readonly (readonly [logicalId: string, type: string, from: number, to: number])[];

// As public deployment logs show them: many small things at first, then a few slow ones, one after another.
const SHORT: Timeline = [
  ['Topic', 'AWS::SNS::Topic', 1, 12],
  ['Queue', 'AWS::SQS::Queue', 1, 3],
  ['Policy', 'AWS::SQS::QueuePolicy', 4, 19],
];
const LONG: Timeline = [
  ...Array.from({ length: 40 }, (_, index) => [`Small${index}`, 'AWS::EC2::Route', 1 + index, 8 + index] as const),
  ['LoadBalancer', 'AWS::ElasticLoadBalancingV2::LoadBalancer', 40, 205],
  ['Endpoint', 'AWS::EC2::VPCEndpoint', 42, 110],
  ['Cluster', 'AWS::ECS::Cluster', 5, 12],
  ['Listener', 'AWS::ElasticLoadBalancingV2::Listener', 206, 210],
  ['Service', 'AWS::ECS::Service', 212, 598],
];
const FIVE_MINUTES: Timeline = LONG.map(([id, type, from, to]) => [id, type, from, Math.min(to, 299)] as const);
const MONITORING: Timeline = [
  ['Logs', 'AWS::Logs::LogGroup', 1, 6],
  ['Prometheus', 'AWS::APS::Workspace', 1, 12],
  ['Grafana', 'AWS::Grafana::Workspace', 14, 310],
];
const NETWORK = LONG.filter(([, type]) => type !== 'AWS::ECS::Service');
const SERVICE: Timeline = [
  ['Task', 'AWS::ECS::TaskDefinition', 1, 4],
  ['Cluster', 'AWS::ECS::Cluster', 1, 10],
  ['Service', 'AWS::ECS::Service', 12, 290],
];
const DELETION: Timeline = LONG.map(([id, type, from, to]) => [id, type, from / 2, to / 2] as const);

const yaml = (name: string) => `Resources: { ${name}: { Type: AWS::SNS::Topic } }`;
function templateOf(text: string): Template {
  const parsed = parseTemplate(text, 'one.yaml');
  if (!('template' in parsed)) throw new Error('a template of the test is none');
  return parsed.template;
}
const planned = (shortName: string): PlannedStack => ({
  shortName,
  stackName: `p-${shortName}`,
  template: templateOf(yaml('Topic')),
  parameters: [],
  capabilities: [],
  tags: {},
  needsUpload: false,
});
const VALUES = () => ({ known: {}, afterDeploy: [], afterBuild: [], missing: [], faults: [], resources: () => [] });
const OPTIONS: StackOptions = { dryRun: false, inProgress: 'wait', recreateFailed: true, skipResources: [] };

/** CloudFormation on a virtual clock, of which operations go by a timeline and every call takes 80 ms. */
class Simulation {
  readonly clock = new VirtualClock();
  /** When the last operation ends. */
  end = 0;
  reads = 0;
  writes = 0;
  readonly #stacks = new Map<string, { deployed: DeployedStack; events: StackEvent[] }>();
  readonly #timelines: Readonly<Record<string, Timeline>>;

  constructor(timelines: Readonly<Record<string, Timeline>>) {
    this.#timelines = timelines;
  }

  engine(random: () => number): Engine {
    return {
      cloudFormation: this.#counted(),
      clock: this.clock,
      random,
      signal: new AbortController().signal,
      observer: { began: () => {}, event: () => {}, note: () => {}, ended: () => {}, warning: () => {} },
      settings: {},
      mayLose: [],
      upload: () => Promise.reject(new Error('nothing to upload')),
    };
  }

  stand(name: string, status: string): DeployedStack {
    const deployed: DeployedStack = {
      id: `arn:${name}`,
      name,
      status,
      parameters: {},
      outputs: {},
      tags: {},
      terminationProtection: false,
    };
    this.#stacks.set(deployed.id, { deployed, events: [] });
    return deployed;
  }

  #counted(): CloudFormation {
    return new Proxy(this.#calls(), {
      get: (calls, name: keyof CloudFormation) => {
        return async (...args: never[]) => {
          if (/^(describe|template|events|has|validations|stackPolicy|resources)/.test(name)) this.reads += 1;
          else this.writes += 1;
          await this.clock.sleep(80);
          return (calls[name] as (...args: never[]) => unknown)(...args);
        };
      },
    });
  }

  #calls(): CloudFormation {
    const find = (name: string) => this.#stacks.get(name.startsWith('arn:') ? name : `arn:${name}`);
    let change = { name: '', stackName: '', readyAt: 0 };
    const begin = (id: string, token: string, kind: 'CREATE' | 'UPDATE' | 'DELETE' | 'UPDATE_ROLLBACK') => {
      const stack = find(id);
      if (!stack) throw new Error(`no stack ${id}`);
      const verb = kind === 'UPDATE_ROLLBACK' ? 'UPDATE' : kind;
      const timeline = this.#timelines[stack.deployed.name] ?? [];
      const start = this.clock.now();
      const event = (seconds: number, logicalId: string, type: string, status: string): StackEvent => ({
        id: `${token}-${logicalId}-${status}`,
        stackId: stack.deployed.id,
        at: start + seconds * 1000,
        logicalId,
        physicalId: physicalIdOf(type, stack.deployed.id) ?? logicalId,
        type,
        status,
        token,
      });
      const end = Math.max(...timeline.map(([, , , to]) => to)) + 1;
      this.end = start + end * 1000;
      const own = (seconds: number, status: string) =>
        event(seconds, stack.deployed.name, 'AWS::CloudFormation::Stack', status);
      stack.events.push(
        ...[
          own(0, `${kind}_IN_PROGRESS`),
          ...timeline.flatMap(([id, type, from, to]) => [
            event(from, id, type, `${verb}_IN_PROGRESS`),
            event(to, id, type, `${verb}_COMPLETE`),
          ]),
          own(end, `${kind}_COMPLETE`),
        ].sort((a, b) => a.at - b.at),
      );
    };
    const visible = (events: readonly StackEvent[]) => events.filter(({ at }) => at <= this.clock.now());
    return {
      describe: async name => {
        const stack = find(name);
        const last = stack && visible(stack.events).findLast(event => event.physicalId === event.stackId);
        if (last?.status === 'DELETE_COMPLETE' && !name.startsWith('arn:')) return undefined;
        return stack && { ...stack.deployed, status: last?.status ?? stack.deployed.status };
      },
      template: async name => (find(name) ? yaml('Topic') : undefined),
      events: async id => ({
        events: visible(find(id)?.events ?? [])
          .toReversed()
          .slice(0, 100),
      }),
      createChangeSet: async ({ name, stackName }) => {
        if (!find(stackName) || (await this.#calls().describe(stackName)) === undefined)
          this.stand(stackName, 'REVIEW_IN_PROGRESS');
        change = { name, stackName, readyAt: this.clock.now() + 6000 };
        return { id: `arn:c/${name}/${stackName}/${change.readyAt}`, stackId: `arn:${stackName}` };
      },
      describeChangeSet: async id => ({
        id,
        status: Number(id.split('/').at(-1)) <= this.clock.now() ? 'CREATE_COMPLETE' : 'CREATE_IN_PROGRESS',
        executionStatus: 'AVAILABLE',
        changes: (this.#timelines[id.split('/').at(-2) ?? ''] ?? []).map(([logicalId, type]) => ({
          action: 'Add',
          logicalId,
          type,
          details: [],
        })),
      }),
      hasChangeSets: async () => false,
      validations: async () => [],
      stackPolicy: async () => undefined,
      setStackPolicy: async () => {},
      setTerminationProtection: async () => {},
      resources: async () => [],
      executeChangeSet: async (id, token) => {
        const name = id.split('/').at(-2) ?? '';
        begin(name, token, find(name)?.deployed.status === 'REVIEW_IN_PROGRESS' ? 'CREATE' : 'UPDATE');
      },
      deleteChangeSet: async () => 'gone',
      cancelUpdate: async () => 'told',
      deleteStack: async (id, token) => begin(id, token, 'DELETE'),
      deleteEmptyStack: async () => {},
      continueUpdateRollback: async (id, token) => begin(id, token, 'UPDATE_ROLLBACK'),
      rollbackStack: async (id, token) => begin(id, token, 'UPDATE_ROLLBACK'),
    };
  }
}

function physicalIdOf(type: string, stackId: string): string | undefined {
  if (type === 'AWS::CloudFormation::Stack') return stackId;
  return type === 'AWS::ECS::Service' ? WEB.arn : undefined;
}

/** A service that comes up well as long as CloudFormation waits for it; its calls count apart. */
function healthyService(simulation: Simulation, upAt: number): { services: Services; looks: () => number } {
  let looks = 0;
  const counted =
    <T>(answer: () => T) =>
    async () => {
      looks += 1;
      await simulation.clock.sleep(80);
      return answer();
    };
  const services = servicesWith({
    service: counted(() => {
      const isUp = simulation.clock.now() >= seconds(upAt);
      const own = deploymentOf({
        createdAt: simulation.clock.now(),
        ...(isUp && { running: 1, rolloutState: 'COMPLETED' }),
      });
      return serviceOf([own], { targetGroups: [{ arn: 'arn:tg', container: 'app', port: 80 }] });
    }),
    targets: counted(() => [{ id: '10.0.0.1:80', state: 'healthy' }]),
  });
  return { services, looks: () => looks };
}

const NOTHING_LEFT: Leftovers = {
  tagged: async () => [],
  logGroups: async () => [],
  deleteLogGroup: async () => {},
  emptyRepository: async () => 0,
  deleteRepository: async () => {},
};

/** The most calls of any of some jitters. */
async function most(
  timelines: Readonly<Record<string, Timeline>>,
  work: (engine: Engine, simulation: Simulation) => Promise<unknown>,
): Promise<{ reads: number; writes: number }> {
  const counts = [];
  for (const random of [() => 0, () => 0.5, () => 0.999]) {
    const simulation = new Simulation(timelines);
    await simulation.clock.until(work(simulation.engine(random), simulation));
    counts.push(simulation);
  }
  return {
    reads: Math.max(...counts.map(({ reads }) => reads)),
    writes: Math.max(...counts.map(({ writes }) => writes)),
  };
}

async function expectWithin(
  name: keyof typeof CALL_BUDGET,
  timelines: Readonly<Record<string, Timeline>>,
  work: (engine: Engine, simulation: Simulation) => Promise<unknown>,
): Promise<void> {
  const { reads, writes } = CALL_BUDGET[name];
  const used = await most(timelines, work);
  expect(used.writes).toBe(writes);
  expect(used.reads).toBeLessThanOrEqual(reads);
  // A budget that is far from the truth says nothing.
  expect(used.reads).toBeGreaterThanOrEqual(reads * 0.5);
}

const plan = (...shortNames: string[]): Plan => ({
  prefix: 'p',
  stacks: shortNames.map(planned),
  leftOut: [],
  dependencies: new Map(),
});
const one = planned('one');
const NONE = { stack: undefined, template: undefined };

/** With the two reads of its snapshot. */
async function deployed(stack: PlannedStack, engine: Engine, options = OPTIONS): Promise<string> {
  const snapshots = await readSnapshots(plan(stack.shortName), engine);
  const result = await deployStack(stack, VALUES, snapshots.get(stack.shortName) ?? NONE, engine, options);
  if (result.outcome === 'failed') throw new Error(result.reason);
  return result.action;
}

it('nothing to do', () =>
  expectWithin('nothing', {}, async (engine, simulation) => {
    simulation.stand('p-one', 'CREATE_COMPLETE');
    expect(await deployed(one, engine)).toBe('none');
  }));

it('a dry run', () =>
  expectWithin('preview', { 'p-one': SHORT }, async engine => {
    expect(await deployed(one, engine, { ...OPTIONS, dryRun: true })).toBe('create');
  }));

it('twenty seconds', () =>
  expectWithin('short', { 'p-one': SHORT }, async engine => {
    expect(await deployed(one, engine)).toBe('create');
  }));

it('ten minutes', () =>
  expectWithin('long', { 'p-one': LONG }, async engine => {
    expect(await deployed(one, engine)).toBe('create');
  }));

it('a service that comes up in five minutes', async () => {
  const counts = [];
  for (const random of [() => 0, () => 0.5, () => 0.999]) {
    const simulation = new Simulation({ 'p-one': [['Service', 'AWS::ECS::Service', 1, 300]] });
    const { services, looks } = healthyService(simulation, 298);
    await simulation.clock.until(deployed(one, { ...simulation.engine(random), services }));
    counts.push(looks());
  }
  const { reads } = CALL_BUDGET.rollout;
  expect(Math.max(...counts)).toBeLessThanOrEqual(reads);
  expect(Math.max(...counts)).toBeGreaterThanOrEqual(reads * 0.75);
});

it('the three stacks of zap-obs', () =>
  expectWithin('demo', { 'p-vpc': NETWORK, 'p-monitoring': MONITORING, 'p-app': SERVICE }, async engine => {
    await Promise.all([deployed(planned('vpc'), engine), deployed(planned('monitoring'), engine)]);
    await deployed(planned('app'), engine);
  }));

it('a deletion', () =>
  expectWithin('deletion', { 'p-one': DELETION }, async (engine, simulation) => {
    simulation.stand('p-one', 'CREATE_COMPLETE');
    const snapshots = await readSnapshots(plan('one'), engine, 'all');
    const leftovers = NOTHING_LEFT;
    const allowed = { force: false, deleteRepositories: false, patience: 0 };
    const { stacks } = await teardown(plan('one'), new Map(), snapshots, { engine, leftovers, allowed }, false);
    expect(stacks[0]?.outcome).toBe('done');
  }));

it('a recovery', async () => {
  const minute: Timeline = [
    ['Topic', 'AWS::SNS::Topic', 1, 20],
    ['Queue', 'AWS::SQS::Queue', 21, 59],
  ];
  await expectWithin('recovery', { 'p-one': minute }, async (engine, simulation) => {
    simulation.stand('p-one', 'UPDATE_ROLLBACK_FAILED');
    expect(await deployed(one, engine)).toBe('recover');
  });
});

describe.each([
  ['twenty seconds', SHORT, 500, 1000],
  ['five minutes', FIVE_MINUTES, 4500, 8000],
  ['ten minutes', LONG, 10_000, 15_000],
] as const)('the end of %s', (_, timeline, usually, atWorst) => {
  it('is noticed soon', async () => {
    const delays: number[] = [];
    for (let shift = 0; shift < 40; shift += 1) {
      const shifted = timeline.map(
        ([id, type, from, to]) => [id, type, from, to + (to > 15 ? shift * 0.137 : 0)] as const,
      );
      const simulation = new Simulation({ 'p-one': shifted });
      await simulation.clock.until(
        deployed(
          one,
          simulation.engine(() => (shift % 7) / 7),
        ),
      );
      delays.push(simulation.clock.now() - simulation.end);
    }
    const sorted = delays.toSorted((a, b) => a - b);
    expect(sorted[20]).toBeLessThan(usually);
    expect(sorted.at(-1)).toBeLessThan(atWorst);
  });
});
