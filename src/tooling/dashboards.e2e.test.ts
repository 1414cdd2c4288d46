import { execFile } from 'node:child_process';
import { setTimeout } from 'node:timers/promises';
import { promisify } from 'node:util';
import { type LocalAws, startLocalAws } from '@zap-obs/local-aws';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openLocalSession } from '../aws/session.aws.ts';
import { runDocker } from '../compose/docker.docker.ts';
import { signedFetch } from '../telemetry/amp.aws.ts';
import type { MetricsBackend } from '../telemetry/backends.ts';
import { prometheusOver } from '../telemetry/prometheus.ts';
import { type Dashboard, expressionsOf, filled, labelValuesOf, readDashboards } from './dashboards.ts';
import { imagesIn, localAwsImages } from './local-images.ts';
import { ROOT } from './repository.ts';
import { runBundle } from './run-bundle.ts';

const docker = promisify(execFile);
const images = imagesIn(process.env);
const dashboards = readDashboards();

/** Milliseconds for all panels: the container metrics, which come every 20 s, need three rounds at most. */
const PATIENCE = 150_000;

/**
 * What shows nothing in a deployment in which this does not happen. All else that shows faults only is provoked here: errors of
 * the application, AWS refusing what the collector sends, a metric that Prometheus cannot take.
 */
const EMPTY: Readonly<Record<string, string>> = {
  'collector.json, Spans, E': 'spans have no queue: X-Ray is written to at once',
  'collector.json, Metric points, E': 'a queue of the collector would have to be full',
  'collector.json, Log records, D': 'the collector tries for minutes before it counts log records as lost',
  'collector.json, Log records, E': 'a queue of the collector would have to be full',
};

let aws: LocalAws;
let url: string;
let metrics: MetricsBackend;

beforeAll(async () => {
  aws = await startLocalAws({ port: 0, pace: 0.005, containers: { run: runDocker, images: localAwsImages(images) } });
  const options = { endpoint: aws.url, workspace: ROOT };
  const built = await runBundle(
    'build-push',
    {
      context: 'zap-app',
      'stack-prefix': 'panels',
      'build-args': JSON.stringify({ NODE_IMAGE: images.NODE_IMAGE }),
      'collector-image': images.COLLECTOR_IMAGE,
      ...(process.env.NODE_EXTRA_CA_CERTS && {
        'secret-files': JSON.stringify({ ca: process.env.NODE_EXTRA_CA_CERTS }),
      }),
    },
    options,
  );
  expect(built.code, built.log).toBe(0);
  const deployed = await runBundle(
    'deploy',
    {
      'stack-prefix': 'panels',
      profile: 'lean',
      parameters: 'MetricInterval: 1000',
      'image-uri': built.outputs['image-uri'] ?? '',
      'collector-image-uri': built.outputs['collector-image-uri'] ?? '',
    },
    options,
  );
  expect(deployed.code, deployed.log).toBe(0);
  url = deployed.outputs['load-balancer-url'] ?? '';
  metrics = prometheusOver(
    deployed.outputs['metrics-endpoint'] ?? '',
    signedFetch(openLocalSession(aws.url, 'us-east-1')),
  );
});
afterAll(() => aws?.close());

/** What a user of the application, and trouble behind the collector, bring about. */
async function live(round: number): Promise<void> {
  for (const path of ['/', '/api/data', '/error', '/health']) await (await fetch(url + path)).text();
  await sendFromTask('logs', LOGS);
  await sendFromTask('metrics', METRICS);
  if (round % 5 !== 0) return;
  for (const action of ['PutTraceSegments', 'RemoteWrite'])
    aws.faults.inject({ fault: 'access-denied', action, times: 1 });
}

const SERVICE = { attributes: [{ key: 'service.name', value: { stringValue: 'other' } }] };
/** zap-app prints its log records; an application that sends them would send such. */
const LOGS = {
  resourceLogs: [{ resource: SERVICE, scopeLogs: [{ logRecords: [{ body: { stringValue: 'hello' } }] }] }],
};
/** Of delta temporality (1), which the collector's exporter cannot translate. */
const DELTA = {
  name: 'some.delta',
  sum: { aggregationTemporality: 1, isMonotonic: true, dataPoints: [{ asInt: '1' }] },
};
const METRICS = { resourceMetrics: [{ resource: SERVICE, scopeMetrics: [{ metrics: [DELTA] }] }] };

/** Sends OTLP from within the task, where alone the collector can be reached. */
async function sendFromTask(signal: 'logs' | 'metrics', body: object): Promise<void> {
  const script = `fetch('http://127.0.0.1:4318/v1/${signal}', { method: 'POST', headers: { 'content-type': 'application/json' },
    body: process.argv[1] }).then(response => process.exit(response.status < 600 ? 0 : 1), () => process.exit(1))`;
  await docker('docker', ['exec', await appContainer(), 'node', '-e', script, JSON.stringify(body)]);
}

async function appContainer(): Promise<string> {
  const filters = [`label=zap-obs.local-aws=${process.pid}`, 'label=com.docker.compose.service=app'];
  const args = ['ps', '--format', '{{.Names}}', ...filters.flatMap(filter => ['--filter', filter])];
  const [name] = (await docker('docker', args)).stdout.split('\n').filter(Boolean);
  if (name === undefined) throw new Error('no container of the application runs');
  return name;
}

/** The values that Grafana would choose: the first of each variable, and All where there is that. */
async function valuesOf({ templating }: Dashboard): Promise<Record<string, string>> {
  // Four times the scrape interval that a data source has by default, 15 s.
  const values: Record<string, string> = { __rate_interval: '1m', datasource: 'any' };
  for (const variable of templating.list) {
    const asked = labelValuesOf(variable);
    if (!asked) continue;
    const found = await metrics.query(`group by (${asked.label}) (${filled(asked.selector, values)})`);
    const first = found.map(({ labels }) => labels[asked.label] ?? '').sort()[0];
    if (first === undefined) throw new Error(`variable ${variable.name} has no values yet`);
    values[variable.name] = variable.allValue ?? first;
  }
  return values;
}

/** Which queries, `dashboard, panel, refId` each, show nothing; rejects when Prometheus does not take one. */
async function emptyQueries(): Promise<string[]> {
  const empty: string[] = [];
  for (const [file, dashboard] of dashboards) {
    for (const { panel, refId, expr } of expressionsOf(dashboard, await valuesOf(dashboard))) {
      const found = await metrics.query(expr);
      if (!found.some(({ value }) => !Number.isNaN(value))) empty.push(`${file}, ${panel}, ${refId}`);
    }
  }
  return empty;
}

describe('after a deployment that was used', () => {
  it('every query of every panel shows data, but for those of which it is known why not', async () => {
    const expected = Object.keys(EMPTY).sort();
    const deadline = Date.now() + PATIENCE;
    let seen: string[] = [];
    for (let round = 0; Date.now() < deadline; round += 1) {
      await live(round);
      seen = await emptyQueries().catch((error: Error) => [error.message]);
      if (seen.every(query => expected.includes(query))) break;
      await setTimeout(500);
    }
    expect(seen.sort()).toEqual(expected);
  });
});
