import { markdownTable } from 'markdown-table';
import type { Aim } from '../bench/aims.ts';

/** One run of `build-push`. */
export interface BuildFigure {
  what: string;
  /** Seconds from the start of the process to its end. */
  wall: number;
  /** Calls to AWS. */
  reads: number;
  writes: number;
  isReused: boolean;
}

export function buildTable(figures: readonly BuildFigure[]): string {
  const rows = figures.map(({ what, wall, reads, writes }) => [what, `${wall.toFixed(2)} s`, `${reads}`, `${writes}`]);
  return markdownTable([['Run', 'Wall time', 'Reads', 'Writes'], ...rows], { alignDelimiters: false });
}

/** What a run with nothing to do is meant to achieve; the network here is this machine's own, which takes no time. */
export function buildAims(figures: readonly BuildFigure[]): Aim[] {
  return figures
    .filter(({ isReused }) => isReused)
    .flatMap(({ wall, writes }) => [
      { what: 'a content that is there already: at most 0.5 s', measured: wall, unit: ' s', isMet: wall <= 0.5 },
      { what: 'writes of that: at most 0', measured: writes, unit: '', isMet: writes === 0 },
    ]);
}
