import { once } from 'node:events';
import { request } from 'node:http';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { CALL_FAULTS } from '../src/faults/calls.ts';
import { TELEMETRY_FAULTS } from '../src/faults/telemetry.ts';
import { faults } from '../src/index.ts';
import { start as startNode } from './command.ts';
import { caller } from './telemetry-support.ts';

const MAIN = fileURLToPath(new URL('../src/telemetry-main.ts', import.meta.url));
const start = (...words: string[]) => startNode(MAIN, ...words);

async function endpoint(written: { out: string }): Promise<string> {
  await expect.poll(() => written.out, { timeout: 10_000 }).toMatch(/Endpoint/);
  return /Endpoint (http:\S+),/.exec(written.out)?.[1] ?? '';
}

test('serves X-Ray, CloudWatch Logs and STS alone, says so, and goes at once', async () => {
  const { child, written, ended } = start('--port', '0', '--host', '127.0.0.1');
  const url = await endpoint(written);
  expect(written.out).toMatch(/^A local simulation of AWS, only xray, logs, sts: nothing here reaches a cloud/);
  expect(await (await fetch(`${url}/health`)).json()).toMatchObject({ services: ['xray', 'logs', 'sts'] });
  const [xray, logs] = [caller(() => url, 'xray'), caller(() => url, 'logs')];
  expect((await xray('GetTraceSegmentDestination', {})).body).toEqual({ Destination: 'XRay', Status: 'ACTIVE' });
  expect(await logs('CreateLogGroup', { logGroupName: '/a' })).toMatchObject({ status: 200 });
  const authorization = 'AWS4-HMAC-SHA256 Credential=AKIA/20260101/us-east-1/cloudformation/aws4_request';
  const other = await fetch(url, { method: 'POST', headers: { authorization }, body: 'Action=DescribeStacks' });
  expect(await other.text()).toContain('The local AWS has no service cloudformation; it has: xray, logs, sts');
  await expect
    .poll(() => written.out)
    .toMatch(/ xray GetTraceSegmentDestination 200\n\S+ logs CreateLogGroup 200\n\S+ cloudformation /);
  // A request that has not ended yet does not hold it.
  const { hostname, port } = new URL(url);
  const open = request({ hostname, port, method: 'POST' }).on('error', () => {});
  open.write('Action=');
  await once(open, 'socket');
  child.kill('SIGTERM');
  expect((await ended)[0]).toBe(0);
  expect(written.err).toBe('');
});

test('has the faults of calls and of telemetry', async () => {
  const { written } = start('--port', '0', '--quiet', '--fault', 'access-denied:PutTraceSegments');
  const url = await endpoint(written);
  const put = await caller(() => url, 'xray')('TraceSegments', { TraceSegmentDocuments: ['{}'] });
  expect(put).toMatchObject({ status: 403, code: 'AccessDeniedException' });
  expect(written.out).not.toContain('PutTraceSegments');
  const wrong = start('--port', '0', '--fault', 'resource-fails');
  expect((await wrong.ended)[0]).toBe(1);
  expect(wrong.written.err).toMatch(
    /^local AWS: no fault is called 'resource-fails'; there are: throttled, .*late-traces/,
  );
  expect(Object.keys(faults)).toEqual(expect.arrayContaining(Object.keys({ ...CALL_FAULTS, ...TELEMETRY_FAULTS })));
});

test.each([
  [['--prot', '1'], /^local AWS: Unknown option '--prot'.*\nusage: node local-aws\.js/],
  [['--port', 'x'], /^local AWS: --port takes a number from 0 to 65535, not 'x'\n$/],
])('%o is one clear error', async (words, message) => {
  const { written, ended } = start(...words);
  expect((await ended)[0]).toBe(1);
  expect(written.err).toMatch(message);
});
