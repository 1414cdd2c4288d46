// `npm run build`: tsc → build/ → ncc → minified dist/, with one stub for each action and one for what comes after the job.
// Equal sources give equal bytes.
import { execFileSync } from 'node:child_process';
import { cpSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { minifySync } from 'rolldown/utils';
import { actions } from '../index.ts';
import { ROOT } from './repository.ts';

const [target = join(ROOT, 'dist')] = process.argv.slice(2);
bundle(resolve(target));

function bundle(dist: string): void {
  const build = join(ROOT, 'build');
  rmSync(build, { recursive: true, force: true });
  rmSync(dist, { recursive: true, force: true });
  const run = (tool: string, ...args: string[]) =>
    execFileSync(tool, args, { cwd: ROOT, stdio: ['ignore', 'ignore', 'inherit'] });
  run('tsc', '--project', 'src/tooling/tsconfig.build.json');
  // ncc reads the nearest package.json to learn that these are modules.
  cpSync(join(ROOT, 'package.json'), join(build, 'package.json'));
  run('ncc', 'build', join(build, 'index.js'), '--out', dist, '--license', 'LICENSES.txt', '--quiet');
  minify(dist);
  writeFileSync(
    join(dist, 'clean-up.js'),
    `// Most jobs leave nothing under way, and then nothing is loaded.
if (Object.entries(process.env).some(([name, value]) => name.startsWith('STATE_unfinished_') && value)) {
  const { cleanUp } = await import('./index.js');
  await cleanUp();
}
`,
  );
  for (const name of Object.keys(actions)) {
    writeFileSync(
      join(dist, `${name}.js`),
      `import { fileURLToPath } from 'node:url';\nimport { main } from './index.js';\n\nawait main('${name}', fileURLToPath(new URL('..', import.meta.url)));\n`,
    );
  }
}

/** ncc's own switch leaves out all chunks but the first. Names stay: a bug report's stack trace is made of them. */
function minify(dist: string): void {
  for (const file of readdirSync(dist).filter(name => name.endsWith('.js'))) {
    const path = join(dist, file);
    const { code, errors } = minifySync(file, readFileSync(path, 'utf8'), {
      module: true,
      mangle: { keepNames: true },
    });
    if (errors[0]) throw new Error(`${file} cannot be minified: ${errors[0].message}`);
    writeFileSync(path, code);
  }
}
