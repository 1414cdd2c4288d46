import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { start as startNode } from './command.ts';

const MAIN = fileURLToPath(new URL('../src/main.ts', import.meta.url));
const start = (...words: string[]) => startNode(MAIN, ...words);

async function endpoint(written: { out: string }): Promise<string> {
  await expect.poll(() => written.out, { timeout: 10_000 }).toMatch(/Ctrl-C stops it/);
  return /AWS_ENDPOINT_URL=(\S+)/.exec(written.out)?.[1] ?? '';
}

test('tells where it is, shows each call, and ends cleanly when it is told to', async () => {
  const { child, written, ended } = start('--port', '0');
  const url = await endpoint(written);
  expect(written.out).toContain('A local simulation of AWS');
  expect(written.out).toMatch(/Services: cloudformation, .*logs, xray/);
  await fetch(url, {
    method: 'POST',
    headers: { authorization: 'AWS4-HMAC-SHA256 Credential=AKIA/20260101/us-east-1/sts/aws4_request' },
    body: 'Action=GetCallerIdentity',
  });
  await fetch(url, { method: 'POST', body: 'Action=DescribeStacks' });
  await expect
    .poll(() => written.out)
    .toMatch(/ sts GetCallerIdentity 200\n\S+ unknown DescribeStacks 403 MissingAuthenticationToken\n$/);
  child.kill('SIGTERM');
  expect((await ended)[0]).toBe(0);
  expect(written.err).toBe('');
});

test('a taken port is one clear error', async () => {
  const first = start('--port', '0');
  const port = new URL(await endpoint(first.written)).port;
  const second = start('--port', port);
  expect((await second.ended)[0]).toBe(1);
  expect(second.written.err).toMatch(/^local AWS: the port is taken; choose another with --port \(.*EADDRINUSE.*\)\n$/);
});

test.each([
  [['--prot', '1'], /^local AWS: Unknown option '--prot'.*\nusage: /],
  [['--port', 'x'], /^local AWS: --port takes a number from 0 to 65535, not 'x'\n$/],
  [['--pace', '-1'], /^local AWS: .*--pace/],
])('%o is one clear error', async (words, message) => {
  const { written, ended } = start(...words);
  expect((await ended)[0]).toBe(1);
  expect(written.err).toMatch(message);
});
