import { describe, expect, it } from 'vitest';
import { alertRulesFile } from './alert-rules.ts';
import { promtool } from './promtool.ts';

/**
 * The alerts of the monitoring template, run by Prometheus itself over series of samples, one a minute. `0+60x10` is a
 * counter that grows by 60 ten times; `_` is a minute without a sample.
 */
interface Series {
  series: string;
  values: string;
}

const requests = (status: string, values: string, job = 'shop'): Series => ({
  series: `http_server_request_duration_seconds_count{job="${job}", instance="task-1", http_response_status_code="${status}"}`,
  values,
});

/** Ten thousand requests a minute below a number of seconds, of those that the histogram has buckets for. */
const durations = (...counts: [le: string, values: string][]): Series[] =>
  counts.map(([le, values]) => ({
    series: `http_server_request_duration_seconds_bucket{job="shop", instance="task-1", le="${le}"}`,
    values,
  }));

const collector = (values: string, instance = 'task-1'): Series => ({
  series: `otelcol_process_uptime_seconds_total{job="otel-collector", instance="${instance}"}`,
  values,
});

const counter = (name: string, values: string): Series => ({
  series: `${name}{job="otel-collector", instance="task-1", exporter="awsxray"}`,
  values,
});

/** Which alerts fire, minute by minute, as promtool finds when it is told that none does. */
async function firing(minutes: readonly number[], ...series: Series[]): Promise<Record<number, string[]>> {
  const found: Record<number, string[]> = {};
  for (const minute of minutes) found[minute] = [];
  const names = ['RequestsFail', 'RequestsAreSlow', 'TelemetryIsLost'];
  const { ok, text } = await promtool(['test', 'rules', 'test.yml'], {
    'rules.yml': alertRulesFile(),
    'test.yml': {
      rule_files: ['rules.yml'],
      evaluation_interval: '1m',
      tests: [
        {
          interval: '1m',
          input_series: series,
          alert_rule_test: minutes.flatMap(minute =>
            names.map(alertname => ({ eval_time: `${minute}m`, alertname, exp_alerts: [] })),
          ),
        },
      ],
    },
  });
  for (const [, alert = '', time = '', got = ''] of text.matchAll(
    /alertname: (\w+), time: (\w+), \n\s+exp:\[\s*\], \n\s+got:\[\n([\s\S]*?)\n\s+\](?:\n|$)/g,
  )) {
    const minute = inMinutes(time);
    for (const [, summary] of got.matchAll(/summary="([^"]*)"/g)) found[minute]?.push(`${alert}: ${summary}`);
  }
  const total = Object.values(found).flat().length;
  if (ok !== (total === 0)) throw new Error(`promtool was not understood:\n${text}`);
  return found;
}

/** `1h5m` and the like. */
function inMinutes(time: string): number {
  const [, hours = '0', minutes = '0'] = /^(?:(\d+)h)?(?:(\d+)m)?(?:0s)?$/.exec(time) ?? [];
  return Number(hours) * 60 + Number(minutes);
}

it('promtool takes the rules as they are', async () => {
  const { ok, text } = await promtool(['check', 'rules', 'rules.yml'], { 'rules.yml': alertRulesFile() });
  expect(text).toContain('SUCCESS: 3 rules found');
  expect(ok).toBe(true);
});

const well = collector('60+60x1000');
const FAIL = 'RequestsFail: More than 5 % of the requests to shop fail';
const SLOW = 'RequestsAreSlow: One request in twenty to shop takes more than 1 s';
const LOST = 'TelemetryIsLost: The collector of task task-1 loses telemetry';
const ABSENT = 'TelemetryIsLost: No collector reports any more';

describe('RequestsFail', () => {
  it('fires when more than 5 % fail, for five minutes, and ends with it', async () => {
    const bad = requests('500', '0+0x10 60+60x20 1260+0x30');
    const found = await firing([10, 14, 20, 30, 50], well, requests('200', '0+600x70'), bad);
    expect(found).toEqual({ 10: [], 14: [], 20: [FAIL], 30: [FAIL], 50: [] });
  });

  it('does not fire for less, or for what clients do wrong', async () => {
    const series = [requests('200', '0+600x60'), requests('503', '0+30x60'), requests('404', '0+6000x60')];
    expect(await firing([30, 60], well, ...series)).toEqual({ 30: [], 60: [] });
  });

  it('does not fire without traffic, whether there never was any or it has ended', async () => {
    const ended = [requests('200', '600+0x60'), requests('500', '600+0x60')];
    expect(await firing([30, 60], well)).toEqual({ 30: [], 60: [] });
    expect(await firing([30, 60], well, ...ended)).toEqual({ 30: [], 60: [] });
  });

  it('judges each service by itself', async () => {
    const other = requests('200', '0+6000x60', 'large');
    const found = await firing([30], well, other, requests('500', '0+60x60'), requests('200', '0+60x60'));
    expect(found).toEqual({ 30: [FAIL] });
  });
});

describe('RequestsAreSlow', () => {
  it('fires when one in twenty takes more than a second, for five minutes, and ends with it', async () => {
    const slow = durations(
      ['0.5', '0+90x20 1800+100x40'],
      ['1', '0+90x20 1800+100x40'],
      ['5', '0+100x60'],
      ['+Inf', '0+100x60'],
    );
    expect(await firing([4, 10, 20, 40], well, ...slow)).toEqual({ 4: [], 10: [SLOW], 20: [SLOW], 40: [] });
  });

  it('does not fire when only one in fifty does, or without traffic', async () => {
    const fast = durations(['0.5', '0+98x60'], ['1', '0+98x60'], ['5', '0+100x60'], ['+Inf', '0+100x60']);
    const none = durations(['1', '90+0x60'], ['5', '100+0x60'], ['+Inf', '100+0x60']);
    expect(await firing([30, 60], well, ...fast)).toEqual({ 30: [], 60: [] });
    expect(await firing([30, 60], well, ...none)).toEqual({ 30: [], 60: [] });
  });
});

describe('TelemetryIsLost', () => {
  it.each(
    ['receiver_refused', 'exporter_send_failed', 'exporter_enqueue_failed'].flatMap(what =>
      ['spans', 'metric_points', 'log_records'].map(signal => `otelcol_${what}_${signal}_total`),
    ),
  )('fires while %s grows, and names the task', async name => {
    const found = await firing([4, 10, 20, 40], well, counter(name, '0+1x20 20+0x40'));
    expect(found).toEqual({ 4: [], 10: [LOST], 20: [LOST], 40: [] });
  });

  it('does not fire while all is passed on', async () => {
    const series = [
      counter('otelcol_exporter_send_failed_spans_total', '7+0x60'),
      counter('otelcol_receiver_refused_spans_total', '7+0x60'),
    ];
    expect(await firing([10, 30, 60], well, ...series)).toEqual({ 10: [], 30: [], 60: [] });
  });

  it('does not fire for a task that goes while another stays', async () => {
    expect(await firing([30, 60], well, collector('0+60x10', 'task-2'))).toEqual({ 30: [], 60: [] });
  });

  it('fires when the last collector falls silent, but not for a deployment’s gap', async () => {
    // Samples count for five minutes; then the alert waits for five.
    const found = await firing([10, 15, 19, 22, 60], collector('60+60x10'));
    expect(found).toEqual({ 10: [], 15: [], 19: [], 22: [ABSENT], 60: [ABSENT] });
    const gap = await firing([16, 20, 30], collector('60+60x10 _x7 60+60x20'));
    expect(gap).toEqual({ 16: [], 20: [], 30: [] });
  });

  it('is over three hours later, so that a paused service is told of once and not every four hours', async () => {
    const found = await firing([180, 200, 400, 1000], collector('60+60x10'));
    expect(found).toEqual({ 180: [ABSENT], 200: [], 400: [], 1000: [] });
  });

  it('does not fire where no collector has ever reported, such as before the first deployment', async () => {
    expect(await firing([10, 60, 600])).toEqual({ 10: [], 60: [], 600: [] });
  });

  it('fires anew when a paused service runs again and then loses its collectors', async () => {
    const found = await firing([500, 520], collector('60+60x10 _x479 60+60x10'));
    expect(found).toEqual({ 500: [], 520: [ABSENT] });
  });
});
