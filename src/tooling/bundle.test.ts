import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
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

  it('stays within the size that every job downloads', () => {
    const files = Object.values(read(join(ROOT, 'dist')));
    const bytes = files.reduce((sum, file) => sum + file.length, 0);
    const packed = gzipSync(Buffer.concat(files)).length;
    expect(bytes).toBeLessThan(4 * MEGABYTE);
    expect(packed).toBeLessThan(MEGABYTE);
  });
});
