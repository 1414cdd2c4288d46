import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { inert, inertCode, inertProse } from './inert.ts';
import { shownText } from './shown-text.ts';

/** As a browser shows it. */
const decoded = (text: string) => text.replaceAll(/&#(\d+);/g, (_, code) => String.fromCharCode(Number(code)));

/** Texts of what Markdown and GitHub act on, more than of anything else. */
const mischief = fc
  .array(
    fc.oneof(
      fc.constantFrom('@org/team', '@me', '#1', 'org/x#1', 'GH-7', '<!--', '-->', '```', '`', '``', '|', '\\|', '\\'),
      fc.constantFrom('<img src=x>', '</code>', '</details>', '](javascript:x)', '[a](b)', '![a](b)', '**', '__', '~~'),
      fc.constantFrom(
        'https://x.example',
        'www.x.example',
        'me@x.example',
        '&lt;',
        '&#64;',
        '\n',
        '\n\n# ',
        '\n- ',
        '\r',
      ),
      fc.constantFrom('\u202e', '\u200b', '\u0000', '> [!NOTE]', ' ', '$x$', ':tada:', '<!-- zap-obs deploy shop'),
      fc.string({ maxLength: 8, unit: 'binary' }),
    ),
    { maxLength: 12 },
  )
  .map(parts => parts.join(''));

/** What begins emphasis, links, elements, references, cells, lists and addresses; dashes and the like do so on a line's first place. */
const ACTIVE = /[!#$&*+<=>@[\\\]^_`{|}~\n\r]|^[-:.]|:\/|www\./i;

describe('words of others', () => {
  it('have no mark that could be syntax, and are shown as they are', () => {
    fc.assert(
      fc.property(mischief, text => {
        const quiet = inert(text);
        // Character references alone, of which none is syntax.
        expect(quiet.replaceAll(/&#\d+;/g, 'x')).not.toMatch(ACTIVE);
        expect(decoded(quiet).replaceAll('\u200b', '')).toBe(shownText(text, 1200));
      }),
    );
  });

  it('call nobody, and are linked to nothing', () => {
    fc.assert(
      fc.property(mischief, text => {
        expect(decoded(inert(text))).not.toMatch(/@\w|#\d|\bGH-\d/i);
      }),
    );
  });
});

describe('code of others', () => {
  it('does not end before its end, nor a cell of a table', () => {
    fc.assert(
      fc.property(mischief, text => {
        const code = inertCode(text);
        expect(code).not.toMatch(/[|\n\r]/);
        if (!code.startsWith('`')) return;
        const [, fence = '', inner = ''] = /^(`+)(.*?)\1$/.exec(code) ?? [];
        expect(fence).not.toBe('');
        const runs = [...inner.matchAll(/`+/g)].map(([ticks]) => ticks.length);
        expect(runs).not.toContain(fence.length);
      }),
    );
  });
});

describe('sentences with words of others', () => {
  it('are inert outside of code', () => {
    fc.assert(
      fc.property(mischief, mischief, (a, b) => {
        const outside = inertProse(`Stack \`${a}\` says ${b}`).replaceAll(/(?<!`)(`+)(?!`)[^\n]*?(?<!`)\1(?!`)/g, '');
        expect(outside.replaceAll(/&#\d+;/g, 'x').replaceAll('`', '')).not.toMatch(ACTIVE);
      }),
    );
  });

  it('keep the blanks around code', () => {
    expect(inertProse('Stack `a` needs `B` from @me')).toBe('Stack `a` needs `B` from &#64;\u200bme');
  });
});
