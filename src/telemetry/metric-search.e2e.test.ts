import { afterAll, beforeAll, expect, it } from 'vitest';
import { testContainers } from '../../local/aws/test/container-support.ts';
import { startTestAws, type TestAws } from '../../local/aws/test/support.ts';
import { openLocalSession } from '../aws/session.aws.ts';
import { systemClock } from '../runner/clock.ts';
import { signedFetch } from './amp.aws.ts';
import type { ExpectedMetric } from './expectations.ts';
import { request } from './fixtures.ts';
import { MetricSearch } from './metric-search.ts';
import type { Labels } from './metric-series.ts';
import { HEAT, REQUESTS, TIMES } from './metric-world.ts';
import { prometheusOver, type Send } from './prometheus.ts';
import type { SentRequest } from './traffic.ts';

// What the fake Prometheus of the other tests pretends, of a real one.
const TEMPLATE = {
  Resources: { Metrics: { Type: 'AWS::APS::Workspace' } },
  Outputs: { Endpoint: { Value: { 'Fn::GetAtt': ['Metrics', 'PrometheusEndpoint'] } } },
};
const HOUR = 3600_000;
const LATE = 'late';
const yesterday = Date.now() - 26 * HOUR;

let aws: TestAws;
let endpoint: string;
let send: Send;

beforeAll(async () => {
  aws = await startTestAws({ containers: testContainers() });
  const { Outputs } = await aws.create('metrics', TEMPLATE);
  endpoint = Outputs?.[0]?.OutputValue ?? '';
  send = signedFetch(openLocalSession(aws.url, 'us-east-1'));
  // The oldest first: what is older than the last by more than an hour is refused.
  await write([counted(LATE, 'a'), yesterday, 5]);
});
afterAll(() => aws.close());

type Written = readonly [labels: Labels, at: number, value: number];

/** https://prometheus.io/docs/specs/prw/remote_write_spec/: a WriteRequest of protobuf, in a block of Snappy. */
async function write(...samples: Written[]): Promise<void> {
  const series = samples.map(([labels, at, value]) => {
    const sorted = Object.entries(labels).sort(([one], [other]) => (one < other ? -1 : 1));
    const written = sorted.map(([name, text]) =>
      field(1, Buffer.concat([field(1, Buffer.from(name)), field(2, Buffer.from(text))])),
    );
    const number = Buffer.alloc(9, (1 << 3) | 1);
    number.writeDoubleLE(value, 1);
    return field(1, Buffer.concat([...written, field(2, Buffer.concat([number, Buffer.from([2 << 3]), varint(at)]))]));
  });
  const response = await send(`${endpoint}api/v1/remote_write`, {
    method: 'POST',
    headers: { 'content-type': 'application/x-protobuf', 'content-encoding': 'snappy' },
    body: uncompressed(Buffer.concat(series)),
  });
  expect([response.status, await response.text()]).toEqual([204, '']);
}

function field(number: number, bytes: Buffer): Buffer {
  return Buffer.concat([Buffer.from([(number << 3) | 2]), varint(bytes.length), bytes]);
}

function varint(number: number): Buffer {
  const bytes: number[] = [];
  let rest = BigInt(number);
  for (; rest > 127n; rest >>= 7n) bytes.push(Number(rest & 127n) | 128);
  return Buffer.from([...bytes, Number(rest)]);
}

/** Snappy takes what is not compressed, too: https://github.com/google/snappy/blob/main/format_description.txt */
function uncompressed(bytes: Buffer): Buffer {
  const length = Buffer.alloc(3, 61 << 2);
  length.writeUInt16LE(bytes.length - 1, 1);
  return Buffer.concat([varint(bytes.length), length, bytes]);
}

function counted(service: string, instance: string, route = '/'): Labels {
  return { __name__: 'shop_requests_total', job: service, instance, route };
}

function search(service: string, metrics: readonly ExpectedMetric[], exclusive = true): MetricSearch {
  const backend = prometheusOver(endpoint, send);
  return new MetricSearch({ backend, metrics, service, exclusive, clock: systemClock });
}

function answered(count: number): SentRequest[] {
  const answer = { kind: 'answered', status: 200, ms: 0, body: '', isCut: false } as const;
  return Array.from({ length: count }, () => ({
    request: request(),
    traceId: '',
    startedAt: Date.now(),
    answer,
    findings: [],
  }));
}

it('counts what has risen since the baseline: over restarts, after a silence, of new instances', async () => {
  const service = 'odd "shop" (1)\\';
  const now = Date.now();
  await write([counted(service, 'sleeper'), now - 2 * HOUR, 500]);
  await write([counted(service, 'a'), now - 20_000, 100], [counted(service, 'b'), now - 20_000, 7]);
  await write([counted(service, 'a'), now - 10_000, 105], [counted(service, 'b'), now - 10_000, 7]);
  const metrics = search(service, [REQUESTS]);
  await metrics.baseline();
  metrics.answered(answered(19));
  // Samples are at whole milliseconds, and each process has its own.
  const begun = Date.now();
  await systemClock.sleep(10);
  await write([counted(service, 'a'), begun + 1, 110], [counted(service, 'b'), begun + 1, 9]);
  await write([counted(service, 'a'), begun + 2, 3], [counted(service, 'sleeper'), begun + 2, 505]);
  await write([counted(service, 'c'), begun + 2, 4], [counted(service, 'b'), begun + 2, 9]);
  const [finding] = await metrics.look(false);
  expect(finding?.seen).toBe('rose by 19 (4 instances: a 8, b 2, c 4, sleeper 5) for 19 requests');
  expect(metrics.evidence().counts[0]?.increase).toBe(19);
});

it('explains by what only wide queries show: old data, what the collector dropped, another clock', async () => {
  const metrics = search(LATE, [REQUESTS, TIMES, HEAT], false);
  const failures = {
    __name__: 'otelcol_exporter_prometheusremotewrite_failed_translations_total',
    job: 'otel-collector',
  };
  await write([failures, Date.now() - 10_000, 3]);
  await metrics.baseline();
  metrics.answered(answered(1));
  await systemClock.sleep(10);
  const now = Date.now();
  await write([failures, now, 5], [{ __name__: 'shop_heat', job: LATE, instance: 'a' }, now + 300_000, 20]);
  const [requests, times, heat] = await metrics.explain(await metrics.look(true));
  expect(requests).toMatchObject({
    passed: false,
    seen: "last sample 26 h old: yesterday's data",
    cause: expect.stringContaining(` is from ${new Date(yesterday).toISOString().slice(0, 19)}Z, 26 h`),
  });
  expect(times).toMatchObject({ passed: false, cause: expect.stringContaining('failed 2 times to translate metrics') });
  expect(heat).toMatchObject({ passed: false, cause: expect.stringContaining('clock is about 300 s ahead of') });
});

it('finds the service that sends instead', async () => {
  const metrics = search('shopp', [HEAT], false);
  await metrics.baseline();
  metrics.answered(answered(1));
  await write([{ __name__: 'shop_heat', job: 'prod/shop', instance: 'a' }, Date.now(), 20]);
  const [heat] = await metrics.explain(await metrics.look(true));
  expect(heat?.cause).toBe('`shopp` has sent no metrics, but a metric of this name has arrived of `shop`');
});
