import { html } from './markdown.ts';
import { shownText } from './shown-text.ts';

/** HTML or SVG that is sound: what was put into it has been escaped. */
export interface Markup {
  readonly markup: string;
}

type Part = Markup | string | number | undefined | readonly Part[];

/**
 * A template of HTML or SVG. Whatever is put into it is text and is escaped, cut and cleaned, unless it is markup already, so
 * that nothing can be forgotten; `undefined` leaves nothing.
 */
export function markup(literals: TemplateStringsArray, ...parts: readonly Part[]): Markup {
  return { markup: literals.map((literal, index) => literal + rendered(parts[index])).join('') };
}

function rendered(part: Part): string {
  if (part === undefined) return '';
  if (typeof part === 'number') return String(part);
  if (typeof part === 'string') return html(shownText(part, LONGEST));
  return 'markup' in part ? part.markup : part.map(rendered).join('');
}

/** Long enough for an explanation of several sentences. */
const LONGEST = 1200;

/** Sentences of ours, in which backticks mark code. */
export function marked(text: string): Markup {
  const parts = shownText(text, LONGEST).split(/`([^`]*)`/);
  return markup`${parts.map((part, index) => (index % 2 === 1 ? markup`<code>${part}</code>` : part))}`;
}

/** The same with a full stop at its end. */
export function markedSentence(text: string): Markup {
  return marked(`${shownText(text, LONGEST - 1)}.`.replace(/([.?!…])\.$/, '$1'));
}
