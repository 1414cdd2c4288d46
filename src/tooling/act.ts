// `npm run act -- WORKFLOW…`: our workflows under act, offline, against a local AWS: `pr-smoke`, `preview`, `deploy` and `teardown` in
// the order given, or `story`, which is all of them and a second deployment that has nothing to do.
//
// `--yes` and `--images` are those of `npm start`. With AWS_ENDPOINT_URL set, that one is used, such as a local AWS that goes on
// (`npm run aws -- --containers`); else one is started that ends with the run.
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { parseArgs, styleText } from 'node:util';
import { Cancelled, listenForCancellation } from '../runner/cancellation.ts';
import { renderFault, UserFault } from '../runner/fault.ts';
import { needAct } from './act/act-binary.ts';
import { ActProgress } from './act/act-progress.ts';
import { type ActOutcome, runAct } from './act/act-run.ts';
import { type ActScene, actRunOf, WORKFLOWS, type WorkflowName } from './act/act-workflows.ts';
import { imageChoice } from './images.ts';
import type { Images } from './local-images.ts';
import { ROOT } from './repository.ts';
import { type ContainerWishes, containersFor } from './start/containers.ts';
import { startAws } from './start/local-aws.ts';
import { say } from './start/steps.ts';

const STORY: readonly WorkflowName[] = ['pr-smoke', 'deploy', 'deploy', 'teardown'];
const USAGE = `Usage: npm run act -- ${WORKFLOWS.join('|')}|story … [--yes] [--images pulled|built]`;
const FOLDER = join(ROOT, '.tmp', 'act', String(process.pid));

const signal = listenForCancellation();
try {
  process.exitCode = await main(readFlags());
} catch (error) {
  if (error instanceof UserFault) for (const fault of error.faults) console.error(renderFault(fault));
  else if (!(error instanceof Cancelled)) throw error;
  process.exitCode = 1;
}

async function main({ names, ...wishes }: Flags): Promise<number> {
  await needAct();
  const images = await containersFor(wishes, say);
  if (!images)
    throw new UserFault({
      what: 'The workflows build and run containers',
      fix: 'See to Docker as said above, then run the same command again',
    });
  return await withEndpoint(images, endpoint => runAll(names, { endpoint, images }));
}

/** One that the user keeps, or one of this run's own. */
async function withEndpoint(images: Images, use: (endpoint: string) => Promise<number>): Promise<number> {
  const given = process.env.AWS_ENDPOINT_URL;
  if (given) {
    say(`AWS is what answers at ${given}.`);
    return await use(given);
  }
  const aws = await startAws(images);
  try {
    say(
      `Local AWS at ${aws.url}, in containers of this machine. Nothing is sent to AWS, nothing costs, nothing stays.`,
    );
    return await use(aws.url);
  } finally {
    await aws.close();
  }
}

/** The first that fails is the last. */
async function runAll(names: readonly WorkflowName[], scene: ActScene): Promise<number> {
  await rm(FOLDER, { recursive: true, force: true });
  await mkdir(FOLDER, { recursive: true });
  for (const [index, name] of names.entries()) {
    signal.throwIfAborted();
    const run = await actRunOf(name, scene);
    say(`${name}: ${run.workflow}, as \`${run.event}\` triggers it`);
    const began = performance.now();
    const progress = new ActProgress();
    const outcome = await runAct(run, {
      signal,
      notify(line) {
        const text = progress.line(line);
        if (text !== undefined) console.log(text);
      },
    });
    await showSummaries(outcome, `${index + 1}-${name}`);
    console.log(styleText('dim', `${((performance.now() - began) / 1000).toFixed(1)} s`));
    signal.throwIfAborted();
    if (outcome.code !== 0) return outcome.code;
  }
  return 0;
}

async function showSummaries({ lines }: ActOutcome, name: string): Promise<void> {
  for (const line of lines) {
    if (line.kind !== 'summary') continue;
    const file = join(FOLDER, `${name}-${line.job}.md`);
    await writeFile(file, line.markdown);
    const headline = /^#+ (.*)$/m.exec(line.markdown)?.[1] ?? '';
    console.log(`${headline} ${styleText('dim', `(${relative(process.cwd(), file)})`)}`);
  }
}

interface Flags extends ContainerWishes {
  names: readonly WorkflowName[];
}

function readFlags(): Flags {
  try {
    const { values, positionals } = parseArgs({
      options: { yes: { type: 'boolean', default: process.env.CI === 'true' }, images: { type: 'string' } },
      allowPositionals: true,
    });
    if (positionals.length === 0) throw new Error('No workflow is named');
    const wish = values.images ?? process.env.IMAGES;
    const images = wish ? imageChoice(wish, values.images ? '--images' : 'IMAGES') : undefined;
    return { names: positionals.flatMap(workflowsNamed), yes: values.yes, images };
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : error}\n${USAGE}`);
    process.exit(2);
  }
}

function workflowsNamed(name: string): readonly WorkflowName[] {
  if (name === 'story') return STORY;
  const known = WORKFLOWS.find(one => one === name);
  if (known) return [known];
  throw new Error(`There is no workflow '${name}' to run`);
}
