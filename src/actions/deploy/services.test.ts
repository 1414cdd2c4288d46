import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type FaultProxy, startFaultProxy } from '../../tooling/fault-proxy.ts';
import { scenarios } from '../../tooling/scenario.ts';
import { type ScriptedLook, type ScriptedTask, scriptedService } from '../../tooling/scripted-service.ts';
import { action as deploy } from './run.ts';

// CloudFormation waits for a service as long as the template says; what ECS says of it in the meantime is told by the test.
const scenario = scenarios(0.01);
const { run, statusOf } = scenario;
const service = scriptedService();

let proxy: FaultProxy;
beforeAll(async () => {
  proxy = await startFaultProxy(() => scenario.aws.url);
  process.env.AWS_ENDPOINT_URL = proxy.url;
});
afterEach(() => proxy.decide(() => 'pass'));
afterAll(() => proxy.close());

/** A service that CloudFormation waits for, in hundredths of a second. */
const FILES = (version: string, wait: number, more = '') => ({
  'stacks.yaml': 'stacks:\n  one: { template: one.yaml }\n',
  'one.yaml': `Parameters:
  AppPort: { Type: Number, Default: 8080 }
Resources:
  Cluster: { Type: AWS::ECS::Cluster }
  TaskDefinition:
    Type: AWS::ECS::TaskDefinition
    Properties:
      Family: web
      ContainerDefinitions: [{ Name: app, Image: "shop/web:${version}" }]
  Service:
    Type: AWS::ECS::Service
    Metadata: { "zap-local:seconds": ${wait * 100}${more} }
    Properties: { Cluster: !Ref Cluster, TaskDefinition: !Ref TaskDefinition }
`,
});
const own = (prefix: string, more: Record<string, string> = {}) => ({
  'stack-prefix': prefix,
  'stacks-file': 'stacks.yaml',
  ...more,
});

const former = (status: 'PRIMARY' | 'ACTIVE') =>
  ({ id: 'ecs-svc/1', revision: 1, status, at: -3600, running: 1, rolloutState: 'COMPLETED' }) as const;
const fresh = {
  id: 'ecs-svc/2',
  revision: 2,
  status: 'PRIMARY',
  at: 0,
  running: 0,
  rolloutState: 'IN_PROGRESS',
} as const;
const completed = { ...fresh, running: 1, rolloutState: 'COMPLETED' } as const;
const back = { ...former('PRIMARY'), id: 'ecs-svc/3', at: 5 };
const crashed: ScriptedTask = {
  stopCode: 'EssentialContainerExited',
  stoppedReason: 'Essential container in task exited',
  containers: [
    { name: 'app', exitCode: 1 },
    { name: 'collector', exitCode: 143 },
  ],
};
const LINES = {
  '/ecs/app': [
    'listening soon',
    '::error::not a command | <img src=x> ``` @somebody',
    'Error: DATABASE_URL is not set',
  ],
  '/ecs/collector': ['Everything is ready. Begin running and processing data.'],
};
const healthy = [{ state: 'healthy' }];

/** A stack whose service runs its first version. */
async function stands(prefix: string): Promise<void> {
  service.play([{ deployments: [{ ...completed, id: 'ecs-svc/1', revision: 1 }], targets: healthy }]);
  proxy.decide(service.fate);
  const { code } = await run(deploy, own(prefix), FILES('1', 0));
  expect(code).toBe(0);
}

function plays(looks: readonly ScriptedLook[]): void {
  service.play(looks, LINES);
  proxy.decide(service.fate);
}

const looping: ScriptedLook[] = [
  { deployments: [fresh, former('ACTIVE')], stopped: [crashed] },
  { deployments: [fresh, former('ACTIVE')], stopped: [crashed, crashed] },
  {
    deployments: [fresh, former('ACTIVE')],
    stopped: [crashed, crashed, crashed],
    events: ['(service web) is unable to consistently start tasks successfully.'],
  },
  { deployments: [back], targets: healthy },
];

describe('a crash loop', () => {
  it('of an update ends the wait: the update is taken back, and the former version runs', async () => {
    await stands('loop');
    plays(looping);
    const { code, host, transcript } = await run(deploy, own('loop'), FILES('2', 600));
    await expect(transcript).toMatchFileSnapshot('__transcripts__/service-crash-loop.md');
    expect([code, await statusOf('loop-one')]).toEqual([1, 'UPDATE_ROLLBACK_COMPLETE']);
    expect(host.log.at(-1)).toContain(
      'one.yaml:10:3: Stack `loop-one` failed (UPDATE_ROLLBACK_COMPLETE) because of `Service`',
    );
  });

  it('of a creation that ECS may not be told to stop has the stack deleted', async () => {
    plays(looping.slice(0, 3).map(({ stopped = [] }) => ({ deployments: [fresh], stopped })));
    scenario.aws.faults.inject({ fault: 'resource-hangs', stack: 'born-one', resource: 'Service', seconds: 600 });
    const { code, transcript } = await run(deploy, own('born'), FILES('1', 0));
    await expect(transcript).toMatchFileSnapshot('__transcripts__/service-crash-loop-new.md');
    expect([code, await statusOf('born-one')]).toEqual([1, undefined]);
  });

  it('is none where a task fails twice, and the next one comes up', async () => {
    await stands('once');
    plays([...looping.slice(0, 2), { deployments: [completed], stopped: [crashed, crashed], targets: healthy }]);
    const { code, host, writes } = await run(deploy, own('once'), FILES('2', 3));
    expect([code, writes]).toEqual([0, ['cloudformation:CreateChangeSet', 'cloudformation:ExecuteChangeSet']]);
    expect(host.log).toContain('one: Service: verified, 1 of 1 tasks run web:2, 1 of 1 targets healthy');
  });
});

it('failing health checks end the wait, with what the load balancer saw', async () => {
  await stands('sick');
  const sick: ScriptedTask = {
    stopCode: 'ServiceSchedulerInitiated',
    stoppedReason: 'Task failed ELB health checks in (target-group arn:tg)',
    containers: [
      { name: 'app', exitCode: 143 },
      { name: 'collector', exitCode: 0 },
    ],
  };
  const events = [
    '(service web) (port 8080) is unhealthy in (target-group arn:tg) due to (reason Health checks failed with these codes: [500])',
  ];
  plays([
    { deployments: [fresh, former('ACTIVE')], stopped: [sick], events },
    { deployments: [fresh, former('ACTIVE')], stopped: [sick, sick], events },
    { deployments: [back], targets: healthy },
  ]);
  const { code, transcript } = await run(deploy, own('sick'), FILES('2', 600));
  await expect(transcript).toMatchFileSnapshot('__transcripts__/service-health-checks.md');
  expect([code, await statusOf('sick-one')]).toEqual([1, 'UPDATE_ROLLBACK_COMPLETE']);
});

it("what CloudFormation fails by ECS's circuit breaker is explained by its tasks", async () => {
  await stands('breaker');
  const reason = 'ECS deployment circuit breaker: tasks failed to start.';
  const failed = { ...fresh, status: 'ACTIVE', rolloutState: 'FAILED', rolloutReason: reason } as const;
  // Too few for a verdict of our own.
  plays([{ deployments: [back, failed], stopped: [crashed], targets: healthy }]);
  const fail = `, "zap-local:fail": "Resource handler returned message: \\"Error occurred during operation 'ECS Deployment Circuit Breaker was triggered'.\\""`;
  const { code, transcript } = await run(deploy, own('breaker'), FILES('2', 0, fail));
  await expect(transcript).toMatchFileSnapshot('__transcripts__/service-circuit-breaker.md');
  expect([code, await statusOf('breaker-one')]).toEqual([1, 'UPDATE_ROLLBACK_COMPLETE']);
});

it('what CloudFormation calls complete, and ECS has rolled back, is a failure', async () => {
  await stands('green');
  const reason = 'ECS deployment circuit breaker: tasks failed to start.';
  const failed = { ...fresh, status: 'ACTIVE', rolloutState: 'FAILED', rolloutReason: reason } as const;
  plays([{ deployments: [back, failed], stopped: [crashed, crashed, crashed], targets: healthy }]);
  const { code, transcript } = await run(deploy, own('green'), FILES('2', 0));
  await expect(transcript).toMatchFileSnapshot('__transcripts__/service-rolled-back.md');
  expect([code, await statusOf('green-one')]).toEqual([1, 'UPDATE_COMPLETE']);
});

describe('what may not be looked at', () => {
  it('is said once, and changes nothing', async () => {
    await stands('blind');
    proxy.decide(({ action }) =>
      action === 'DescribeServices'
        ? { status: 400, body: JSON.stringify({ __type: 'AccessDeniedException', message: 'no' }) }
        : 'pass',
    );
    const { code, host } = await run(deploy, own('blind'), FILES('2', 1));
    expect(code).toBe(0);
    expect(host.log.filter(line => line.includes('ecs:DescribeServices'))).toHaveLength(1);
  });
});
