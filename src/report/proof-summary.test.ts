import { describe, expect, it } from 'vitest';
import { proofJunit } from './junit.ts';
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
import { proofJson } from './proof-json.ts';
import type { ProofResult, TracePicture } from './proof-result.ts';
import { proofSections, proofSummary } from './proof-summary.ts';
import { allChecks, proofHeadline } from './proof-words.ts';
import { smokeSummary } from './smoke-summary.ts';
import { textWaterfall } from './text-waterfall.ts';

describe('the job summary', () => {
  it.each([
    ['green', GREEN],
    ['red', RED],
    ['unknown-counters', UNKNOWN_COUNTERS],
    ['sampled', SAMPLED],
    ['silent', SILENT],
    ['unreachable', UNREACHABLE],
    ['hostile', HOSTILE],
  ])('of a proof that is %s', async (name, result) => {
    await expect(proofSummary(result)).toMatchFileSnapshot(`__transcripts__/proof-summary-${name}.md`);
  });

  it('says what failed before it says anything else, and each reason once', () => {
    const [diagnosis = '', failures = ''] = proofSections(RED);
    expect(diagnosis).toContain('xray:PutTraceSegments');
    expect(failures).toContain('See above');
    expect(proofSummary(RED).match(/AccessDeniedException on/g)).toHaveLength(1);
  });

  it('never shows 0 for what is not known', () => {
    const rows = proofSummary(UNKNOWN_COUNTERS).match(/^\| (metrics|traces|logs) \|.*$/gm) ?? [];
    expect(rows.slice(0, 3).every(row => row.includes('| –<sup>'))).toBe(true);
    expect(rows.slice(0, 3).join()).not.toMatch(/\| 0 /);
    expect(proofSummary(UNKNOWN_COUNTERS).match(/collector counters unavailable/g)).toHaveLength(1);
  });

  it('shows a count of 0 that is known', () => {
    const ledgers = [
      { signal: 'traces' as const, hops: [{ hop: 'found' as const, unit: 'spans', count: 0, lost: 3 }], remarks: [] },
    ];
    expect(proofSummary({ ...GREEN, ledgers })).toContain('| **0 spans, 3 lost** |');
  });

  it('leaves nothing that GitHub would read as HTML, an image or a heading, whatever a field says', () => {
    for (const text of [
      '<zz onload=1>',
      '![zz](https://evil.example)',
      '\n# zz',
      '\n\n<zz>\n\n',
      '</details><zz>',
      '```\n<zz>',
      '`<zz>`',
    ]) {
      const summary = outsideCode(proofSummary(withTexts(RED, () => text)));
      expect(summary).not.toMatch(/<zz/);
      expect(summary).not.toMatch(/(?<!\\)!\[zz|!\[zz\]\(/);
      expect(summary).not.toMatch(/^# zz/m);
    }
  });

  it('stays within what GitHub takes, when texts are of a megabyte and requests are thousands', () => {
    const long = withTexts(
      { ...RED, requests: Array.from({ length: 5000 }, () => RED.requests[3]).filter(each => each !== undefined) },
      text => text.padEnd(5000, 'x'),
    );
    const summary = proofSummary(long);
    expect(Buffer.byteLength(summary)).toBeLessThan(1_000_000);
    expect(summary).toContain('and 4900 more, in the JSON result');
  });

  it('is embedded in the summary of a smoke test', () => {
    const { service, run, passed, checks } = RED;
    const smoke = {
      service,
      project: 'zap-smoke',
      run,
      passed,
      aws: 'local',
      checks,
      faults: [],
      images: [],
      times: {},
      proof: RED,
    } as const;
    const summary = smokeSummary(smoke);
    for (const section of proofSections(RED)) expect(summary).toContain(section);
    expect(summary.match(/Everything that was checked/g)).toHaveLength(1);
  });
});

/** Markdown without fenced blocks and inline code, in which everything is shown as it is. */
function outsideCode(markdown: string): string {
  return markdown.replaceAll(/^(`{3,})\w*\n[\s\S]*?^\1$/gm, '').replaceAll(/(?<!`)(`+)(?!`)(.*?)(?<!`)\1(?!`)/g, '');
}

it('metrics that have counted a request twice are told as they are', () => {
  const ledgers = GREEN.ledgers.map(ledger => ({
    ...ledger,
    hops: ledger.hops.map(hop => (hop.hop === 'found' ? { ...hop, count: 40 } : hop)),
  }));
  expect(proofSummary({ ...GREEN, ledgers })).toContain('| Metrics in Prometheus | 40 of 20 requests |');
});

describe('the headline', () => {
  it.each([
    [GREEN, 'Telemetry of shop: metrics, traces and logs of 20 requests arrived within 2.9 s'],
    [RED, 'Telemetry of shop: traces failed; telemetry of 5 of 20 requests is missing'],
    [SILENT, 'Telemetry of shop: answers failed'],
    [UNREACHABLE, 'Telemetry of shop: nothing could be proven'],
  ])('says how it ended', (result, headline) => {
    expect(proofHeadline(result)).toBe(headline);
  });
});

it('a signal that is late fails, although everything was found', () => {
  const signals = GREEN.signals.map(signal =>
    signal.signal === 'logs' ? { ...signal, passed: false, maxArrival: 1000 } : signal,
  );
  const late: ProofResult = { ...GREEN, passed: false, signals };
  expect(proofHeadline(late)).toBe('Telemetry of shop: logs failed');
  expect(allChecks(late).at(-1)).toMatchObject({ name: 'arrival within 1.0 s', seen: 'the last one after 1.3 s' });
  expect(proofSummary(late)).toContain('**1.3 s (at most 1.0 s)**');
  expect(proofJunit(late)).toContain('<failure message="Seen: the last one after 1.3 s.');
});

describe('the JUnit file', () => {
  it.each([
    ['red', RED],
    ['unreachable', UNREACHABLE],
  ])('of a proof that is %s', async (name, result) => {
    await expect(proofJunit(result)).toMatchFileSnapshot(`__transcripts__/proof-junit-${name}.xml`);
  });

  it('holds no markup of others', () => {
    expect(proofJunit(HOSTILE)).not.toMatch(/<(script|img|\/style)/);
  });
});

describe('the JSON result', () => {
  it('says what it is, and leaves out what is not known', () => {
    const read = JSON.parse(proofJson(UNKNOWN_COUNTERS));
    expect(read).toMatchObject({ format: 'zap-obs-proof', version: 1, service: 'shop', passed: true });
    const accepted = read.ledgers[1].hops.find(({ hop }: { hop: string }) => hop === 'accepted');
    expect(accepted).not.toHaveProperty('count');
  });

  it('keeps texts as they are', () => {
    expect(JSON.parse(proofJson(HOSTILE)).service).toBe(HOSTILE_TEXT);
  });
});

describe('a trace as text', () => {
  const bar = { name: 'a', depth: 0, start: 0, duration: 10, kind: 'request', isError: false } as const;
  const picture = (bars: TracePicture['bars'], more?: number) => ({ ...TRACE, bars, more });

  it('keeps bars before the start of the request within the picture', () => {
    const [request = '', early = ''] = textWaterfall(
      picture([bar, { ...bar, name: 'b', start: -10, kind: 'server' }]),
    ).split('\n');
    expect(request.indexOf('░')).toBe(2 + 20);
    expect(early.indexOf('█')).toBe(2);
    expect(early.lastIndexOf('█')).toBe(2 + 19);
  });

  it('shows an error in words, a moment as a mark, and how much is left out', () => {
    const text = textWaterfall(
      picture(
        [
          { ...bar, isError: true },
          { ...bar, start: 10, duration: 0, kind: 'log' },
        ],
        3,
      ),
    );
    expect(text).toContain('✗ error');
    expect(text).toMatch(/◆ at 10 ms/);
    expect(text).toContain('… and 3 more');
  });

  it('holds one line a bar, however long a name is and whatever it holds', () => {
    const lines = textWaterfall(
      picture([
        { ...bar, name: 'x\ny'.repeat(1000) },
        { ...bar, duration: 0 },
      ]),
    ).split('\n');
    expect(lines).toHaveLength(2);
    expect(Math.max(...lines.map(line => line.length))).toBeLessThan(120);
  });
});
