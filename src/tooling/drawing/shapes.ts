import type { FrameKind, Palette } from './palette.ts';

export type Flow = keyof Palette['flow'];

/** A frame around other things, with its name in an upper corner. */
export interface Frame {
  kind: FrameKind;
  name: string;
  /** In the right corner instead of the left one. */
  mirrored?: boolean;
  x: number;
  y: number;
  width: number;
  height: number;
}

/** A thing: its name, and a second line in smaller letters. */
export interface Box {
  name: string;
  note?: string;
  x: number;
  y: number;
  width: number;
  height: number;
  /** Colour of the mark at its left. */
  mark?: Flow;
  /** Made only when a parameter asks for it. */
  optional?: boolean;
}

/** An arrow along points; its label stands beside one of them. */
export interface Arrow {
  flow: Flow;
  points: readonly (readonly [x: number, y: number])[];
  label?: { text: string; x: number; y: number; anchor?: 'start' | 'middle' | 'end' };
}

const FONT = "system-ui, -apple-system, 'Segoe UI', Helvetica, Arial, sans-serif";

export interface Drawing {
  title: string;
  description: string;
  width: number;
  height: number;
  frames: readonly Frame[];
  arrows: readonly Arrow[];
  boxes: readonly Box[];
  /** What the colours of arrows mean, in a row that starts here. */
  legend: { x: number; y: number; entries: readonly [Flow, string][] };
}

/** A drawing as SVG that needs nothing but itself. */
export function svgOf(drawing: Drawing, palette: Palette): string {
  const { title, description, width, height } = drawing;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" role="img" aria-labelledby="title description" font-family="${FONT}">`,
    '<!-- Generated from src/tooling/drawing by `npm run generate`; edit that instead. -->',
    `<title id="title">${escaped(title)}</title>`,
    `<desc id="description">${escaped(description)}</desc>`,
    '<defs>',
    ...Object.entries(palette.flow).map(([name, colour]) => arrowhead(name, colour)),
    '</defs>',
    `<rect width="${width}" height="${height}" rx="16" fill="${palette.page}"/>`,
    ...drawing.frames.map(frame => frameOf(frame, palette)),
    ...drawing.arrows.map(arrow => arrowOf(arrow, palette)),
    ...drawing.boxes.map(box => boxOf(box, palette)),
    ...drawing.arrows.map(arrow => labelOf(arrow, palette)).filter(label => label !== ''),
    ...legendOf(drawing.legend, palette),
    '</svg>',
    '',
  ].join('\n');
}

function arrowhead(name: string, colour: string): string {
  return `<marker id="${name}" viewBox="0 0 10 10" refX="9" refY="5" markerWidth="7" markerHeight="7" orient="auto-start-reverse"><path d="M1 1 9 5 1 9z" fill="${colour}"/></marker>`;
}

function frameOf({ kind, name, mirrored, x, y, width, height }: Frame, palette: Palette): string {
  const dash = kind === 'zone' ? ' stroke-dasharray="6 5"' : '';
  const weight = kind === 'vpc' ? 2 : 1.5;
  const colour = kind === 'vpc' ? palette.line.vpc : palette.faint;
  const rect = `<rect x="${x}" y="${y}" width="${width}" height="${height}" rx="10" fill="${palette.frame[kind]}" stroke="${palette.line[kind]}" stroke-width="${weight}"${dash}/>`;
  const [at, anchor] = mirrored ? ([x + width - 14, 'end'] as const) : ([x + 14, 'start'] as const);
  return `${rect}\n${textAt(name, { x: at, y: y + 21, size: 12.5, colour, weight: 600, anchor })}`;
}

function boxOf({ name, note, x, y, width, height, mark, optional }: Box, palette: Palette): string {
  const dash = optional ? ' stroke-dasharray="5 4"' : '';
  const rect = `<rect x="${x}" y="${y}" width="${width}" height="${height}" rx="8" fill="${palette.box}" stroke="${palette.boxLine}" stroke-width="1.5"${dash}/>`;
  const bar = mark
    ? `\n<path d="M${x + 8} ${y + 1}h-1a6 6 0 0 0-6 6v${height - 14}a6 6 0 0 0 6 6h1z" transform="translate(-1)" fill="${palette.flow[mark]}"/>`
    : '';
  const [middle, centre] = [y + height / 2, x + width / 2 + (mark ? 3 : 0)];
  const title = textAt(name, {
    x: centre,
    y: note === undefined ? middle + 4.5 : middle - 3,
    size: 13,
    colour: palette.text,
    weight: 600,
    anchor: 'middle',
  });
  const second =
    note === undefined
      ? ''
      : `\n${textAt(note, { x: centre, y: middle + 14, size: 11.5, colour: palette.faint, anchor: 'middle' })}`;
  return `${rect}${bar}\n${title}${second}`;
}

function arrowOf({ flow, points }: Arrow, palette: Palette): string {
  const path = points.map(([x, y], index) => `${index === 0 ? 'M' : 'L'}${x} ${y}`).join(' ');
  return `<path d="${path}" fill="none" stroke="${palette.flow[flow]}" stroke-width="2" stroke-linejoin="round" marker-end="url(#${flow})"/>`;
}

function labelOf({ flow, label }: Arrow, palette: Palette): string {
  if (!label) return '';
  const { text, x, y, anchor = 'start' } = label;
  return textAt(text, { x, y, size: 12, colour: palette.flow[flow], anchor });
}

function legendOf({ x, y, entries }: Drawing['legend'], palette: Palette): string[] {
  return entries.flatMap(([flow, words], index) => {
    const top = y + index * 22;
    return [
      `<path d="M${x} ${top}h30" stroke="${palette.flow[flow]}" stroke-width="2" marker-end="url(#${flow})"/>`,
      textAt(words, { x: x + 42, y: top + 4, size: 12, colour: palette.faint }),
    ];
  });
}

interface TextStyle {
  x: number;
  y: number;
  size: number;
  colour: string;
  weight?: number;
  anchor?: 'start' | 'middle' | 'end';
}

function textAt(text: string, { x, y, size, colour, weight, anchor = 'start' }: TextStyle): string {
  const bold = weight === undefined ? '' : ` font-weight="${weight}"`;
  const place = anchor === 'start' ? '' : ` text-anchor="${anchor}"`;
  return `<text x="${x}" y="${y}" font-size="${size}" fill="${colour}"${bold}${place}>${escaped(text)}</text>`;
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
