import { afterEach, expect, test } from 'vitest';
import { startTestAws, type TestAws } from './support.ts';

let aws: TestAws;
afterEach(() => aws.close());

/** A service behind a target group, whose task definition prints into a log group; `version` makes it a new one. */
const template = (version: string, service: object = {}, more: object = {}) => ({
  Resources: {
    Logs: { Type: 'AWS::Logs::LogGroup', Properties: { LogGroupName: '/shop' } },
    Cluster: { Type: 'AWS::ECS::Cluster' },
    Targets: {
      Type: 'AWS::ElasticLoadBalancingV2::TargetGroup',
      Properties: { Port: 80, Protocol: 'HTTP', VpcId: 'vpc-1' },
    },
    Definition: {
      Type: 'AWS::ECS::TaskDefinition',
      Properties: {
        Family: 'shop',
        Cpu: '256',
        Memory: '512',
        TaskRoleArn: 'arn:aws:iam::000000000000:role/shop',
        ContainerDefinitions: [
          {
            Name: 'app',
            Image: `shop:${version}`,
            LogConfiguration: {
              LogDriver: 'awslogs',
              Options: { 'awslogs-group': '/shop', 'awslogs-region': 'us-east-1', 'awslogs-stream-prefix': 'ecs' },
            },
          },
          { Name: 'collector', Image: 'collector:1', Essential: false },
        ],
      },
    },
    Service: {
      Type: 'AWS::ECS::Service',
      ...more,
      Properties: {
        ServiceName: 'shop',
        Cluster: { Ref: 'Cluster' },
        TaskDefinition: { Ref: 'Definition' },
        DesiredCount: 2,
        DeploymentConfiguration: { DeploymentCircuitBreaker: { Enable: true, Rollback: true } },
        LoadBalancers: [{ ContainerName: 'app', ContainerPort: 80, TargetGroupArn: { Ref: 'Targets' } }],
        ...service,
      },
    },
  },
  Outputs: { Cluster: { Value: { Ref: 'Cluster' } }, Targets: { Value: { Ref: 'Targets' } } },
});

interface Answer {
  [name: string]: unknown;
}

/** A call as the CLI makes it, but for the signature, which is not looked at. */
async function call(action: string, input: object, service = 'ecs'): Promise<Answer> {
  const target = { ecs: 'AmazonEC2ContainerServiceV20141113', logs: 'Logs_20140328' }[service];
  const response = await fetch(aws.url, {
    method: 'POST',
    headers: {
      authorization: `AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/${service}/aws4_request`,
      'x-amz-target': `${target}.${action}`,
    },
    body: JSON.stringify(input),
  });
  return (await response.json()) as Answer;
}

async function targetHealth(arn: string): Promise<string[]> {
  const response = await fetch(aws.url, {
    method: 'POST',
    headers: { authorization: 'AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/elasticloadbalancing/aws4_request' },
    body: new URLSearchParams({ Action: 'DescribeTargetHealth', Version: '2015-12-01', TargetGroupArn: arn }),
  });
  return [...(await response.text()).matchAll(/<State>(\w+)<\/State>/g)].map(([, state = '']) => state);
}

async function described(cluster: string) {
  const { services } = await call('DescribeServices', { cluster, services: ['shop'] });
  return (services as Answer[])[0] as Answer & { deployments: Answer[]; events: { message: string }[] };
}

async function outputs(): Promise<Record<string, string>> {
  const { Outputs = [] } = await aws.stack('shop');
  return Object.fromEntries(Outputs.map(({ OutputKey = '', OutputValue = '' }) => [OutputKey, OutputValue]));
}

test('a service without containers runs as many tasks as it shall, all targets healthy, and says that it is simulated', async () => {
  aws = await startTestAws();
  await aws.create('shop', template('1'));
  const { Cluster = '', Targets = '' } = await outputs();
  const service = await described(Cluster);
  expect(service).toMatchObject({
    status: 'ACTIVE',
    desiredCount: 2,
    runningCount: 2,
    deployments: [{ status: 'PRIMARY', rolloutState: 'COMPLETED', runningCount: 2, desiredCount: 2, failedTasks: 0 }],
  });
  expect(service.events[0]?.message).toBe('(service shop) has reached a steady state. (simulated: no Docker)');
  expect(await targetHealth(Targets)).toEqual(['healthy', 'healthy']);

  const { taskArns } = await call('ListTasks', { cluster: Cluster, serviceName: 'shop' });
  const { tasks } = await call('DescribeTasks', { cluster: Cluster, tasks: taskArns as string[] });
  expect(tasks).toMatchObject([
    {
      lastStatus: 'RUNNING',
      startedBy: service.deployments[0]?.id,
      containers: [{ name: 'app' }, { name: 'collector' }],
    },
    { lastStatus: 'RUNNING' },
  ]);
});

test('an update replaces the tasks, and the definition that it was made of is still known', async () => {
  aws = await startTestAws();
  await aws.create('shop', template('1'));
  const { Cluster = '', Targets = '' } = await outputs();
  const before = await described(Cluster);
  await aws.update('shop', template('2'));
  const after = await described(Cluster);
  expect(after.deployments).toHaveLength(1);
  expect(after.deployments[0]?.id).not.toBe(before.deployments[0]?.id);
  expect(after.taskDefinition).toMatch(/shop:2$/);
  expect(await targetHealth(Targets)).toEqual(['healthy', 'healthy']);
  const old = await call('DescribeTaskDefinition', { taskDefinition: String(before.taskDefinition) });
  expect(old.taskDefinition).toMatchObject({
    status: 'INACTIVE',
    containerDefinitions: [
      { image: 'shop:1', essential: true, logConfiguration: { options: { 'awslogs-group': '/shop' } } },
      { essential: false },
    ],
  });
});

test('a crash loop triggers the circuit breaker, leaves stopped tasks and what they printed, and the former tasks go on', async () => {
  aws = await startTestAws();
  await aws.create('shop', template('1'));
  const { Cluster = '', Targets = '' } = await outputs();
  const before = await call('ListTasks', { cluster: Cluster, serviceName: 'shop' });
  aws.faults.inject({ fault: 'crash-loop', resource: 'Service' });
  const { StackStatus } = await aws.update('shop', template('2'));
  expect(StackStatus).toBe('UPDATE_ROLLBACK_COMPLETE');
  expect(await aws.story('shop')).toContainEqual(
    expect.stringContaining(
      `Service UPDATE_FAILED: Resource handler returned message: "Error occurred during operation 'ECS Deployment Circuit Breaker was triggered'."`,
    ),
  );
  const { taskArns } = await call('ListTasks', { cluster: Cluster, serviceName: 'shop', desiredStatus: 'STOPPED' });
  const { tasks } = await call('DescribeTasks', { cluster: Cluster, tasks: taskArns as string[] });
  const crashed = (tasks as Answer[]).filter(({ stopCode }) => stopCode === 'EssentialContainerExited');
  // Two run at a time; the third failure triggers it, when the fourth may have failed too.
  expect([3, 4]).toContain(crashed.length);
  const [task] = crashed;
  expect(task).toMatchObject({
    stopCode: 'EssentialContainerExited',
    stoppedReason: 'Essential container in task exited',
    containers: [{ name: 'app', exitCode: 1 }, { name: 'collector' }],
  });
  const stream = `ecs/app/${String(task?.taskArn).split('/').at(-1)}`;
  const { events } = await call('GetLogEvents', { logGroupName: '/shop', logStreamName: stream }, 'logs');
  expect(events).toMatchObject([{ message: 'starting' }, { message: 'FATAL: DATABASE_URL is not set' }]);

  expect(await call('ListTasks', { cluster: Cluster, serviceName: 'shop' })).toEqual(before);
  expect((await described(Cluster)).taskDefinition).toMatch(/shop:1$/);
  expect(await targetHealth(Targets)).toEqual(['healthy', 'healthy']);
  const { serviceDeployments } = await call('ListServiceDeployments', { cluster: Cluster, service: 'shop' });
  expect(serviceDeployments).toMatchObject([{ status: 'ROLLBACK_SUCCESSFUL' }, { status: 'SUCCESSFUL' }]);
});

test('a new service whose tasks fail fails its stack; nothing of it is left', async () => {
  aws = await startTestAws();
  aws.faults.inject({ fault: 'failing-health-checks' });
  const { StackStatus } = await aws.create('shop', template('1'));
  expect(StackStatus).toBe('ROLLBACK_COMPLETE');
});

test('CloudFormation may call a service complete that ECS has rolled back', async () => {
  aws = await startTestAws();
  await aws.create('shop', template('1'));
  const { Cluster = '' } = await outputs();
  aws.faults.inject({ fault: 'crash-loop' });
  aws.faults.inject({ fault: 'rollback-reported-complete' });
  const { StackStatus } = await aws.update('shop', template('2'));
  expect(StackStatus).toBe('UPDATE_COMPLETE');
  expect((await described(Cluster)).taskDefinition).toMatch(/shop:1$/);
});

test('a crash loop without a circuit breaker goes on until somebody stops the deployment', async () => {
  aws = await startTestAws();
  const free = { DeploymentConfiguration: { DeploymentCircuitBreaker: { Enable: false, Rollback: false } } };
  await aws.create('shop', template('1', free));
  const { Cluster = '' } = await outputs();
  aws.faults.inject({ fault: 'crash-loop' });
  const updating = aws.update('shop', template('2', free));
  let made: Answer | undefined;
  while (!made) {
    const { serviceDeployments } = await call('ListServiceDeployments', {
      cluster: Cluster,
      service: 'shop',
      status: ['IN_PROGRESS'],
    });
    [made] = serviceDeployments as Answer[];
  }
  await call('StopServiceDeployment', { serviceDeploymentArn: made.serviceDeploymentArn, stopType: 'ROLLBACK' });
  expect((await updating).StackStatus).toBe('UPDATE_ROLLBACK_COMPLETE');
  expect((await described(Cluster)).deployments).toMatchObject([{ rolloutState: 'COMPLETED' }]);
});

test('a scalable target raises the count into its range', async () => {
  aws = await startTestAws();
  const { Resources } = template('1', { DesiredCount: { Ref: 'AWS::NoValue' } });
  const Scaling = {
    Type: 'AWS::ApplicationAutoScaling::ScalableTarget',
    Properties: {
      ServiceNamespace: 'ecs',
      ScalableDimension: 'ecs:service:DesiredCount',
      ResourceId: { 'Fn::Sub': 'service/${Cluster}/${Service.Name}' },
      MinCapacity: 3,
      MaxCapacity: 6,
    },
  };
  await aws.create('shop', { ...template('1'), Resources: { ...Resources, Scaling } });
  const { Cluster = '' } = await outputs();
  expect(await described(Cluster)).toMatchObject({ desiredCount: 3, runningCount: 3 });
});

test('a task learns of itself, and gets credentials of its role, without a signature', async () => {
  aws = await startTestAws();
  await aws.create('shop', template('1'));
  const { Cluster = '' } = await outputs();
  const { taskArns } = await call('ListTasks', { cluster: Cluster });
  const id = String((taskArns as string[])[0])
    .split('/')
    .at(-1);
  const ask = async (path: string) => (await (await fetch(`${aws.url}/ecs/${path}`)).json()) as Answer;
  expect(await ask(`v4/${id}-app/task`)).toMatchObject({
    Family: 'shop',
    Revision: '1',
    KnownStatus: 'RUNNING',
    Limits: { CPU: 0.25, Memory: 512 },
    LaunchType: 'FARGATE',
    Containers: [{ Name: 'app', LogOptions: { 'awslogs-stream': `ecs/app/${id}` } }, { Name: 'collector' }],
  });
  expect(await ask(`v4/${id}-collector`)).toMatchObject({ Name: 'collector', KnownStatus: 'RUNNING' });
  const credentials = await ask(`credentials/${id}`);
  expect(credentials).toMatchObject({ RoleArn: 'arn:aws:iam::000000000000:role/shop', Token: expect.any(String) });
  expect((await fetch(`${aws.url}/ecs/credentials/none`)).ok).toBe(false);
});
