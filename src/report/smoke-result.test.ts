import { describe, expect, it } from 'vitest';
import { smokeJunit } from './junit.ts';
import type { SmokeResult } from './smoke-result.ts';
import { smokeSummary } from './smoke-summary.ts';

const PASSED: SmokeResult = {
  service: 'shop',
  project: 'zap-smoke-1a2b3c4d',
  run: '1a2b3c4d',
  passed: true,
  aws: 'local',
  checks: [
    { suite: 'answers', name: 'GET /orders', passed: true, after: 12 },
    { suite: 'metrics', name: 'shop.orders', passed: true, after: 1850 },
    { suite: 'traces', name: 'GET /orders', passed: true, after: 2100 },
    { suite: 'logs', name: 'GET /orders', passed: true, after: 1700 },
  ],
  faults: [],
  images: [
    {
      service: 'adot-collector',
      image: 'zap-obs/collector:built',
      is: 'OpenTelemetry Collector 0.156.0, a stand-in for ADOT',
    },
    { service: 'shop', image: 'shop:1' },
  ],
  times: { build: 4000, start: 5500, proof: 2104 },
};

const FAILED: SmokeResult = {
  ...PASSED,
  passed: false,
  checks: [
    { suite: 'answers', name: 'GET /orders', passed: false, seen: 'status 500 instead of 200', fix: 'Look at its log' },
    {
      suite: 'metrics',
      name: 'shop.orders | <b>',
      passed: false,
      seen: 'no series shop_orders_total',
      cause: 'The application sends shop_order_total, which is one letter away',
      fix: 'Correct the name',
    },
    ...PASSED.checks.slice(2),
  ],
};

const NO_LOGS: SmokeResult = {
  ...PASSED,
  passed: false,
  checks: ['timestamp', 'severity', 'body', 'trace_id', 'span_id', 'trace_flags'].map((field, index) => ({
    suite: 'logs',
    name: `log field ${field}`,
    passed: false,
    ...(index === 0 && { seen: 'no record', place: { file: 'telemetry.yaml', line: 9 } }),
    cause: 'The collector has no pipeline for logs',
    fix: 'Add one',
  })),
};

const NOT_UP: SmokeResult = {
  ...PASSED,
  passed: false,
  checks: [],
  faults: [{ what: 'The container of `shop` has ended with exit code 1', seen: 'Error: no <database>\u0007' }],
  times: { build: 4000, start: 900 },
};

describe('the job summary', () => {
  it.each([
    ['passed', PASSED],
    ['failed', FAILED],
    ['failed-together', NO_LOGS],
    ['not-up', NOT_UP],
  ])('of a test that %s', async (name, result) => {
    await expect(smokeSummary(result)).toMatchFileSnapshot(`__transcripts__/smoke-summary-${name}.md`);
  });
});

describe('the JUnit file', () => {
  it.each([
    ['passed', PASSED],
    ['failed', FAILED],
    ['not-up', NOT_UP],
  ])('of a test that %s', async (name, result) => {
    await expect(smokeJunit(result)).toMatchFileSnapshot(`__transcripts__/smoke-junit-${name}.xml`);
  });

  it('holds no character that XML forbids, whatever a container has printed', () => {
    const xml = smokeJunit({ ...NOT_UP, faults: [{ what: 'a\u0000b\u001b[31mc\u0007d\ufffee' }] });
    // https://www.w3.org/TR/xml/#charsets
    expect(xml).not.toMatch(/[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/u);
    expect(xml).toContain('ab[31mcde');
  });
});
