import { expect, it } from 'vitest';
import { ROOT } from '../tooling/repository.ts';
import { loadDashboards } from './load-dashboards.ts';
import { hashOf, uidOf, wantedFor } from './wanted.ts';

const metricsEndpoint = 'https://aps-workspaces.eu-west-1.amazonaws.com/workspaces/ws-1';
const dashboards = await loadDashboards(ROOT);
const wanted = (more: Partial<Parameters<typeof wantedFor>[0]> = {}) =>
  wantedFor({ prefix: 'shop', region: 'eu-west-1', version: '12.4', metricsEndpoint, dashboards, ...more });

it('data sources are read with the role of the workspace, in the region of the stacks', () => {
  expect(wanted().dataSources).toEqual([
    {
      uid: 'zap-obs-shop-prometheus',
      name: 'zap-obs / shop / Prometheus',
      type: 'grafana-amazonprometheus-datasource',
      access: 'proxy',
      url: `${metricsEndpoint}/`,
      jsonData: { httpMethod: 'POST', sigV4Auth: true, sigV4AuthType: 'ec2_iam_role', sigV4Region: 'eu-west-1' },
    },
    {
      uid: 'zap-obs-shop-x-ray',
      name: 'zap-obs / shop / X-Ray',
      type: 'grafana-x-ray-datasource',
      access: 'proxy',
      url: '',
      jsonData: { authType: 'ec2_iam_role', defaultRegion: 'eu-west-1' },
    },
    {
      uid: 'zap-obs-shop-cloudwatch',
      name: 'zap-obs / shop / CloudWatch',
      type: 'cloudwatch',
      access: 'proxy',
      url: '',
      jsonData: {
        authType: 'ec2_iam_role',
        defaultRegion: 'eu-west-1',
        tracingDatasourceUid: 'zap-obs-shop-x-ray',
      },
    },
  ]);
});

it.each([
  ['9.4', 'prometheus'],
  ['10.4', 'prometheus'],
  ['12.4', 'grafana-amazonprometheus-datasource'],
  ['13.0', 'grafana-amazonprometheus-datasource'],
])('Grafana %s reads Amazon Managed Prometheus by plugin %s', (version, type) => {
  expect(wanted({ version }).dataSources[0]?.type).toBe(type);
});

it('every dashboard that is shipped is wanted, under a uid of the stacks, with their data source chosen', () => {
  const found = wanted().dashboards;
  expect(found.map(({ uid, title }) => [uid, title])).toEqual([
    ['zap-obs-shop-collector', 'zap-obs / Collector'],
    ['zap-obs-shop-ecs-task', 'zap-obs / ECS task'],
    ['zap-obs-shop-service', 'zap-obs / Service'],
  ]);
  for (const { uid, model } of found) {
    expect(model.uid).toBe(uid);
    expect(model).not.toHaveProperty('version');
    const [source, ...others] = (model.templating as { list: { current: object }[] }).list;
    expect(source?.current).toEqual({ text: 'zap-obs / shop / Prometheus', value: 'zap-obs-shop-prometheus' });
    expect(others.map(({ current }) => current)).not.toContainEqual(source?.current);
  }
});

it('uids fit into Grafana, and those of different stacks differ', () => {
  const long = ['a'.repeat(100), `${'a'.repeat(99)}b`, 'a'.repeat(22), 'a'.repeat(21), 'a'];
  const uids = long.flatMap(prefix => ['prometheus', 'service'].map(part => uidOf(prefix, part)));
  expect(new Set(uids).size).toBe(uids.length);
  for (const uid of uids) expect(uid).toMatch(/^zap-obs-[a-zA-Z0-9-]{1,32}$/);
  expect(uidOf('ecs-adot-amp-amg', 'cloudwatch')).toBe('zap-obs-ecs-adot-amp-amg-cloudwatch');
});

it('the hash of all tells any change, and nothing else', () => {
  expect(wanted().hash).toBe(wanted().hash);
  const service = dashboards.get('service');
  const changed = new Map([...dashboards, ['service', { ...service, title: 'x' } as typeof service & object]]);
  const others = [
    { metricsEndpoint: `${metricsEndpoint}2` },
    { version: '10.4' },
    { region: 'eu-west-2' },
    { dashboards: changed },
  ];
  expect(new Set([wanted(), ...others.map(wanted)].map(({ hash }) => hash)).size).toBe(others.length + 1);
  expect(hashOf({ a: 1, b: [{ c: 2, d: 3 }] })).toBe(hashOf({ b: [{ d: 3, c: 2 }], a: 1 }));
  expect(hashOf([1, 2])).not.toBe(hashOf([2, 1]));
});
