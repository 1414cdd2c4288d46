import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { RunDocker } from '../../../src/compose/docker.ts';
import { folderPrefix, noteRegistry, removeOrphans } from '../src/containers/orphans.ts';

/** No process has it: it is above the most that Linux gives. */
const DEAD = 4_194_305;

let temporary: string;
let commands: string[];
beforeEach(() => {
  temporary = mkdtempSync(join(tmpdir(), 'zap-obs-orphans-'));
  commands = [];
});
afterEach(() => rmSync(temporary, { recursive: true, force: true }));

/** A Docker that has these containers and networks, and pushed images of two registries. */
function docker(containers: string[] = [], networks: string[] = []): RunDocker {
  return async args => {
    commands.push(args.join(' '));
    const isWhole = args.includes('label=zap-obs.local-aws');
    const lists: Record<string, string[]> = {
      ps: isWhole ? containers : [],
      network: isWhole ? networks : [],
      image: args[1] === 'ls' && args.includes('--digests') ? ['127.0.0.1:1/a:x|127.0.0.1:1/a@sha256:1'] : [],
    };
    return { code: 0, stdout: (lists[args[0] ?? ''] ?? []).join('\n'), stderr: '' };
  };
}

async function folderOf(pid: number, host?: string): Promise<string> {
  const path = join(temporary, `${folderPrefix(pid)}abc`);
  mkdirSync(path);
  if (host) await noteRegistry(path, host);
  return path;
}

const removed = () => commands.filter(command => / down /.test(command)).map(command => command.split(' ')[2]);

test('removes projects of killed processes, also those of which a network alone is left', async () => {
  await removeOrphans(
    docker([`${DEAD} gone`, `${process.pid} mine`], [`${DEAD} net`, `${process.pid} mine`]),
    temporary,
  );
  expect(removed().toSorted()).toEqual(['gone', 'net']);
});

test('removes folders and images of killed processes, and no others', async () => {
  const mine = await folderOf(process.pid, '127.0.0.1:2');
  const left = await folderOf(DEAD, '127.0.0.1:1');
  const other = join(temporary, 'zap-obs-aws-something');
  mkdirSync(other);
  await removeOrphans(docker(), temporary);
  expect([mine, left, other].map(path => existsSync(path))).toEqual([true, false, true]);
  expect(commands).toContain('image rm 127.0.0.1:1/a:x 127.0.0.1:1/a@sha256:1');
});

test('leaves images whose registry has the port of a killed one', async () => {
  await folderOf(process.pid, '127.0.0.1:1');
  await folderOf(DEAD, '127.0.0.1:1');
  await removeOrphans(docker(), temporary);
  expect(commands.filter(command => command.startsWith('image rm'))).toEqual([]);
});
