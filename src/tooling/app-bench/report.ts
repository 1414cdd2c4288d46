import { markdownTable } from 'markdown-table';
import type { Aim } from '../bench/aims.ts';
import { median } from '../bench/figures.ts';
import { MODES, type Mode } from './app-process.ts';
import { type AppFigures, type Delivery, shareLeft, throughput } from './figures.ts';

/** Beyond this nothing is promised: what one small task is asked for at most. */
const PROMISED_RATE = 1000;

export function modesTable(figures: AppFigures): string {
  const rows = (Object.keys(MODES) as Mode[]).map(mode => [
    MODES[mode].what,
    Math.round(throughput(figures.rounds[mode])).toLocaleString('en'),
    mode === 'off' ? '' : shareLeft(figures, mode).toFixed(2),
    `${median(figures.rounds[mode].map(({ p99 }) => p99))} ms`,
    microseconds(figures.rounds[mode].flatMap(({ cpu }) => cpu ?? [])),
    bytes(figures.memory[mode]),
    `${Math.round(median(figures.startups[mode]))} ms`,
  ]);
  const head = ['GET /api/data', 'Requests/s', 'Of bare', 'p99', 'CPU a request', 'Memory', 'Start to healthy'];
  return markdownTable([head, ...rows], { align: ['l', 'r', 'r', 'r', 'r', 'r', 'r'] });
}

export function deliveryTable({ deliveries }: AppFigures): string {
  const rows = deliveries.map(({ asked, perSecond, p99, requests, spans, logs }) => [
    asked === undefined ? 'as many as it takes' : asked.toLocaleString('en'),
    Math.round(perSecond).toLocaleString('en'),
    `${p99} ms`,
    requests.toLocaleString('en'),
    arrival(spans, requests),
    arrival(logs, requests),
  ]);
  const head = [
    'Asked for, a second',
    'Answered, a second',
    'p99',
    'Sent of each',
    'Spans arrived',
    'Log records arrived',
  ];
  return markdownTable([head, ...rows], { align: ['l', 'r', 'r', 'r', 'r', 'r'] });
}

/** What the app is meant to achieve. */
export function appAims(figures: AppFigures): Aim[] {
  const start = median(figures.startups.all);
  return [
    ...figures.deliveries
      .filter(({ asked }) => asked !== undefined && asked <= PROMISED_RATE)
      .map(delivery => {
        const measured = lost(delivery);
        return {
          what: `records lost at ${delivery.asked} requests/s: none`,
          measured,
          unit: '',
          isMet: measured === 0,
        };
      }),
    ...(['tenth', 'ecs', 'all'] as const).map(mode => {
      const measured = shareLeft(figures, mode);
      const what = `throughput with ${MODES[mode].what}, as against bare: at least 0.85 ×`;
      return { what, measured, unit: ' ×', isMet: measured >= 0.85 };
    }),
    { what: 'start to healthy: below 1000 ms', measured: Math.round(start), unit: ' ms', isMet: start < 1000 },
  ];
}

function lost({ requests, spans, logs }: Delivery): number {
  return requests - spans + (requests - logs);
}

function arrival(count: number, sent: number): string {
  return count === sent ? 'all' : `${count.toLocaleString('en')}, ${(sent - count).toLocaleString('en')} lost`;
}

function microseconds(milliseconds: readonly number[]): string {
  return milliseconds.length === 0 ? 'unknown' : `${Math.round(median(milliseconds) * 1000)} µs`;
}

function bytes(count: number | undefined): string {
  return count === undefined ? 'unknown' : `${Math.round(count / 2 ** 20)} MiB`;
}
