import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { DeleteStackCommand } from '@aws-sdk/client-cloudformation';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openLocalSession } from '../../../src/aws/session.aws.ts';
import type { ComposeProject } from '../../../src/compose/project.ts';
import { signedFetch } from '../../../src/telemetry/amp.aws.ts';
import { prometheusOver } from '../../../src/telemetry/prometheus.ts';
import { collectorConfig } from '../../../src/tooling/collector-config.ts';
import { ROOT } from '../../../src/tooling/repository.ts';
import type { ComposeFile, Containers } from '../src/containers/containers.ts';
import { relayService } from '../src/containers/relay.ts';
import { WELL_KNOWN_KEYS } from '../src/wire/access-keys.ts';
import { testContainers } from './container-support.ts';
import { startTestAws, type TestAws } from './support.ts';

const COLLECTOR = process.env.COLLECTOR_IMAGE ?? 'public.ecr.aws/aws-observability/aws-otel-collector:v0.49.0';
const TEMPLATE = {
  Resources: { Metrics: { Type: 'AWS::APS::Workspace' } },
  Outputs: { Endpoint: { Value: { 'Fn::GetAtt': ['Metrics', 'PrometheusEndpoint'] } } },
};
const LIMIT = 120_000;

let aws: TestAws;
let containers: Containers;
let endpoint: string;

beforeAll(async () => {
  aws = await startTestAws({ containers: testContainers() });
  if (!aws.containers) throw new Error('it was started with containers');
  containers = aws.containers;
  const { Outputs, StackStatus } = await aws.create('metrics', TEMPLATE);
  expect(StackStatus).toBe('CREATE_COMPLETE');
  endpoint = Outputs?.[0]?.OutputValue ?? '';
});
afterAll(() => aws.close());

/**
 * What a task's application does here: it gives the collector what ECS says of the task, and sends a metric until the collector
 * has taken it; then, one after another, what that was half a minute earlier.
 */
const app = (metric: string) => `
  const task = {
    Cluster: 'test', TaskARN: 'arn:aws:ecs:us-east-1:000000000000:task/test/${metric}', Family: 'test', Revision: '1',
    LaunchType: 'FARGATE', AvailabilityZone: 'us-east-1a', Containers: [],
  };
  require('node:http').createServer(({ url }, response) => {
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify(url.endsWith('/stats') ? {} : url.endsWith('/task') ? task : { Labels: {} }));
  }).listen(8004, '127.0.0.1');
  const now = Date.now();
  const push = (value, at) => fetch('http://127.0.0.1:4318/v1/metrics', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ resourceMetrics: [{
      resource: { attributes: [{ key: 'service.name', value: { stringValue: 'shop' } }] },
      scopeMetrics: [{ metrics: [{
        name: '${metric}', gauge: { dataPoints: [{ asDouble: value, timeUnixNano: String(BigInt(at) * 1000000n) }] },
      }] }],
    }] }),
  }).then(({ ok }) => ok, () => false);
  (async () => {
    while (!(await push(42, now))) await new Promise(resolve => setTimeout(resolve, 200));
    let late = 0;
    setInterval(() => push(41, now - 30_000 + ++late), 300);
  })();
`;

/** A task of three containers, named after the metric that it sends, with credentials in its environment. */
function task(metric: string, secretAccessKey: string): ComposeFile['services'] {
  const relay = `${metric}-relay`;
  const inTask = { network_mode: `service:${relay}`, depends_on: { [relay]: { condition: 'service_healthy' } } };
  return {
    [relay]: relayService(containers, { port: aws.port }),
    [`${metric}-app`]: { image: containers.images.node, command: ['node', '-e', app(metric)], ...inTask },
    [metric]: {
      image: COLLECTOR,
      command: ['--config=env:AOT_CONFIG_CONTENT'],
      user: '4317:4317',
      ...inTask,
      environment: {
        // Compose would take its dollar signs for variables of its own.
        AOT_CONFIG_CONTENT: collectorConfig(
          readFileSync(join(ROOT, 'cloudformation/2-ecs-fargate-template.yaml'), 'utf8'),
        ).replaceAll('$', '$$$$'),
        AWS_REGION: 'us-east-1',
        AWS_ENDPOINT_URL: aws.url,
        AWS_PROMETHEUS_ENDPOINT: `${endpoint}api/v1/remote_write`,
        AWS_ACCESS_KEY_ID: WELL_KNOWN_KEYS.example.accessKeyId,
        AWS_SECRET_ACCESS_KEY: secretAccessKey,
        ECS_CONTAINER_METADATA_URI_V4: 'http://127.0.0.1:8004/v4/collector',
        METRIC_INTERVAL_MILLISECONDS: '1000',
        TELEMETRY_LOG_GROUP: '/aws/ecs/zap-adot-logs',
      },
    },
  };
}

/** Looks until there is something to see; says what the log ends with when there never is. */
async function eventually<T>(look: () => Promise<T | undefined>, project: ComposeProject, service: string): Promise<T> {
  const deadline = Date.now() + LIMIT;
  for (;;) {
    const seen = await look();
    if (seen !== undefined) return seen;
    if (Date.now() > deadline) {
      throw new Error((await project.logs(service, 30, AbortSignal.timeout(30_000))).join('\n'));
    }
    await pause(500);
  }
}

test("the template's collector writes to a workspace, also what is late, and is refused with a wrong secret", async () => {
  const signal = AbortSignal.timeout(2 * LIMIT);
  const services = { ...task('right', WELL_KNOWN_KEYS.example.secretAccessKey), ...task('wrong', 'another secret') };
  const project = await containers.project('tasks', { services });
  await project.start(signal, () => {});

  const amp = prometheusOver(endpoint, signedFetch(openLocalSession(aws.url, 'us-east-1')));
  const found = await eventually(async () => (await amp.query('right{job="shop"}'))[0], project, 'right');
  expect(found).toMatchObject({ value: 42, labels: { job: 'shop', instance: 'right' } });
  // Of those that are late, the collector puts some in order, with what it has sent in the same second.
  await eventually(async () => (await amp.query('count_over_time(right[5m]) > 10'))[0], project, 'right');
  expect(await amp.query('right')).toEqual([found]);

  const refused = await eventually(
    async () => (await project.logs('wrong', 200, signal)).find(line => line.includes('403')),
    project,
    'wrong',
  );
  expect(refused).toContain('The request signature we calculated does not match the signature you provided');
  expect(await amp.query('wrong')).toEqual([]);
  expect(aws.calls).toContainEqual(expect.objectContaining({ service: 'aps', action: 'RemoteWrite', status: 204 }));
  await containers.remove(project);
});

test('a workspace answers as Prometheus does, and is gone with its stack', async () => {
  const { Outputs, StackId = '' } = await aws.create('short', TEMPLATE);
  const send = signedFetch(openLocalSession(aws.url, 'us-east-1'));
  const url = `${Outputs?.[0]?.OutputValue}api/v1/`;
  expect((await send(`${url}query`, { method: 'POST', body: 'query=up' })).status).toBe(400);
  const form = { method: 'POST', headers: { 'content-type': 'application/x-www-form-urlencoded' } };
  expect(await (await send(`${url}query`, { ...form, body: 'query=1' })).json()).toMatchObject({ status: 'success' });
  expect(await (await send(`${url}labels?match[]=up`, {})).json()).toEqual({ status: 'success', data: [] });
  await aws.cfn.send(new DeleteStackCommand({ StackName: 'short' }));
  await aws.settled(StackId);
  expect((await send(`${url}labels`, {})).status).toBe(404);
});
