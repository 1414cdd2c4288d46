/** One bar, in milliseconds of waiting. */
export interface Bar {
  name: string;
  beyond: number;
  /** Set off from the others. */
  isOurs: boolean;
}

interface Palette {
  text: string;
  faint: string;
  ours: string;
  others: string;
}

/** The colours of GitHub's two themes. */
const PALETTES = {
  light: { text: '#1f2328', faint: '#59636e', ours: '#1a7f37', others: '#818b98' },
  dark: { text: '#f0f6fc', faint: '#9198a1', ours: '#3fb950', others: '#656c76' },
} satisfies Record<string, Palette>;

export type Theme = keyof typeof PALETTES;

const WIDTH = 720;
const ROW = 36;
const HEAD = 64;
const NAME_END = 96;
/** Room for the longest figure beside the longest bar. */
const LONGEST = WIDTH - NAME_END - 12 - 96;

/** A bar chart of the race as SVG, with a transparent ground: the fewer seconds, the shorter the bar. */
export function raceChart(title: string, subtitle: string, bars: readonly Bar[], theme: Theme): string {
  const { text, faint, ours, others } = PALETTES[theme];
  const height = HEAD + bars.length * ROW + 8;
  const most = Math.max(...bars.map(({ beyond }) => beyond), 1);
  const rows = bars.map(({ name, beyond, isOurs }, index) => {
    const middle = HEAD + index * ROW + ROW / 2;
    const length = Math.max((beyond / most) * LONGEST, 2);
    const weight = isOurs ? ' font-weight="600"' : '';
    return `
  <text x="${NAME_END}" y="${middle + 5}" text-anchor="end" fill="${text}"${weight}>${escaped(name)}</text>
  <rect x="${NAME_END + 12}" y="${middle - 11}" width="${round(length)}" height="22" rx="4" fill="${isOurs ? ours : others}"/>
  <text x="${round(NAME_END + 20 + length)}" y="${middle + 5}" fill="${text}"${weight}>${(beyond / 1000).toFixed(1)} s</text>`;
  });
  const told = bars.map(({ name, beyond }) => `${name} ${(beyond / 1000).toFixed(1)} s`).join(', ');
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" role="img" aria-labelledby="title what" font-family="-apple-system, 'Segoe UI', 'Noto Sans', Helvetica, Arial, sans-serif" font-size="14">
  <title id="title">${escaped(title)}</title>
  <desc id="what">${escaped(`${subtitle}: ${told}`)}</desc>
  <text x="0" y="20" fill="${text}" font-size="17" font-weight="600">${escaped(title)}</text>
  <text x="0" y="43" fill="${faint}">${escaped(subtitle)}</text>${rows.join('')}
</svg>
`;
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
