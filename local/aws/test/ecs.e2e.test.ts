import { DeleteStackCommand } from '@aws-sdk/client-cloudformation';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { testContainers } from './container-support.ts';
import { startTestAws, type TestAws } from './support.ts';

let aws: TestAws;
beforeAll(async () => {
  aws = await startTestAws({ containers: testContainers() });
}, 60_000);
afterAll(() => aws.close(), 120_000);

/** A server that says its version, finishes what it has begun, and ends when it is told to. */
const server = (version: string) => `
const { ECS_CONTAINER_METADATA_URI_V4: metadata, AWS_CONTAINER_CREDENTIALS_FULL_URI: role } = process.env;
const told = { '/task': metadata + '/task', '/stats': metadata + '/task/stats', '/role': role };
const server = require('node:http').createServer((request, response) => {
  if (told[request.url]) return fetch(told[request.url]).then(async answer => response.end(await answer.text()));
  setTimeout(() => response.end('${version}'), request.url === '/slow' ? 1000 : 20);
}).listen(5000, () => console.log('version ${version} listens'));
process.on('SIGTERM', () => server.close(() => process.exit(0)));`;

const template = (script: string) => ({
  Resources: {
    Logs: { Type: 'AWS::Logs::LogGroup', Properties: { LogGroupName: '/shop' } },
    Cluster: { Type: 'AWS::ECS::Cluster' },
    LoadBalancer: { Type: 'AWS::ElasticLoadBalancingV2::LoadBalancer', Properties: { Subnets: ['a', 'b'] } },
    Targets: {
      Type: 'AWS::ElasticLoadBalancingV2::TargetGroup',
      Properties: { Port: 5000, Protocol: 'HTTP', VpcId: 'vpc-1', TargetType: 'ip', HealthyThresholdCount: 2 },
    },
    Listener: {
      Type: 'AWS::ElasticLoadBalancingV2::Listener',
      Properties: {
        LoadBalancerArn: { Ref: 'LoadBalancer' },
        Port: 80,
        Protocol: 'HTTP',
        DefaultActions: [{ Type: 'forward', TargetGroupArn: { Ref: 'Targets' } }],
      },
    },
    Definition: {
      Type: 'AWS::ECS::TaskDefinition',
      Properties: {
        Family: 'shop',
        TaskRoleArn: 'arn:aws:iam::000000000000:role/shop',
        ContainerDefinitions: [
          {
            Name: 'app',
            Image: testContainers().images.node,
            Command: ['node', '-e', script],
            User: '10001',
            ReadonlyRootFilesystem: true,
            PortMappings: [{ ContainerPort: 5000 }],
            LogConfiguration: {
              LogDriver: 'awslogs',
              Options: { 'awslogs-group': '/shop', 'awslogs-region': 'us-east-1', 'awslogs-stream-prefix': 'ecs' },
            },
          },
        ],
      },
    },
    Service: {
      Type: 'AWS::ECS::Service',
      DependsOn: ['Listener'],
      Properties: {
        ServiceName: 'shop',
        Cluster: { Ref: 'Cluster' },
        TaskDefinition: { Ref: 'Definition' },
        DesiredCount: 1,
        DeploymentConfiguration: { DeploymentCircuitBreaker: { Enable: true, Rollback: true } },
        LoadBalancers: [{ ContainerName: 'app', ContainerPort: 5000, TargetGroupArn: { Ref: 'Targets' } }],
      },
    },
  },
  Outputs: { Url: { Value: { 'Fn::Sub': 'http://${LoadBalancer.DNSName}' } }, Cluster: { Value: { Ref: 'Cluster' } } },
});

/** A call as the CLI makes it, but for the signature, which is not looked at. */
async function call(target: string, input: object): Promise<Record<string, unknown[]>> {
  const service = target.startsWith('Logs') ? 'logs' : 'ecs';
  const authorization = `AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/${service}/aws4_request`;
  const headers = { authorization, 'x-amz-target': target };
  const response = await fetch(aws.url, { method: 'POST', headers, body: JSON.stringify(input) });
  return (await response.json()) as Record<string, unknown[]>;
}

/** Asks without a pause, until the work is done; what was answered, each answer once, and what was not 200. */
async function underLoad(url: string, work: Promise<unknown>): Promise<{ said: string[]; failures: string[] }> {
  let isDone = false;
  void work.finally(() => {
    isDone = true;
  });
  const said = new Set<string>();
  const failures: string[] = [];
  const ask = async (path: string) => {
    while (!isDone) {
      const answer = await fetch(`${url}${path}`, { signal: AbortSignal.timeout(30_000) });
      const text = await answer.text();
      if (answer.ok) said.add(text);
      else failures.push(`${answer.status} ${text}`);
    }
  };
  await Promise.all([ask('/'), ask('/slow'), work]);
  return { said: [...said], failures };
}

test('a service runs, is replaced without a failed request, survives a crash loop, and goes without a trace', async () => {
  const created = await aws.create('shop', template(server('one')));
  expect(created.StackStatus, JSON.stringify(await aws.story('shop'), null, 1)).toBe('CREATE_COMPLETE');
  const outputs = Object.fromEntries((created.Outputs ?? []).map(out => [out.OutputKey, out.OutputValue]));
  const url = String(outputs.Url);
  expect(await (await fetch(url)).text()).toBe('one');

  const ask = async (path: string) => JSON.parse(await (await fetch(`${url}${path}`)).text());
  const { Containers: [container] = [], ...task } = await ask('/task');
  expect(task).toMatchObject({ Family: 'shop', Revision: '1', KnownStatus: 'RUNNING' });
  expect(container).toMatchObject({ Name: 'app', KnownStatus: 'RUNNING' });
  expect((await ask('/stats'))[container.DockerId]).toMatchObject({ networks: { eth0: expect.anything() } });
  expect(await ask('/role')).toMatchObject({ RoleArn: 'arn:aws:iam::000000000000:role/shop' });

  const update = aws.update('shop', template(server('two')));
  const { said, failures } = await underLoad(url, update);
  expect((await update).StackStatus).toBe('UPDATE_COMPLETE');
  expect(failures).toEqual([]);
  expect(said).toEqual(['one', 'two']);
  expect(await (await fetch(url)).text()).toBe('two');

  const crash = aws.update('shop', template("console.error('Error: no $DATABASE'); process.exit(3)"));
  const meanwhile = await underLoad(url, crash);
  expect((await crash).StackStatus).toBe('UPDATE_ROLLBACK_COMPLETE');
  expect(meanwhile).toEqual({ said: ['two'], failures: [] });
  const ECS = 'AmazonEC2ContainerServiceV20141113';
  const cluster = outputs.Cluster;
  const listed = await call(`${ECS}.ListTasks`, { cluster, serviceName: 'shop', desiredStatus: 'STOPPED' });
  const { tasks = [] } = await call(`${ECS}.DescribeTasks`, { cluster, tasks: listed.taskArns });
  const crashed = (tasks as Record<string, unknown>[]).filter(
    ({ stopCode }) => stopCode === 'EssentialContainerExited',
  );
  expect(crashed).toHaveLength(3);
  expect(crashed[0]?.containers).toMatchObject([{ name: 'app', exitCode: 3 }]);
  const logStreamName = `ecs/app/${String(crashed[0]?.taskArn).split('/').at(-1)}`;
  const { events } = await call('Logs_20140328.GetLogEvents', { logGroupName: '/shop', logStreamName });
  expect(events).toMatchObject([{ message: 'Error: no $DATABASE' }]);

  const { services } = await call(`${ECS}.DescribeServices`, { cluster, services: ['shop'] });
  expect(services).toMatchObject([{ runningCount: 1, deployments: [{ rolloutState: 'COMPLETED' }] }]);

  await aws.cfn.send(new DeleteStackCommand({ StackName: created.StackId }));
  expect((await aws.settled(String(created.StackId))).StackStatus).toBe('DELETE_COMPLETE');
  const left = ['ps', '--all', '--quiet', '--filter', `label=zap-obs.local-aws=${process.pid}`];
  expect((await testContainers().run(left)).stdout).toBe('');
}, 240_000);
