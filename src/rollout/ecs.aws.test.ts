import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { openSession } from '../aws/session.aws.ts';
import { TransientError } from '../aws/transient-error.ts';
import { servicesOf } from './ecs.aws.ts';
import { WEB } from './fixtures.ts';

/** Calls as they came, and what answers them. */
let calls: { action: string; body: string; authorization: string }[];
let answers: Record<string, { status?: number; body: string }>;
let server: ReturnType<typeof createServer>;

beforeEach(async () => {
  calls = [];
  server = createServer(async (incoming, outgoing) => {
    const parts: Buffer[] = [];
    for await (const part of incoming) parts.push(part);
    const body = Buffer.concat(parts).toString();
    const action = String(incoming.headers['x-amz-target'] ?? new URLSearchParams(body).get('Action'));
    calls.push({ action, body, authorization: String(incoming.headers.authorization) });
    const { status = 200, body: answered } = answers[action] ?? { status: 400, body: '{"__type":"InvalidAction"}' };
    outgoing.writeHead(status).end(answered);
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  vi.stubEnv('AWS_ENDPOINT_URL', `http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'AKIALOCALEXAMPLE0000');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'local');
});
afterEach(() => {
  vi.unstubAllEnvs();
  server.closeAllConnections();
  server.close();
});

const json = (body: object) => ({ body: JSON.stringify(body) });
const ecs = (action: string) => `AmazonEC2ContainerServiceV20141113.${action}`;
const services = () => servicesOf(openSession('eu-north-1'));

it('reads a service as ECS describes it, signed for ECS', async () => {
  answers = {
    [ecs('DescribeServices')]: json({
      services: [
        {
          serviceName: 'web',
          status: 'ACTIVE',
          desiredCount: 2,
          runningCount: 1,
          deployments: [
            {
              id: 'ecs-svc/1',
              status: 'PRIMARY',
              taskDefinition: 'arn:td/web:1',
              desiredCount: 2,
              runningCount: 1,
              failedTasks: 3,
              rolloutState: 'FAILED',
              rolloutStateReason: 'circuit breaker',
              createdAt: 1767225600.5,
            },
          ],
          events: [{ id: 'e', createdAt: 1767225601, message: 'words' }],
          loadBalancers: [
            { targetGroupArn: 'arn:tg', containerName: 'app', containerPort: 8080 },
            { loadBalancerName: 'classic' },
          ],
        },
      ],
      failures: [],
    }),
  };
  expect(await services().service(WEB)).toEqual({
    name: 'web',
    status: 'ACTIVE',
    desired: 2,
    running: 1,
    controller: 'ECS',
    deployments: [
      {
        id: 'ecs-svc/1',
        status: 'PRIMARY',
        taskDefinition: 'arn:td/web:1',
        desired: 2,
        running: 1,
        failed: 3,
        rolloutState: 'FAILED',
        rolloutReason: 'circuit breaker',
        createdAt: 1767225600500,
      },
    ],
    events: [{ id: 'e', at: 1767225601000, message: 'words' }],
    targetGroups: [{ arn: 'arn:tg', container: 'app', port: 8080 }],
  });
  expect(JSON.parse(calls[0]?.body ?? '')).toEqual({ cluster: 'shop', services: ['web'] });
  expect(calls[0]?.authorization).toContain('/eu-north-1/ecs/aws4_request');
});

it('finds none where ECS has none', async () => {
  answers = { [ecs('DescribeServices')]: json({ services: [], failures: [{ reason: 'MISSING' }] }) };
  expect(await services().service(WEB)).toBeUndefined();
});

it('reads stopped tasks with exit codes', async () => {
  answers = {
    [ecs('ListTasks')]: json({ taskArns: ['arn:task/shop/a'] }),
    [ecs('DescribeTasks')]: json({
      tasks: [
        {
          taskArn: 'arn:task/shop/a',
          startedBy: 'ecs-svc/1',
          taskDefinitionArn: 'arn:td/web:1',
          stopCode: 'EssentialContainerExited',
          stoppedReason: 'Essential container in task exited',
          createdAt: 1,
          // Another one is started at once, however long this one takes to end.
          stoppingAt: 2,
          stoppedAt: 32,
          containers: [
            { name: 'app', exitCode: 0 },
            { name: 'collector', reason: 'x' },
          ],
        },
      ],
    }),
  };
  const arns = await services().stoppedTasks(WEB);
  expect(JSON.parse(calls[0]?.body ?? '')).toMatchObject({
    cluster: 'shop',
    serviceName: 'web',
    desiredStatus: 'STOPPED',
  });
  expect(await services().tasks(WEB, arns)).toEqual([
    {
      arn: 'arn:task/shop/a',
      id: 'a',
      startedBy: 'ecs-svc/1',
      taskDefinition: 'arn:td/web:1',
      stopCode: 'EssentialContainerExited',
      stoppedReason: 'Essential container in task exited',
      createdAt: 1000,
      stoppingAt: 2000,
      containers: [
        { name: 'app', exitCode: 0, reason: undefined },
        { name: 'collector', exitCode: undefined, reason: 'x' },
      ],
    },
  ]);
  expect(await services().tasks(WEB, [])).toEqual([]);
  expect(calls).toHaveLength(2);
});

it('knows where containers log, and which are essential: all that say nothing', async () => {
  const options = { 'awslogs-group': '/app', 'awslogs-stream-prefix': 'ecs', 'awslogs-region': 'us-east-1' };
  answers = {
    [ecs('DescribeTaskDefinition')]: json({
      taskDefinition: {
        containerDefinitions: [
          { name: 'app', logConfiguration: { logDriver: 'awslogs', options } },
          { name: 'collector', essential: false, logConfiguration: { logDriver: 'splunk', options: {} } },
        ],
      },
    }),
  };
  expect(await services().containers('arn:td/web:1')).toEqual([
    { name: 'app', isEssential: true, log: { group: '/app', region: 'us-east-1', streamPrefix: 'ecs' } },
    { name: 'collector', isEssential: false, log: undefined },
  ]);
});

it('reads the health of targets out of XML, signed for the load balancer', async () => {
  const member = (id: string, health: string) =>
    `<member><Target><Id>${id}</Id><Port>8080</Port></Target><TargetHealth>${health}</TargetHealth></member>`;
  answers = {
    DescribeTargetHealth: {
      body: `<DescribeTargetHealthResponse xmlns="http://elasticloadbalancing.amazonaws.com/doc/2015-12-01/"><DescribeTargetHealthResult><TargetHealthDescriptions>${member('10.0.0.1', '<State>healthy</State>')}${member('10.0.0.2', '<State>unhealthy</State><Reason>Target.ResponseCodeMismatch</Reason><Description>Health checks failed with these codes: [500]</Description>')}</TargetHealthDescriptions></DescribeTargetHealthResult><ResponseMetadata><RequestId>r</RequestId></ResponseMetadata></DescribeTargetHealthResponse>`,
    },
  };
  expect(await services().targets('arn:tg')).toEqual([
    { id: '10.0.0.1:8080', state: 'healthy', reason: undefined, description: undefined },
    {
      id: '10.0.0.2:8080',
      state: 'unhealthy',
      reason: 'Target.ResponseCodeMismatch',
      description: 'Health checks failed with these codes: [500]',
    },
  ]);
  expect(Object.fromEntries(new URLSearchParams(calls[0]?.body))).toEqual({
    Action: 'DescribeTargetHealth',
    Version: '2015-12-01',
    TargetGroupArn: 'arn:tg',
  });
  expect(calls[0]?.authorization).toContain('/eu-north-1/elasticloadbalancing/aws4_request');
});

it('reads the end of a log stream in the region of the log, and nothing of one that is not there', async () => {
  answers = { 'Logs_20140328.GetLogEvents': json({ events: [{ message: 'a' }, { message: 'b' }] }) };
  const log = { group: '/app', region: 'us-east-1', stream: 'ecs/app/a' };
  expect(await services().lastLines(log, 20)).toEqual(['a', 'b']);
  expect(JSON.parse(calls[0]?.body ?? '')).toEqual({
    logGroupName: '/app',
    logStreamName: 'ecs/app/a',
    limit: 20,
    startFromHead: false,
  });
  expect(calls[0]?.authorization).toContain('/us-east-1/logs/');
  answers = { 'Logs_20140328.GetLogEvents': { status: 400, body: '{"__type":"ResourceNotFoundException"}' } };
  expect(await services().lastLines(log, 20)).toEqual([]);
});

it('has ECS take back the deployment that goes on', async () => {
  answers = {
    [ecs('ListServiceDeployments')]: json({ serviceDeployments: [{ serviceDeploymentArn: 'arn:sd' }] }),
    [ecs('StopServiceDeployment')]: json({ serviceDeploymentArn: 'arn:sd' }),
  };
  expect(await services().rollBack(WEB)).toBe(true);
  expect(calls.map(({ body }) => JSON.parse(body))).toEqual([
    { cluster: 'shop', service: 'web', status: ['PENDING', 'IN_PROGRESS'] },
    { serviceDeploymentArn: 'arn:sd', stopType: 'ROLLBACK' },
  ]);
  answers = { [ecs('ListServiceDeployments')]: json({ serviceDeployments: [] }) };
  expect(await services().rollBack(WEB)).toBe(false);
});

it('says what is not allowed, and makes a look only once', async () => {
  answers = { [ecs('DescribeServices')]: { status: 400, body: '{"__type":"AccessDeniedException","message":"no"}' } };
  await expect(services().service(WEB)).rejects.toThrow('The credentials do not allow `ecs:DescribeServices`');
  answers = { [ecs('DescribeServices')]: { status: 500, body: '{}' } };
  await expect(services().service(WEB)).rejects.toBeInstanceOf(TransientError);
  expect(calls).toHaveLength(2);
});
