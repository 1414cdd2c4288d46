import { markdownTable } from 'markdown-table';

/** A table; cells are Markdown already. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const cells = [head, ...rows].map(row => row.map(cell => cell.replaceAll('\n', ' ').replaceAll('|', '\\|')));
  return markdownTable(cells, { alignDelimiters: false });
}

/** Text that must not be read as Markdown or HTML. */
export function plain(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll(/([\\`*_[\]~])/g, '\\$1');
}

/** Text inside of HTML elements. */
export function html(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}

/** Sentences of ours, in which backticks mark code; all else is as in `plain`. */
export function prose(text: string): string {
  const parts = text.replaceAll(/\s*\n\s*/g, ' ').split(/`([^`]*)`/);
  return parts.map((part, index) => (index % 2 === 1 ? code(part) : plain(part))).join('');
}

/** Inline code, whatever it holds. */
export function code(text: string): string {
  const longest = Math.max(0, ...[...text.matchAll(/`+/g)].map(([ticks]) => ticks.length));
  const fence = '`'.repeat(longest + 1);
  const padding = longest > 0 ? ' ' : '';
  return text === '' ? '' : `${fence}${padding}${text.replaceAll(/\s+/g, ' ')}${padding}${fence}`;
}

export function link(text: string, url: string): string {
  return `[${text}](${url})`;
}

/** A section that is folded until it is opened. */
export function folded(title: string, body: string): string {
  return `<details><summary>${title}</summary>\n\n${body.trimEnd()}\n\n</details>`;
}

/** A block that is shown as it is, whatever it holds. */
export function fenced(language: string, body: string): string {
  const longest = Math.max(2, ...[...body.matchAll(/`+/g)].map(([ticks]) => ticks.length));
  const fence = '`'.repeat(longest + 1);
  return `${fence}${language}\n${body}\n${fence}`;
}

/** Blocks with an empty line between them; empty ones are left out. */
export function blocks(...parts: (string | undefined)[]): string {
  return `${parts.filter(part => part !== undefined && part !== '').join('\n\n')}\n`;
}
