import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { afterEach, expect, test } from 'vitest';

const MAIN = fileURLToPath(new URL('../src/main.ts', import.meta.url));
const started: ChildProcess[] = [];
afterEach(() => {
  for (const child of started.splice(0)) child.kill('SIGKILL');
});

/** A started command line, with all that it has written so far. */
function start(...words: string[]) {
  const child = spawn(process.execPath, [MAIN, ...words], { env: { PATH: process.env.PATH } });
  started.push(child);
  const written = { out: '', err: '' };
  child.stdout.on('data', chunk => {
    written.out += chunk;
  });
  child.stderr.on('data', chunk => {
    written.err += chunk;
  });
  return { child, written, ended: once(child, 'close') };
}

async function endpoint(written: { out: string }): Promise<string> {
  await expect.poll(() => written.out, { timeout: 10_000 }).toMatch(/Ctrl-C stops it/);
  return /AWS_ENDPOINT_URL=(\S+)/.exec(written.out)?.[1] ?? '';
}

test('tells where it is, shows each call, and ends cleanly when it is told to', async () => {
  const { child, written, ended } = start('--port', '0');
  const url = await endpoint(written);
  expect(written.out).toContain('A local simulation of AWS');
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
