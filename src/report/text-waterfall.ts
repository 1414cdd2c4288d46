import type { TraceBar, TracePicture } from './proof-result.ts';
import { milliseconds } from './proof-words.ts';
import { shownText } from './shown-text.ts';

/**
 * A trace as text. GitHub leaves neither inline SVG nor `data:` images in a job summary (github/markup#1840,
 * gjtorikian/html-pipeline#227), and Mermaid's Gantt charts know no depth and no milliseconds below a second's axis; text is
 * shown everywhere, can be copied, and is read out by a screen reader.
 */

const BAR_WIDTH = 40;
const NAME_WIDTH = 44;
const MOST_ROWS = 40;

/** One line a bar: name, when it was, how long it took. */
export function textWaterfall({ bars, more = 0 }: TracePicture): string {
  const shown = bars.slice(0, MOST_ROWS);
  const from = Math.min(...shown.map(({ start }) => start), 0);
  const span = Math.max(...shown.map(({ start, duration }) => start + duration)) - from || 1;
  const names = shown.map(nameOf);
  const width = Math.min(NAME_WIDTH, Math.max(...names.map(name => [...name].length)));
  const lines = shown.map((bar, index) => {
    const time = bar.kind === 'log' ? `at ${milliseconds(bar.start)}` : milliseconds(bar.duration);
    return `${padded(names[index] ?? '', width)} ${drawn(bar, from, span)} ${time}${bar.isError ? ' ✗ error' : ''}`;
  });
  const left = bars.length - shown.length + more;
  return [...lines, ...(left > 0 ? [`… and ${left} more`] : [])].join('\n');
}

function nameOf({ name, depth, kind }: TraceBar): string {
  return `${'  '.repeat(Math.min(depth, 8))}${kind === 'log' ? '◆ ' : ''}${shownText(name, 160)}`;
}

function padded(name: string, width: number): string {
  const characters = [...name];
  if (characters.length > width) return padded(`${characters.slice(0, width - 1).join('')}…`, width);
  // A name in Arabic or Hebrew must not turn round what follows it.
  const mark = /[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]/.test(name) ? '\u200e' : '';
  return name + mark + ' '.repeat(width - characters.length);
}

function drawn({ start, duration, kind }: TraceBar, from: number, span: number): string {
  const at = Math.min(Math.floor(((start - from) / span) * BAR_WIDTH), BAR_WIDTH - 1);
  const end = kind === 'log' ? at + 1 : Math.min(Math.ceil(((start + duration - from) / span) * BAR_WIDTH), BAR_WIDTH);
  const length = Math.max(end - at, 1);
  const glyph = kind === 'log' ? '◆' : kind === 'request' ? '░' : '█';
  return ' '.repeat(at) + glyph.repeat(length) + ' '.repeat(BAR_WIDTH - at - length);
}
