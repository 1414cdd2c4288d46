import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { latencyFigure } from './latency-figure.ts';
import { sharesOf } from './ledger-figure.ts';
import {
  GREEN,
  HOSTILE,
  HOSTILE_TEXT,
  RED,
  SAMPLED,
  SILENT,
  TRACE,
  UNKNOWN_COUNTERS,
  UNREACHABLE,
  withTexts,
} from './proof-fixtures.ts';
import { proofPage } from './proof-page.ts';
import type { ProofResult } from './proof-result.ts';
import { proofSummary } from './proof-summary.ts';
import { ticks, traceSvg } from './trace-svg.ts';

const ALL = { GREEN, RED, SAMPLED, UNKNOWN_COUNTERS, SILENT, UNREACHABLE, HOSTILE };

describe('the page', () => {
  it.each(['GREEN', 'RED'] as const)('of a proof that is %s', async name => {
    await expect(proofPage(ALL[name])).toMatchFileSnapshot(`__transcripts__/proof-page-${name.toLowerCase()}.html`);
  });

  it.each(Object.entries(ALL))('fetches nothing and runs nothing (%s)', (_, result) => {
    const page = proofPage(result);
    expect(page).not.toMatch(/<(script|link|img|iframe|object|embed|base|form)\b/i);
    expect(page).not.toMatch(/<[^>]*\s(src|srcset|style|on\w+)=/i);
    expect(page).not.toMatch(/url\((?!#)|@import/i);
  });

  it('allows no style but its own, and no script', () => {
    const page = proofPage(RED);
    const style = /<style>([\s\S]*?)<\/style>/.exec(page)?.[1] ?? '';
    const hash = createHash('sha256').update(style).digest('base64');
    expect(page).toContain(
      `content="default-src 'none'; style-src 'sha256-${hash}'; base-uri 'none'; form-action 'none'"`,
    );
    expect(page.match(/<style/g)).toHaveLength(1);
  });

  it.each([
    HOSTILE_TEXT.replaceAll('`', ''),
    '"><zz>',
    "' onload='x",
    '&lt;zz&gt;',
    '<!-- <![CDATA[',
    '\u202e<zz>\u0000',
    '<zz>'.repeat(100_000),
  ])('has the same elements and attributes, whatever the texts of telemetry are', text => {
    const outline = (result: ProofResult) => tagsOf(proofPage(result));
    const broken = { ...RED, faults: UNREACHABLE.faults, simulated: ['local AWS'] };
    const hostile = outline(withTexts(broken, () => text));
    expect(hostile).toEqual(outline(withTexts(broken, () => 'x')));
    expect(hostile.length).toBeGreaterThan(300);
  });

  it('escapes each field by itself', () => {
    for (const field of fieldsOf(RED)) {
      const page = proofPage(withField(RED, field, '<zz>'));
      expect(page, field.join('.')).not.toContain('<zz>');
    }
    expect(fieldsOf(RED).length).toBeGreaterThan(100);
  });

  it('shows no character that hides or turns round what follows', () => {
    // biome-ignore lint/suspicious/noControlCharactersInRegex: none of them may be there
    expect(proofPage(HOSTILE)).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u202a-\u202e\u2066-\u2069]/);
    expect(proofPage(HOSTILE).isWellFormed()).toBe(true);
  });

  it('leads nowhere but to addresses of the web', () => {
    const links = [
      { title: 'a', url: 'javascript:alert(1)' },
      { title: 'b', url: 'data:text/html,x' },
      { title: 'c', url: 'https://ok.example/?a=1&b="2"' },
    ];
    const hrefs = [...proofPage({ ...GREEN, links }).matchAll(/href="([^"]*)"/g)].map(([, href]) => href);
    expect(hrefs).toEqual(['https://ok.example/?a=1&amp;b=%222%22']);
  });

  it('stays of a size that a browser can show', () => {
    const requests = Array.from({ length: 5000 }, (_, index) => RED.requests[index % 20]).filter(
      each => each !== undefined,
    );
    const page = proofPage(withTexts({ ...RED, requests }, text => text.padEnd(20_000, 'x')));
    expect(page.length).toBeLessThan(3_000_000);
    expect(page).toContain('and 4000 more, in the JSON result');
  });

  it('tells of forty reasons at most', () => {
    const checks = Array.from({ length: 300 }, (_, index) => ({
      suite: 'answers' as const,
      name: `r${index}`,
      passed: false,
    }));
    const page = proofPage({ ...GREEN, passed: false, checks });
    expect(page.match(/class="problem"/g)).toHaveLength(40);
    expect(page).toContain('and 260 more, in the JSON result');
    expect(proofSummary({ ...GREEN, passed: false, checks })).toContain('and 260 more. Mend these first.');
  });

  it('keeps every name of an element once', () => {
    const ids = [...proofPage(RED).matchAll(/\sid="([^"]*)"/g)].map(([, id]) => id);
    expect(new Set(ids).size).toBe(ids.length);
    for (const [, named] of proofPage(RED).matchAll(/aria-labelledby="([^"]*)"/g))
      for (const id of (named ?? '').split(' ')) expect(ids).toContain(id);
  });

  it('says that a count is not known, and does not draw it as nothing', () => {
    const page = proofPage(UNKNOWN_COUNTERS);
    expect(page.match(/not known/g)).toHaveLength(6);
    expect(page.match(/class="unknown"/g)).toHaveLength(6);
  });
});

/** Names of elements, with those of their attributes. */
function tagsOf(page: string): string[] {
  return [...page.matchAll(/<(?:[^<>"]|"[^"]*")*>/g)].map(([tag]) => tag.replaceAll(/"[^"]*"/g, '""'));
}

type Path = (string | number)[];

/** Where there are texts that come from outside. */
function fieldsOf(value: unknown, path: Path = []): Path[] {
  if (typeof value === 'string') return [path];
  if (typeof value !== 'object' || value === null) return [];
  const isList = Array.isArray(value);
  return Object.entries(value).flatMap(([key, item]) => {
    if (['suite', 'signal', 'kind'].includes(key) || (key === 'hop' && path[0] === 'ledgers')) return [];
    if (path.includes('arrived') || key === 'arrived') return [];
    return fieldsOf(item, [...path, isList ? Number(key) : key]);
  });
}

function withField<T>(value: T, path: Path, text: string): T {
  const copy = structuredClone(value);
  let at = copy as Record<string | number, unknown>;
  for (const key of path.slice(0, -1)) at = at[key] as Record<string | number, unknown>;
  at[path.at(-1) ?? ''] = text;
  return copy;
}

describe('the bars of a ledger', () => {
  const hop = (
    hop: 'sent' | 'sampled' | 'accepted' | 'exported' | 'found',
    unit: string,
    count?: number,
    lost?: number,
  ) => ({ hop, unit, count, lost });

  it('shrink where something is lost, and by as much', () => {
    const shares = sharesOf([
      hop('sent', 'requests', 20),
      hop('accepted', 'spans', 100),
      hop('exported', 'spans', 75, 25),
    ]);
    expect(shares).toEqual([
      { whole: 100, lost: 0 },
      { whole: 100, lost: 0 },
      { whole: 75, lost: 25 },
    ]);
  });

  it('stay narrow after sampling, although what is counted is another thing', () => {
    const shares = sharesOf([hop('sent', 'requests', 20), hop('sampled', 'requests', 2), hop('accepted', 'spans', 11)]);
    expect(shares.map(({ whole }) => whole)).toEqual([100, 10, 10]);
  });

  it('have no width where nothing is known', () => {
    const shares = sharesOf([hop('sent', 'requests', 20), hop('accepted', 'spans'), hop('found', 'requests', 0, 20)]);
    expect(shares).toEqual([
      { whole: 100, lost: 0 },
      { whole: undefined, lost: 0 },
      { whole: 0, lost: 100 },
    ]);
  });
});

describe('the axis of latencies', () => {
  const signal = (max: number, maxArrival?: number) => ({
    signal: 'logs' as const,
    passed: true,
    looks: 1,
    arrival: { p50: max / 2, p95: max, max },
    maxArrival,
    notes: [],
  });

  it('draws a gate that is near, and only tells of one that is far', () => {
    expect(latencyFigure([signal(2000, 3000)])?.markup).toContain('class="gate"');
    expect(latencyFigure([signal(2000, 300_000)])?.markup).not.toContain('class="gate"');
    expect(latencyFigure([signal(2000, 300_000)])?.markup).toContain('at most 5 min 00 s allowed');
  });

  it('says of what was too late that it was', () => {
    expect(latencyFigure([signal(2000, 1000)])?.markup).toContain(
      '<span class="lost">max 2.0 s, more than 1.0 s</span>',
    );
  });

  it('is absent when nothing has arrived', () => {
    expect(latencyFigure([{ signal: 'logs', passed: false, looks: 3, notes: [] }])).toBeUndefined();
  });
});

describe('the waterfall', () => {
  it('of a trace', async () => {
    await expect(traceSvg(TRACE)).toMatchFileSnapshot('__transcripts__/trace.svg');
  });

  it('draws what took no time, began before the request, or has failed', () => {
    const [bar] = TRACE.bars;
    if (!bar) throw new Error('the fixture has bars');
    const svg = traceSvg({
      ...TRACE,
      bars: [
        { ...bar, duration: 0 },
        { ...bar, start: -300, isError: true },
      ],
    });
    expect(svg).not.toMatch(/NaN|Infinity|="-/);
    expect(svg).toContain('✗ error');
    expect(traceSvg({ ...TRACE, bars: [{ ...bar, duration: 0 }] })).not.toMatch(/NaN|Infinity/);
  });

  it('draws at most a hundred bars, and says how many it leaves out', () => {
    const bars = Array.from({ length: 140 }, () => TRACE.bars[1]).filter(each => each !== undefined);
    const svg = traceSvg({ ...TRACE, bars, more: 5 });
    expect(svg.match(/<rect/g)).toHaveLength(100);
    expect(svg).toContain('… and 45 more');
  });

  it.each([
    [0, 21.4, [0, 10, 20]],
    [0, 4, [0, 1, 2, 3, 4]],
    [-300, 700, [0, 500]],
    [0, 0.3, [0, 0.1, 0.2, 0.3]],
  ])('has round values from %d to %d', (from, to, values) => {
    expect(ticks(from, to)).toEqual(values);
  });
});
