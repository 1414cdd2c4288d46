import { glob, readFile, realpath } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startTestAws, type TestAws } from './support.ts';

/** What ECS answers, held against the model of the API that the AWS CLI has. Runs with ZAP_TEST_TOOLS=1. */

interface Shape {
  type: string;
  members?: Record<string, { shape: string }>;
  member?: { shape: string };
  key?: { shape: string };
  value?: { shape: string };
}
interface Model {
  shapes: Record<string, Shape>;
  operations: Record<string, { output: { shape: string } }>;
}

let aws: TestAws;
let model: Model;

beforeAll(async () => {
  model = JSON.parse(await readFile(await modelOfCli(), 'utf8'));
  aws = await startTestAws();
  await aws.create('shop', {
    Resources: {
      Cluster: { Type: 'AWS::ECS::Cluster', Properties: { ClusterName: 'shop' } },
      Targets: {
        Type: 'AWS::ElasticLoadBalancingV2::TargetGroup',
        Properties: { Port: 80, Protocol: 'HTTP', VpcId: 'v' },
      },
      Definition: {
        Type: 'AWS::ECS::TaskDefinition',
        Properties: {
          Family: 'shop',
          Cpu: '256',
          Memory: '512',
          ContainerDefinitions: [
            {
              Name: 'app',
              Image: 'a',
              Environment: [{ Name: 'A', Value: 'b' }],
              PortMappings: [{ ContainerPort: 80 }],
            },
          ],
        },
      },
      Service: {
        Type: 'AWS::ECS::Service',
        Properties: {
          ServiceName: 'shop',
          Cluster: { Ref: 'Cluster' },
          TaskDefinition: { Ref: 'Definition' },
          DesiredCount: 1,
          LoadBalancers: [{ ContainerName: 'app', ContainerPort: 80, TargetGroupArn: { Ref: 'Targets' } }],
        },
      },
    },
  });
});
afterAll(() => aws.close());

/** The model is beside the CLI's code, where pip has installed it. */
async function modelOfCli(): Promise<string> {
  for (const folder of (process.env.PATH ?? '').split(delimiter)) {
    const home = await realpath(join(folder, '..')).catch(() => '');
    for await (const file of glob(`${home}/lib/python3*/site-packages/{awscli/,}botocore/data/ecs/*/service-2.json`))
      return file;
  }
  throw new Error('no AWS CLI of pip is on PATH, whose botocore is needed: `pip install awscli`');
}

async function call(action: string, input: object): Promise<Record<string, unknown>> {
  const response = await fetch(aws.url, {
    method: 'POST',
    headers: {
      authorization: 'AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/ecs/aws4_request',
      'x-amz-target': `AmazonEC2ContainerServiceV20141113.${action}`,
    },
    body: JSON.stringify(input),
  });
  expect(response.status).toBe(200);
  return (await response.json()) as Record<string, unknown>;
}

const SCALARS: Readonly<Record<string, string>> = {
  string: 'string',
  boolean: 'boolean',
  integer: 'number',
  long: 'number',
  double: 'number',
  timestamp: 'number',
};

/** Where a value is not what the model says, each as a path with what is wrong there. */
function faultsIn(value: unknown, name: string, path = ''): string[] {
  const shape = model.shapes[name];
  if (!shape) return [`${path}: no shape ${name}`];
  if (shape.type === 'list')
    return Array.isArray(value)
      ? value.flatMap((item, index) => faultsIn(item, shape.member?.shape ?? '', `${path}[${index}]`))
      : [`${path}: no list`];
  if (shape.type in SCALARS)
    return typeof value === SCALARS[shape.type] ? [] : [`${path}: ${typeof value}, not ${shape.type}`];
  if (typeof value !== 'object' || value === null) return [`${path}: no ${shape.type}`];
  return Object.entries(value).flatMap(([key, item]) => {
    const member = shape.type === 'map' ? shape.value : shape.members?.[key];
    return member ? faultsIn(item, member.shape, `${path}.${key}`) : [`${path}.${key}: unknown`];
  });
}

test('every answer is in the shape that the API model gives it', async () => {
  const cluster = 'shop';
  const deployments = await call('ListServiceDeployments', { cluster, service: 'shop' });
  const [deployment] = deployments.serviceDeployments as { serviceDeploymentArn: string }[];
  const { taskArns } = await call('ListTasks', { cluster });
  const calls: Record<string, object> = {
    DescribeClusters: { clusters: [cluster] },
    ListServices: { cluster },
    DescribeServices: { cluster, services: ['shop', 'none'] },
    ListServiceDeployments: { cluster, service: 'shop' },
    DescribeServiceDeployments: { serviceDeploymentArns: [deployment?.serviceDeploymentArn] },
    ListTasks: { cluster },
    DescribeTasks: { cluster, tasks: taskArns },
    DescribeTaskDefinition: { taskDefinition: 'shop' },
    UpdateService: { cluster, service: 'shop', forceNewDeployment: true },
  };
  for (const [action, input] of Object.entries(calls)) {
    const faults = faultsIn(await call(action, input), model.operations[action]?.output.shape ?? '', action);
    expect(faults).toEqual([]);
  }
});
