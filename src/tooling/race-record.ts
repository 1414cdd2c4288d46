import type { Figures } from './bench/figures.ts';

/** Where the figures are that the README shows, from the root of the repository. */
export const RACE_RECORD = 'src/tooling/race.json';

/** What was measured last, from that file's text. */
export function readRaceRecord(text: string): Figures {
  return JSON.parse(text);
}
