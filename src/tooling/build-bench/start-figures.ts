import { markdownTable } from 'markdown-table';
import type { Aim } from '../bench/aims.ts';

/** What one `npm start` on real containers tells of itself; times in seconds. */
export interface StartFigures {
  /** From the start to the first answer through the load balancer. */
  firstAnswer: number;
  /** build-push and deploy together, with nothing changed. */
  again: number;
  writes: number;
  /** From the start to nothing being left. */
  whole: number;
}

/**
 * Reads the figures out of what it prints.
 *
 * @throws Error naming what is not there
 */
export function readStart(text: string): StartFigures {
  const [firstAnswer] = numbers(text, /First answer through the load balancer ([\d.]+) s after the start/);
  const [again, writes] = numbers(text, /([\d.]+) s for both, (\d+) writes/);
  const [whole] = numbers(text, /([\d.]+) s in all/);
  return { firstAnswer, again, writes, whole } as StartFigures;
}

function numbers(text: string, pattern: RegExp): number[] {
  const found = pattern.exec(text);
  if (!found) throw new Error(`npm start has not printed what matches ${pattern}`);
  return found.slice(1).map(Number);
}

export function startTable({ firstAnswer, again, writes, whole }: StartFigures): string {
  const rows = [
    ['from the start to the first answer through the load balancer', `${firstAnswer.toFixed(1)} s`],
    [`build-push and deploy again, nothing changed, ${writes} writes`, `${again.toFixed(1)} s`],
    ['everything, teardown included', `${whole.toFixed(0)} s`],
  ];
  return markdownTable([['npm start', 'Time'], ...rows], { alignDelimiters: false });
}

export function startAims({ again, writes, whole }: StartFigures): Aim[] {
  return [
    { what: 'build-push and deploy with nothing changed: at most 3 s', measured: again, unit: ' s', isMet: again <= 3 },
    { what: 'writes of both: at most 0', measured: writes, unit: '', isMet: writes === 0 },
    { what: 'npm start: at most 90 s', measured: whole, unit: ' s', isMet: whole <= 90 },
  ];
}
