/**
 * What people do not see, or what turns the rest: control characters but for tab and newline, marks that have no width or set
 * the direction of writing, and halves of characters.
 */
const UNSEEN =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are to be shown
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u00ad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb]|\p{Surrogate}/gu;

/** Where more stands than anybody reads. */
const MOST = 2000;

/**
 * A text from outside as people can judge it: what cannot be seen stands as `\u{202e}`, and the middle of a long text is left
 * out. Costs no more for a megabyte than for a page.
 *
 * @param most length that is shown in full, in UTF-16 units
 */
export function visible(text: string, most = MOST): string {
  const shown = (part: string) => part.replaceAll(UNSEEN, char => `\\u{${codeOf(char)}}`);
  if (text.length <= most) return shown(text);
  const half = Math.floor(most / 2);
  const left = text.length - 2 * half;
  const [head, tail] = [text.slice(0, half), text.slice(-half)];
  return `${shown(head)} … ${left.toLocaleString('en')} more characters … ${shown(tail)}`;
}

/** Letters that look like those of ASCII are many: each character beyond it is named, `U+0430`; '' where there is none. */
export function beyondAscii(text: string, most = 5): string {
  const found = new Set<string>();
  for (const [char] of text.slice(0, MOST).matchAll(/[^\p{ASCII}]/gu)) {
    found.add(`U+${codeOf(char).toUpperCase().padStart(4, '0')}`);
    if (found.size > most) break;
  }
  const named = [...found].slice(0, most).join(', ');
  return found.size > most ? `${named} …` : named;
}

function codeOf(char: string): string {
  return (char.codePointAt(0) ?? 0).toString(16);
}
