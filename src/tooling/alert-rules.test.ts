import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { alertManagerDefinition, alertRules, alertRulesFile } from './alert-rules.ts';

const DURATION = /^([1-9]\d*)([smhd])$/;
const SECONDS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400 };

function seconds(duration: string): number {
  const [, count, unit = ''] = DURATION.exec(duration) ?? [];
  return Number(count) * (SECONDS[unit] ?? Number.NaN);
}

describe('the alert manager’s definition', () => {
  interface Config {
    route: { receiver: string; group_by: string[]; routes?: unknown } & Record<'repeat_interval' | string, unknown>;
    receivers: { name: string; sns_configs: Record<string, unknown>[] }[];
  }
  const definition = parse(alertManagerDefinition()) as Record<string, string>;
  const config = parse(definition.alertmanager_config ?? '') as Config;

  it('is what Amazon Managed Prometheus reads: one text within a map, and SNS as the only kind of receiver', () => {
    expect(Object.keys(definition)).toEqual(['alertmanager_config']);
    expect(Object.keys(config)).toEqual(['route', 'receivers']);
    for (const receiver of config.receivers) expect(Object.keys(receiver)).toEqual(['name', 'sns_configs']);
  });

  it('sends alerts to a receiver that there is, whose topic and Region are known', () => {
    const [receiver] = config.receivers;
    expect(config.receivers).toHaveLength(1);
    expect(config.route.receiver).toBe(receiver?.name);
    expect(receiver?.sns_configs).toEqual([
      {
        topic_arn: expect.stringMatching(/^arn:aws:sns:eu-west-1:/),
        sigv4: { region: 'eu-west-1' },
        send_resolved: true,
      },
    ]);
  });

  it('waits for durations that Prometheus knows, and groups by labels that alerts have', () => {
    for (const name of ['group_wait', 'group_interval', 'repeat_interval']) {
      expect(config.route[name], name).toMatch(DURATION);
    }
    const labels = ['alertname', 'severity', 'job', 'instance'];
    expect(config.route.group_by.filter(label => !labels.includes(label))).toEqual([]);
  });

  it('forgets collectors that fell silent before it would tell of them again', () => {
    const lost = alertRules().find(({ alert }) => alert === 'TelemetryIsLost');
    const [, window = ''] = /absent_over_time\(\w+\[(\w+)\]\)/.exec(lost?.expr ?? '') ?? [];
    expect(seconds(window)).toBeLessThan(seconds(String(config.route.repeat_interval)));
    expect(seconds(window)).toBeGreaterThan(seconds(lost?.for ?? '') * 2);
  });
});

describe('alert rules', () => {
  it('are in one group, each under a name of its own, with a severity, a summary and a while to wait', () => {
    const { groups } = parse(alertRulesFile()) as { groups: unknown[] };
    expect(groups).toHaveLength(1);
    const names = alertRules().map(({ alert }) => alert);
    expect(new Set(names).size).toBe(names.length);
    for (const { alert, labels, annotations, for: wait } of alertRules()) {
      expect(['warning', 'critical'], alert).toContain(labels.severity);
      expect(annotations.summary, alert).toMatch(/\w/);
      expect(seconds(wait), alert).toBeGreaterThanOrEqual(300);
    }
  });
});
