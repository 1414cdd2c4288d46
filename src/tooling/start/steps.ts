import { mkdir, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { styleText } from 'node:util';
import type { LocalAws } from '@zap-obs/local-aws';
import { UserFault } from '../../runner/fault.ts';
import { ROOT } from '../repository.ts';
import { type BundleRun, runBundle } from '../run-bundle.ts';

/** The headline of what comes next. */
export function say(text: string): void {
  console.log(`\n${styleText(['bold', 'cyan'], '▸')} ${styleText('bold', text)}`);
}

/** The actions of a run, one after another, by the shipped bundle against one local AWS. */
export class Steps {
  readonly aws: LocalAws;
  readonly #signal: AbortSignal;

  constructor(aws: LocalAws, signal: AbortSignal) {
    this.aws = aws;
    this.#signal = signal;
  }

  /** @throws UserFault when the action fails, which has said why itself: the first step that fails is the last */
  async run(title: string, action: string, inputs: Record<string, string>): Promise<BundleRun> {
    this.#signal.throwIfAborted();
    say(title);
    const folder = await this.#folder();
    const run = await runBundle(action, inputs, {
      ...{ endpoint: this.aws.url, show: true, onStart: forwardStop },
      // What an action writes for its users stays.
      env: { RUNNER_TEMP: folder },
    });
    const file = join(folder, `${title.toLowerCase().replaceAll(/[^a-z]+/g, '-')}.md`);
    await writeFile(file, run.summary);
    const told = `${(run.duration / 1000).toFixed(1)} s, job summary in ${relative(process.cwd(), file)}`;
    console.log(styleText('dim', told));
    // It has not failed: the user has stopped it.
    if (run.code !== 0) this.#signal.throwIfAborted();
    if (run.code !== 0) throw new UserFault({ what: `${action} has failed`, fix: 'Mend what it names above' });
    return run;
  }

  /** Two runs at once do not share it. */
  async #folder(): Promise<string> {
    const folder = join(ROOT, '.tmp', 'start', String(this.aws.port));
    await mkdir(folder, { recursive: true });
    return folder;
  }
}

/** Ctrl-C reaches the action by itself; what is sent to this process alone does not. */
function forwardStop(kill: (signal: NodeJS.Signals) => void): void {
  process.once('SIGTERM', () => kill('SIGTERM'));
}
