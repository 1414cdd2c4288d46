import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../repository.ts';

/** The pages for people, by path from the root of the repository. */
export const PAGES: readonly string[] = [
  'README.md',
  ...readdirSync(join(ROOT, 'docs'))
    .filter(file => file.endsWith('.md'))
    .map(file => `docs/${file}`),
];

/** A fenced block of a page. */
export interface Block {
  page: string;
  /** The line of its fence, counted from 1. */
  line: number;
  language: string;
  /** The file that its first line names in a comment; '' where there is none. */
  path: string;
  text: string;
}

export function pageText(page: string): string {
  return readFileSync(join(ROOT, page), 'utf8');
}

/** The blocks of a page in their order; of one in a list, the indentation is taken away. */
export function blocksOf(page: string): Block[] {
  const text = pageText(page);
  return [...text.matchAll(/^( *)```(\w*)\n([\s\S]*?)^ *```$/gm)].map(
    ({ index, 1: indent = '', 2: language = '', 3: body = '' }) => {
      const content = body.replaceAll(new RegExp(`^${indent}`, 'gm'), '');
      const [, path = ''] = /^(?:#|\/\/) ([\w./-]+\.\w+|Dockerfile)$/m.exec(content.split('\n')[0] ?? '') ?? [];
      return { page, line: text.slice(0, index).split('\n').length, language, path, text: content };
    },
  );
}

/** Where a page's links and pictures lead; none of those in code. */
export function linksOf(text: string): string[] {
  const prose = withoutCode(text);
  return [...prose.matchAll(/\]\(([^)\s]+)\)/g)].map(([, target = '']) => target);
}

/** The anchors that GitHub makes of headings: small letters, spaces as dashes, punctuation left out. */
export function anchorsOf(text: string): string[] {
  const headings = [...withoutCode(text).matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) => heading);
  return headings.map(heading =>
    heading
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
      .replaceAll(' ', '-'),
  );
}

function withoutCode(text: string): string {
  return text
    .replaceAll(/^( *)```[\s\S]*?^ *```$/gm, '')
    .replaceAll(/`[^`\n]+`(?!\])/g, code => (code.includes('](') ? '' : code));
}
