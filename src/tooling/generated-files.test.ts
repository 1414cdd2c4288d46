import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { actions } from '../index.ts';
import { generatedFiles, specs } from './generated-files.ts';
import { ROOT } from './repository.ts';

const onDisk = (path: string) => readFileSync(join(ROOT, path), 'utf8');
const files = generatedFiles(onDisk);

it.each([...files.keys()])('%s is as `npm run generate` writes it', path => {
  expect(onDisk(path)).toBe(files.get(path));
});

it('every action of the bundle is declared, and the other way round', async () => {
  expect(specs.map(({ name }) => name)).toEqual(Object.keys(actions));
  for (const [name, load] of Object.entries(actions)) expect((await load()).action.spec.name).toBe(name);
});
