import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { ADOT_ALIASES, ADOT_COMPONENTS, ADOT_CONFIG_PROVIDERS } from './adot-components.ts';
import {
  collectorConfig,
  containersOf,
  LOCAL_DEFAULTS,
  LOCAL_DIFFERENCES,
  localCollectorConfig,
} from './collector-config.ts';
import { ROOT } from './repository.ts';

type Kind = 'receivers' | 'processors' | 'exporters' | 'extensions';
type Pipeline = Record<'receivers' | 'processors' | 'exporters', string[]>;
type Config = Record<Kind, Record<string, { auth?: { authenticator: string } } | null>> & {
  service: { extensions: string[]; pipelines: Record<string, Pipeline> };
};

const applicationTemplate = readFileSync(join(ROOT, 'cloudformation/2-ecs-fargate-template.yaml'), 'utf8');
const deployed = collectorConfig(applicationTemplate);
const local = readFileSync(join(ROOT, 'local', 'adot-config.yaml'), 'utf8');
const SECTIONS = ['receivers', 'processors', 'exporters', 'extensions'] as const satisfies Kind[];

/** Types of a configuration's components that ADOT does not have, by section. */
function foreignTypes(config: Config): string[] {
  return SECTIONS.flatMap(section =>
    Object.keys(config[section])
      .map(id => id.split('/')[0] ?? '')
      .map(type => ADOT_ALIASES[section]?.[type] ?? type)
      .filter(type => !(ADOT_COMPONENTS[section] as readonly string[]).includes(type))
      .map(type => `${section}: ${type}`),
  );
}

describe.each([
  ['the template', deployed],
  ['local/adot-config.yaml', local],
])('the collector’s configuration in %s', (_, text) => {
  const config = parse(text) as Config;
  const pipelines = Object.entries(config.service.pipelines);

  it('has sections that a collector knows, and no connectors, of which ADOT has none', () => {
    expect(Object.keys(config).sort()).toEqual([...SECTIONS, 'service'].sort());
    expect(ADOT_COMPONENTS.connectors).toEqual([]);
  });

  it('uses only components that ADOT 0.49 has', () => {
    expect(foreignTypes(config)).toEqual([]);
  });

  it('reads its values only from where ADOT can', () => {
    const schemes = [...text.matchAll(/\$\{(?:(\w+):)?/g)].map(([, scheme]) => scheme);
    expect(new Set(schemes)).toEqual(new Set(['env']));
    expect(ADOT_CONFIG_PROVIDERS).toContain('env');
  });

  it('defines what it refers to, and refers to all that it defines', () => {
    const extensions = Object.values(config.exporters).flatMap(exporter => exporter?.auth?.authenticator ?? []);
    for (const section of ['receivers', 'processors', 'exporters'] as const) {
      const used = new Set(pipelines.flatMap(([, pipeline]) => pipeline[section]));
      expect([...used].sort(), section).toEqual(Object.keys(config[section]).sort());
    }
    expect(config.service.extensions.toSorted()).toEqual(Object.keys(config.extensions).sort());
    expect(config.service.extensions).toEqual(expect.arrayContaining(extensions));
  });

  it('has pipelines of signals, each with a receiver and an exporter, none of them twice', () => {
    for (const [name, { receivers, processors, exporters }] of pipelines) {
      expect(name).toMatch(/^(traces|metrics|logs)(\/\w+)?$/);
      for (const list of [receivers, processors, exporters]) {
        expect(list.length, name).toBeGreaterThan(0);
        expect(new Set(list).size, name).toBe(list.length);
      }
    }
  });

  it('limits memory before anything else, and batches last', () => {
    for (const [name, { processors }] of pipelines) {
      expect([processors[0], processors.at(-1)], name).toEqual(['memory_limiter', 'batch']);
    }
  });
});

it('a component that ADOT does not have is noticed', () => {
  const section = { 'otlp/x': null, transform: null, spanmetrics: null, resourcedetection: null };
  expect(foreignTypes({ receivers: section, processors: section, exporters: {}, extensions: {} } as never)).toEqual([
    'receivers: transform',
    'receivers: spanmetrics',
    'receivers: resourcedetection',
    'processors: otlp',
    'processors: transform',
    'processors: spanmetrics',
  ]);
});

it('the collector beside a task is given every environment variable that its configuration reads', () => {
  const collector = containersOf(applicationTemplate).find(({ Name }) => Name === 'collector');
  const given = collector?.Environment.map(({ Name }) => Name);
  for (const [, name] of deployed.matchAll(/\$\{env:(\w+)/g)) expect(given).toContain(name);
  for (const argument of collector?.Command ?? []) {
    expect(ADOT_CONFIG_PROVIDERS).toContain(/^--config=(\w+):/.exec(argument)?.[1]);
  }
});

it('the local collector needs no environment variable but those of AWS', () => {
  const without = [...local.matchAll(/\$\{env:(\w+)\}/g)].map(([, name]) => name);
  expect(without).toEqual([]);
  const defaults = [...local.matchAll(/\$\{env:(\w+):-([^}]*)\}/g)].map(([, name, value]) => [name, value]);
  expect(Object.fromEntries(defaults)).toEqual(LOCAL_DEFAULTS);
});

describe('the local collector', () => {
  const differences = LOCAL_DIFFERENCES.flatMap(({ without = [], with: changed = [] }) => [
    ...without,
    ...changed.map(({ at }) => at),
  ]).map(path => path.join('.'));

  it('differs from the deployed one only where it is declared, and everywhere there', () => {
    const plain = local.replaceAll(/\$\{env:(\w+):-[^}]*\}/g, '${env:$1}');
    const found = differingPaths(parse(deployed), parse(plain));
    const unforeseen = found.filter(path => !differences.some(at => path === at || path.startsWith(`${at}.`)));
    const without = differences.filter(at => !found.some(path => path === at || path.startsWith(`${at}.`)));
    expect({ unforeseen, without }).toEqual({ unforeseen: [], without: [] });
  });

  it('handles each signal as the deployed one does', () => {
    const [here, there] = [local, deployed].map(text => (parse(text) as Config).service.pipelines);
    const signals = (pipelines: Record<string, Pipeline> = {}) =>
      new Set(Object.keys(pipelines).map(name => name.split('/')[0]));
    expect(signals(here)).toEqual(signals(there));
    for (const [name, pipeline] of Object.entries(here ?? {})) expect(pipeline, name).toEqual(there?.[name]);
  });

  it('is reached from other containers, writes to Prometheus unsigned, and asks no ECS', () => {
    const config = parse(local);
    expect(config.receivers).toEqual({
      otlp: { protocols: { grpc: { endpoint: '0.0.0.0:4317' }, http: { endpoint: '0.0.0.0:4318' } } },
    });
    expect(config.exporters['prometheusremotewrite/app']).toMatchObject({
      endpoint: '${env:AWS_PROMETHEUS_ENDPOINT:-http://prometheus:9090/api/v1/write}',
    });
    expect(config.exporters.awscloudwatchlogs).toMatchObject({
      log_group_name: '${env:TELEMETRY_LOG_GROUP:-/aws/ecs/zap-adot-logs}',
    });
    // Region and endpoints are the environment's: a value here would win over AWS_REGION.
    for (const id of ['awsxray', 'awscloudwatchlogs']) {
      expect(Object.keys(config.exporters[id])).not.toEqual(expect.arrayContaining(['region']));
      expect(Object.keys(config.exporters[id])).not.toEqual(expect.arrayContaining(['endpoint']));
    }
    const settings = JSON.stringify({ ...config, service: { ...config.service, telemetry: undefined } });
    expect(settings).not.toMatch(/sigv4|ecscontainer|\becs\b(?!\/zap)|TaskId|task\.arn/);
  });

  it('says at its head where it comes from and why it differs, and keeps the comments of what is the same', () => {
    const [head = ''] = local.split('\nextensions:');
    expect(head).toContain('Generated from AOT_CONFIG_CONTENT in cloudformation/2-ecs-fargate-template.yaml');
    for (const { because } of LOCAL_DIFFERENCES) expect(head).toContain(because);
    const comments = (text: string) => [...text.matchAll(/^ +# .*$/gm)].map(([line]) => line);
    const strange = comments(local).filter(line => !comments(deployed).includes(line));
    expect(strange).toEqual([]);
    expect(comments(local)).toContainEqual(expect.stringContaining('One consumer keeps samples in order'));
    expect(comments(local).join()).not.toContain('ARN');
  });

  it.each([
    ['log_stream_name: otlp/{TaskId}', 'log_stream: otlp', 'log_stream_name to replace'],
    ['detectors: [env, ecs]', 'detectors: [env]', 'detectors → ecs to leave out'],
  ])('is not generated when %j is no longer there to differ from', (before, after, message) => {
    expect(applicationTemplate).toContain(before);
    expect(() => localCollectorConfig(applicationTemplate.replace(before, after))).toThrow(message);
  });
});

/** Where two values are not the same; members of lists by their value, those of objects by their position. */
function differingPaths(one: unknown, other: unknown, path = ''): string[] {
  if (JSON.stringify(one) === JSON.stringify(other)) return [];
  const [from, to] = [one, other].map(entries);
  if (from === undefined || to === undefined) return [path];
  const keys = new Set([...from.keys(), ...to.keys()]);
  return [...keys].flatMap(key => differingPaths(from.get(key), to.get(key), path === '' ? key : `${path}.${key}`));
}

function entries(value: unknown): Map<string, unknown> | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  if (!Array.isArray(value)) return new Map(Object.entries(value));
  return new Map(value.map((item, index) => [typeof item === 'object' ? String(index) : String(item), item]));
}
