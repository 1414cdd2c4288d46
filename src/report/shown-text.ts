/** Longer texts are cut: a report is read by people, and the JSON result has the whole. */
const MOST = 400;

/** Colours and cursor moves of terminals, which logs hold. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: that is what such a sequence begins with
const TERMINAL = /\u001b\[[0-9;?]*[ -/]*[@-~]/g;

/** What cannot be seen, and changes how the rest is: control characters, and those that turn the direction of writing. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are to be replaced
const UNSEEN = /[\u0000-\u001f\u007f-\u009f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb]/g;

/**
 * Text of telemetry on one line, fit to be shown: nobody knows what an application has written into it. It is still to be
 * escaped for where it goes.
 */
export function shownText(text: string, most = MOST): string {
  // Cut first, so that a text of megabytes costs no more than a short one.
  const near = text.slice(0, most * 4).replaceAll(TERMINAL, '');
  const clean = near.replaceAll(/\s+/g, ' ').replaceAll(UNSEEN, '\ufffd').toWellFormed().trim();
  if (clean.length <= most && text.length <= most * 4) return clean;
  return `${clean
    .slice(0, most - 1)
    .toWellFormed()
    .replace(/\ufffd$/, '')
    .trimEnd()}…`;
}

/** An address that a browser may be sent to; `undefined` for any other, such as `javascript:`. */
export function safeUrl(url: string): string | undefined {
  if (!URL.canParse(url)) return undefined;
  const { protocol, href } = new URL(url);
  return protocol === 'https:' || protocol === 'http:' ? href : undefined;
}
