import type { Figures, Race } from './bench/figures.ts';
import {
  beyondOf,
  callsList,
  comparison,
  growthTable,
  machineLine,
  raceNotes,
  raceTable,
  seconds,
} from './bench/report.ts';
import { type Bar, raceChart, type Theme } from './race-chart.ts';

const TITLE = "Waiting beyond AWS's own time";
const THEMES: readonly Theme[] = ['light', 'dark'];

const pathOf = (theme: Theme) => `.github/images/race-${theme}.svg`;

/** The charts of the race, by path from the root of the repository. */
export function raceCharts({ race }: Figures): Map<string, string> {
  if (!race) throw new Error('these figures hold no race');
  const subtitle = `Three stacks after one another on the local AWS, ${seconds(awsTime(race))} of work for it: the shorter, the better`;
  return new Map(THEMES.map(theme => [pathOf(theme), raceChart(TITLE, subtitle, barsOf(race), theme)]));
}

/** What the README says of the race: the chart and one sentence, in Markdown. */
export function raceSummary({ race }: Figures): string {
  if (!race) throw new Error('these figures hold no race');
  return `${chart(race, '')}\n\n${sentence(comparison(race))}`;
}

/** What docs/speed.md says of the race, in Markdown. */
export function raceSection({ date, machine, race, growth = [] }: Figures): string {
  if (!race) throw new Error('these figures hold no race');
  const ways = race.entries.map(({ name, how }) => `- ${name}: ${how}`);
  return `${chart(race, '../')}

${raceTable(race)}

${sentence(comparison(race))}

<details><summary>How this is measured, calls by name, growth</summary>

${raceNotes(race)}

${ways.join('\n')}

Calls of one deployment:

${callsList(race)}

How the bundle grows, at one fiftieth of AWS's durations:

${growthTable(growth)}

Measured on ${date}: ${machineLine(machine)}.
\`npm run bench:deploy -- --install-rivals --record\` measures all of it anew and writes it here.

</details>`;
}

/** @param root the way from the page to the root of the repository */
function chart(race: Race, root: string): string {
  const told = barsOf(race).map(({ name, beyond }) => `${name} ${seconds(beyond)}`);
  return `<picture>
<source media="(prefers-color-scheme: dark)" srcset="${root}${pathOf('dark')}">
<img src="${root}${pathOf('light')}" alt="${TITLE}: ${told.join(', ')}">
</picture>`;
}

function sentence(parts: readonly string[]): string {
  const what = 'Three stacks after one another, the outputs of each fed to the next, on the local AWS';
  return parts.length > 0 ? `${what}: ${parts.join(', ')}.` : `${what}.`;
}

function barsOf({ entries }: Race): Bar[] {
  return entries
    .filter(({ runs }) => runs !== undefined)
    .map(entry => ({ name: entry.name, beyond: beyondOf(entry), isOurs: entry.name === 'zap-obs' }))
    .sort((a, b) => a.beyond - b.beyond);
}

function awsTime({ entries }: Race): number {
  return entries.find(({ runs }) => runs)?.runs?.[0]?.aws ?? Number.NaN;
}
