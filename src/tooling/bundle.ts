// `npm run build`: tsc → build/ → ncc → minified dist/, with one stub for each action and one for what comes after the job;
// and the part of the local AWS that takes telemetry, which a compose file runs in a container.
// Equal sources give equal bytes.
import { execFileSync } from 'node:child_process';
import { appendFileSync, cpSync, globSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { build as rolldown } from 'rolldown';
import { minifySync } from 'rolldown/utils';
import { actions } from '../index.ts';
import { ROOT } from './repository.ts';

const [target = join(ROOT, 'dist')] = process.argv.slice(2);
await bundle(resolve(target));

async function bundle(dist: string): Promise<void> {
  const build = join(ROOT, 'build');
  rmSync(build, { recursive: true, force: true });
  rmSync(dist, { recursive: true, force: true });
  // By path: the module ids of ncc follow from where it is itself, which must not be another checkout on PATH.
  const run = (tool: string, ...args: string[]) =>
    execFileSync(join(ROOT, 'node_modules/.bin', tool), args, { cwd: ROOT, stdio: ['ignore', 'ignore', 'inherit'] });
  run('tsc', '--project', 'src/tooling/tsconfig.build.json');
  // ncc reads the nearest package.json to learn that these are modules.
  cpSync(join(ROOT, 'package.json'), join(build, 'package.json'));
  run('ncc', 'build', join(build, 'index.js'), '--out', dist, '--license', 'LICENSES.txt', '--quiet');
  await bundleLocalAws(dist);
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

/** One file without CloudFormation and its schemas; the licences of what it holds join those of the rest. */
async function bundleLocalAws(dist: string): Promise<void> {
  const { output } = await rolldown({
    input: join(ROOT, 'local/aws/src/telemetry-main.ts'),
    platform: 'node',
    output: { file: join(dist, 'local-aws.js'), format: 'esm' },
    logLevel: 'warn',
  });
  const packages = output.flatMap(file => (file.type === 'chunk' ? file.moduleIds : [])).flatMap(packageOf);
  const file = join(dist, 'LICENSES.txt');
  const listed = readFileSync(file, 'utf8');
  for (const folder of [...new Set(packages)].sort()) {
    const { name, license } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
    if (new RegExp(`^${name}$`, 'm').test(listed)) continue;
    const [text] = globSync(join(folder, '{LICENSE,LICENCE,license}*'));
    appendFileSync(file, `\n\n${name}\n${license}\n${text === undefined ? '' : readFileSync(text, 'utf8')}`);
  }
}

/** The folder of the package that a module belongs to; none for a module of this repository. */
function packageOf(module: string): string[] {
  return /^.*\/node_modules\/(?:@[^/]+\/)?[^/]+/.exec(module.replaceAll('\\', '/')) ?? [];
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
