import { styleText } from 'node:util';
import type { ActLine } from './act-log.ts';

/** Columns for the names of jobs. */
const JOB = 10;

/**
 * Turns what act logs into lines for a person: each job's steps and what they say at the margin. Of groups only the title and
 * what stands at the margin in them is shown, and nothing of Docker's build steps; a failure always is.
 */
export class ActProgress {
  readonly #groups = new Set<string>();

  /** @returns the line to show, or `undefined` */
  line(line: ActLine): string | undefined {
    switch (line.kind) {
      case 'output':
        return this.#isFolded(line) ? undefined : of(line.job, line.text);
      case 'group':
        this.#groups.add(line.job);
        return of(line.job, styleText('bold', line.title));
      case 'end-group':
        this.#groups.delete(line.job);
        return undefined;
      case 'annotation':
        return of(line.job, `${MARKS[line.level]} ${line.text}`);
      case 'step':
        return of(
          line.job,
          `${line.passed ? MARKS.passed : MARKS.error} ${line.name} (${(line.ms / 1000).toFixed(1)} s)`,
        );
      case 'job':
        return of(line.job, line.passed ? `${MARKS.passed} done` : `${MARKS.error} failed`);
      case 'summary':
        return undefined;
      case 'trouble':
        return `act: ${line.text}`;
    }
  }

  #isFolded({ job, text }: { job: string; text: string }): boolean {
    return text.trim() === '' || (this.#groups.has(job) && /^(\s|#\d+ )/.test(text));
  }
}

const MARKS = { passed: '✓', error: '✗', warning: '!', notice: '·' } as const;

function of(job: string, text: string): string {
  return `${styleText('dim', `${job.padEnd(JOB)} │`)} ${text}`;
}
