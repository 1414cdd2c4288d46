import { code } from './markdown.ts';
import { shownText } from './shown-text.ts';

// Text for comments on GitHub, where more is active than markup: `@team` notifies people, `#1` leaves a trace in another issue, and
// addresses become links. Whoever opens a pull request writes templates, and so much of what is told of them.

/** Longer texts of others are cut. */
const MOST = 1200;

/**
 * Marks that can be syntax of Markdown, HTML or GitHub. The others are so only beside one of these, as `(` is after `]`, or where a
 * line begins or something is taken for an address.
 */
const SYNTAX = /[!#$&*+<=>@[\\\]^_`{|}~]|^[-:.]|:(?=\/)|(?<=www)\./gi;

/**
 * Words of others, on one line, that do nothing. Marks of ASCII become character references, which are never syntax; what GitHub
 * looks for in the text as it is shown is broken by a space without width.
 * https://spec.commonmark.org/0.31.2/#entity-and-numeric-character-references
 */
export function inert(text: string, most = MOST): string {
  return shownText(text, most)
    .replaceAll(/[@#]|\bGH(?=-\d)/gi, found => `${found}\u200b`)
    .replaceAll(SYNTAX, mark => `&#${mark.charCodeAt(0)};`);
}

/** The same as code, on one line; in a cell of a table too, where a bar would end even code. */
export function inertCode(text: string, most = MOST): string {
  const shown = shownText(text, most);
  return shown.includes('|') ? inert(shown, most) : code(shown);
}

/** A sentence of ours with words of others in it; backticks mark code. */
export function inertProse(text: string, most = MOST): string {
  const parts = shownText(text, most).split(/`([^`]*)`/);
  // Blanks at the ends of parts stand between words and code.
  return parts
    .map((part, index) => {
      if (index % 2 === 1) return inertCode(part);
      const [, before = '', words = '', after = ''] = /^(\s*)(.*?)(\s*)$/.exec(part) ?? [];
      return before + inert(words) + after;
    })
    .join('');
}
