import { chmodSync, existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { Cancelled } from '../runner/cancellation.ts';
import { runDocker } from './docker.docker.ts';

const folder = mkdtempSync(join(tmpdir(), 'zap-obs-docker-'));
const PATH = process.env.PATH ?? '';
process.env.PATH = [folder, PATH].join(delimiter);
afterAll(() => {
  process.env.PATH = PATH;
  rmSync(folder, { recursive: true, force: true });
});

function docker(script: string): void {
  writeFileSync(join(folder, 'docker'), `#!/bin/sh\n${script}\n`);
  chmodSync(join(folder, 'docker'), 0o755);
}

it('passes arguments as they are, and variables in the environment alone', async () => {
  docker(`printf '%s|' "$@"; echo; echo "$SECRET"; pwd; exit 3`);
  const finished = await runDocker(['a b', '$(touch x)', `'; rm -rf`, '*'], { env: { SECRET: 's3cret' } });
  expect(finished).toEqual({ code: 3, stdout: "a b|$(touch x)|'; rm -rf|*|\ns3cret\n/\n", stderr: '' });
});

it('hands over what is to be read, and an end where nothing is', async () => {
  docker('cat; echo end');
  expect((await runDocker([], { input: 's3cret' })).stdout).toBe('s3cretend\n');
  expect((await runDocker([])).stdout).toBe('end\n');
  docker('exec <&-; exit 4');
  expect((await runDocker([], { input: 'x'.repeat(1_000_000) })).code).toBe(4);
});

it('gives lines of both streams as they come, without colours', async () => {
  docker(`printf '\\033[31mred\\033[0m\\r\\n'; echo "last" >&2; printf 'no end'`);
  const lines: string[] = [];
  const { stdout, stderr } = await runDocker([], { onLine: line => lines.push(line) });
  expect(lines.toSorted()).toEqual(['last', 'no end', 'red']);
  expect([stdout, stderr]).toEqual(['red\nno end\n', 'last\n']);
});

it('keeps the beginning and the end of what is too much', async () => {
  docker(`echo first; yes 0123456789012345678901234567890123456789 | head -c 3000000; echo; echo last`);
  const { stdout } = await runDocker([]);
  expect(stdout.length).toBeLessThan(1_100_000);
  expect([stdout.startsWith('first\n'), stdout.endsWith('\nlast\n')]).toEqual([true, true]);
});

it('ends the command and all that it has started when it is cancelled', async () => {
  const file = join(folder, 'late');
  docker(`(sleep 1; touch ${file}) & echo started; wait`);
  const cancelled = new AbortController();
  const onLine = () => cancelled.abort(new Cancelled('SIGTERM'));
  await expect(runDocker([], { signal: cancelled.signal, onLine })).rejects.toThrow('SIGTERM');
  docker('sleep 1.3');
  await runDocker([]);
  expect(existsSync(file)).toBe(false);
});
