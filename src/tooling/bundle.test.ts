import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { ROOT } from './repository.ts';

const MEGABYTE = 1024 ** 2;
const read = (folder: string) =>
  Object.fromEntries(readdirSync(folder).map(name => [name, readFileSync(join(folder, name))]));

describe('dist', () => {
  it('is what `npm run build` makes of the sources', { timeout: 120_000 }, () => {
    const fresh = mkdtempSync(join(tmpdir(), 'zap-obs-dist-'));
    try {
      execFileSync(process.execPath, [join(ROOT, 'src/tooling/bundle.ts'), fresh], {
        stdio: ['ignore', 'ignore', 'inherit'],
      });
      const [expected, committed] = [read(fresh), read(join(ROOT, 'dist'))];
      expect(Object.keys(committed)).toEqual(Object.keys(expected));
      for (const [name, content] of Object.entries(expected))
        expect(committed[name]?.equals(content), `${name} is stale: run npm run build`).toBe(true);
    } finally {
      rmSync(fresh, { recursive: true, force: true });
    }
  });

  it('holds a local AWS that needs nothing beside it, and is ready soon', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'zap-obs-dist-'));
    const file = join(folder, 'local-aws.mjs');
    copyFileSync(join(ROOT, 'dist/local-aws.js'), file);
    const child = spawn(process.execPath, [file, '--port', '0'], { cwd: folder, stdio: ['ignore', 'pipe', 'inherit'] });
    try {
      const [line] = await once(createInterface(child.stdout), 'line');
      const [, url] = /^A local simulation of AWS.* Endpoint (\S+),/.exec(line) ?? [];
      expect(await (await fetch(`${url}/health`)).json()).toMatchObject({ services: ['xray', 'logs', 'sts'] });
      child.kill('SIGTERM');
      expect(await once(child, 'close')).toEqual([0, null]);
      expect(readFileSync(file).length).toBeLessThan(MEGABYTE / 8);
    } finally {
      child.kill('SIGKILL');
      rmSync(folder, { recursive: true, force: true });
    }
  });

  it('stays within the size that every job downloads', () => {
    const files = Object.values(read(join(ROOT, 'dist')));
    const bytes = files.reduce((sum, file) => sum + file.length, 0);
    const packed = gzipSync(Buffer.concat(files)).length;
    expect(bytes).toBeLessThan(4 * MEGABYTE);
    expect(packed).toBeLessThan(MEGABYTE);
  });
});
