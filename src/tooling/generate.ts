// `npm run generate`: writes every file that derives from the declarations of the actions, or from the templates.
import { readFileSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { generatedFiles } from './generated-files.ts';
import { ROOT } from './repository.ts';

const files = generatedFiles(path => readFileSync(join(ROOT, path), 'utf8'));
for (const [path, content] of files) {
  await mkdir(dirname(join(ROOT, path)), { recursive: true });
  await writeFile(join(ROOT, path), content);
  console.log(`wrote ${path}`);
}
