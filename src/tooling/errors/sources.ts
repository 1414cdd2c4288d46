import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../repository.ts';
import { reachOf } from './reach.ts';
import { treeOf } from './syntax.ts';

/** The text of every source that the bundle is made of, by path from the root of the repository. */
export function shippedSources(): Map<string, string> {
  const files = globSync('src/**/*.ts', { cwd: ROOT, exclude: ['src/tooling/**', '**/*.test.ts'] }).sort();
  const all = new Map(files.map(file => [file, readFileSync(join(ROOT, file), 'utf8')]));
  const reached = reachOf('src/index.ts', new Map([...all].map(([file, text]) => [file, treeOf(text, file)])));
  return new Map([...all].filter(([file]) => reached.has(file)));
}
