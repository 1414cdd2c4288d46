// `npm run generate`: writes every file that derives from the declarations of the actions or from a template.
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { generatedFiles } from './generated-files.ts';
import { readGenerationSources } from './generation-sources.ts';
import { ROOT } from './repository.ts';

const files = generatedFiles(readGenerationSources());
for (const [path, content] of files) {
  await mkdir(dirname(join(ROOT, path)), { recursive: true });
  await writeFile(join(ROOT, path), content);
  console.log(`wrote ${path}`);
}
