import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { CREDENTIALS, startTestAws, type TestAws } from './support.ts';

let now = Date.parse('2026-01-01T00:00:00Z');
let aws: TestAws;
/** Workspaces by version. */
const ids = new Map<string, string>();
beforeAll(async () => {
  aws = await startTestAws({ clock: { now: () => new Date(now), sleep: async () => {} } });
  for (const version of ['8.4', '10.4', '12.4']) {
    const name = `g-${version.replace('.', '-')}`;
    const Properties = {
      ...{
        AccountAccessType: 'CURRENT_ACCOUNT',
        AuthenticationProviders: ['AWS_SSO'],
        PermissionType: 'SERVICE_MANAGED',
      },
      ...{ GrafanaVersion: version, PluginAdminEnabled: version === '12.4' },
    };
    const made = await aws.create(name, {
      Resources: { G: { Type: 'AWS::Grafana::Workspace', Properties } },
      Outputs: { Id: { Value: { Ref: 'G' } } },
    });
    ids.set(version, made.Outputs?.[0]?.OutputValue ?? '');
  }
});
afterAll(() => aws.close());

interface Answer {
  status: number;
  code?: string | undefined;
  // biome-ignore lint/suspicious/noExplicitAny: the tests look into whatever comes
  body: any;
}

async function send(method: string, path: string, authorization: string, body?: object): Promise<Answer> {
  const headers = { authorization, 'content-type': 'application/json' };
  const response = await fetch(aws.url + path, { method, headers, ...(body && { body: JSON.stringify(body) }) });
  const code = response.headers.get('x-amzn-errortype') ?? undefined;
  return { status: response.status, ...(code && { code }), body: await response.json() };
}

const control = (method: string, path: string, body?: object, region = 'us-east-1') => {
  const scope = `${CREDENTIALS.accessKeyId}/20260101/${region}/grafana/aws4_request`;
  return send(method, path, `AWS4-HMAC-SHA256 Credential=${scope}, SignedHeaders=host, Signature=0`, body);
};
const path = (version = '12.4') => `/workspaces/${ids.get(version)}`;

let count = 0;
/** Grafana's HTTP API, by a new account of a role. */
async function grafana(grafanaRole = 'ADMIN', version = '12.4', secondsToLive = 60) {
  count += 1;
  const { body: account } = await control('POST', `${path(version)}/serviceaccounts`, {
    name: `a${count}`,
    grafanaRole,
  });
  const tokens = `${path(version)}/serviceaccounts/${account.id}/tokens`;
  const { body: made } = await control('POST', tokens, { name: 't', secondsToLive });
  const { body: shown } = await control('GET', path(version));
  const base = new URL(shown.workspace.endpoint).pathname;
  const ask = (method: string, where: string, body?: object) =>
    send(method, `${base}/api${where}`, `Bearer ${made.serviceAccountToken.key}`, body);
  return { ask, account: account.id as string, base };
}

describe('the control plane', () => {
  test('shows a workspace, with the tags that a call has given', async () => {
    const arn = `arn:aws:grafana:us-east-1:000000000000:/workspaces/${ids.get('10.4')}`;
    expect((await control('POST', `/tags/${encodeURIComponent(arn)}`, { tags: { a: 'b' } })).status).toBe(200);
    const { body } = await control('GET', path('10.4'));
    expect(body.workspace).toMatchObject({
      ...{ id: ids.get('10.4'), status: 'ACTIVE', grafanaVersion: '10.4' },
      endpoint: `${aws.url}/grafana/${ids.get('10.4')}`,
      tags: { a: 'b', 'aws:cloudformation:stack-name': 'g-10-4' },
    });
  });

  test('knows accounts by name, and lists them in pages', async () => {
    const where = `${path('10.4')}/serviceaccounts`;
    for (const name of ['one', 'two', 'three'])
      expect(await control('POST', where, { name, grafanaRole: 'VIEWER' })).toMatchObject({
        status: 200,
        body: { name },
      });
    expect(await control('POST', where, { name: 'two', grafanaRole: 'ADMIN' })).toMatchObject({
      code: 'ConflictException',
    });
    const first = await control('GET', `${where}?maxResults=2`);
    const second = await control('GET', `${where}?maxResults=2&nextToken=${first.body.nextToken}`);
    const listed = [first, second].flatMap(({ body }) => body.serviceAccounts) as { id: string; name: string }[];
    expect(listed.map(({ name }) => name)).toEqual(['one', 'two', 'three']);
    for (const { id } of listed) expect((await control('DELETE', `${where}/${id}`)).status).toBe(200);
    expect((await control('GET', where)).body.serviceAccounts).toEqual([]);
    expect(await control('DELETE', `${where}/${listed[0]?.id}`)).toMatchObject({
      status: 404,
      code: 'ResourceNotFoundException',
    });
  });

  test.each<[string, () => Promise<Answer>, string]>([
    ['an unknown workspace', () => control('GET', '/workspaces/g-0000000000'), 'ResourceNotFoundException'],
    ['another region', () => control('GET', path(), undefined, 'eu-west-1'), 'ResourceNotFoundException'],
    [
      'a role that there is not',
      () => control('POST', `${path()}/serviceaccounts`, { name: 'x', grafanaRole: 'Admin' }),
      'ValidationException',
    ],
    ['no name', () => control('POST', `${path()}/serviceaccounts`, { grafanaRole: 'ADMIN' }), 'ValidationException'],
    ['a version without accounts', () => control('GET', `${path('8.4')}/serviceaccounts`), 'ValidationException'],
    [
      'an unknown account',
      () => control('POST', `${path()}/serviceaccounts/999/tokens`, { name: 't', secondsToLive: 1 }),
      'ResourceNotFoundException',
    ],
    ['a call that there is not', () => control('PUT', path(), {}), 'UnknownOperationException'],
  ])('refuses %s', async (_, ask, code) => {
    expect((await ask()).code).toBe(code);
  });

  test.each([0, 1.5, 2_592_001, 'soon'])('gives no token for %s seconds', async secondsToLive => {
    const { account } = await grafana();
    const made = await control('POST', `${path()}/serviceaccounts/${account}/tokens`, { name: 'u', secondsToLive });
    expect(made.code).toBe('ValidationException');
  });
});

describe('a token', () => {
  test('opens its own workspace, until it ends, or its account does; AWS never shows it again', async () => {
    const { ask, account, base } = await grafana('ADMIN', '12.4', 60);
    expect((await ask('GET', '/folders/none')).status).toBe(404);
    const tokens = `${path()}/serviceaccounts/${account}/tokens`;
    const { body } = await control('GET', tokens);
    expect(body.serviceAccountTokens).toEqual([
      { id: expect.any(String), name: 't', createdAt: now / 1000, expiresAt: now / 1000 + 60, lastUsedAt: now / 1000 },
    ]);
    now += 60_000;
    expect(await ask('GET', '/folders/none')).toMatchObject({ status: 401, body: { message: 'Expired API key' } });
    const other = await grafana('ADMIN', '10.4');
    const key = 'Bearer glsa_wrong';
    expect((await send('GET', `${base}/api/folders/none`, key)).status).toBe(401);
    await control('DELETE', `${path('10.4')}/serviceaccounts/${other.account}`);
    expect((await other.ask('GET', '/folders/none')).status).toBe(401);
    expect(JSON.stringify(aws.calls)).not.toContain('glsa_');
  });

  test.each([
    ['VIEWER', [403, 403, 404]],
    ['EDITOR', [403, 400, 404]],
    ['ADMIN', [400, 400, 404]],
  ])('of a %s may what that role may', async (role, statuses) => {
    const { ask } = await grafana(role);
    const answers = [
      await ask('POST', '/datasources', {}),
      await ask('POST', '/dashboards/db', {}),
      await ask('GET', '/folders/none'),
    ];
    expect(answers.map(({ status }) => status)).toEqual(statuses);
  });
});

const jsonData = { authType: 'ec2_iam_role', defaultRegion: 'us-east-1' };
const source = (uid: string, more: object = {}) => ({
  uid,
  name: uid,
  type: 'cloudwatch',
  access: 'proxy',
  jsonData,
  ...more,
});

describe('data sources', () => {
  test('are made, changed by version, tested and deleted', async () => {
    const { ask } = await grafana();
    expect((await ask('GET', '/datasources/uid/one')).status).toBe(404);
    expect((await ask('POST', '/datasources', source('one'))).body).toMatchObject({
      message: 'Datasource added',
      datasource: { version: 1 },
    });
    expect((await ask('POST', '/datasources', source('two', { name: 'one' }))).status).toBe(409);
    expect((await ask('POST', '/datasources', source('one', { name: 'two' }))).status).toBe(409);
    expect((await ask('PUT', '/datasources/uid/one', source('one', { url: 'https://a', version: 1 }))).status).toBe(
      200,
    );
    expect((await ask('PUT', '/datasources/uid/one', source('one', { version: 1 }))).status).toBe(409);
    expect((await ask('GET', '/datasources/uid/one')).body).toMatchObject({ url: 'https://a', version: 2, jsonData });
    expect((await ask('GET', '/datasources/uid/one/health')).body).toMatchObject({ status: 'OK' });
    expect((await ask('DELETE', '/datasources/uid/one')).status).toBe(200);
    expect((await ask('GET', '/datasources/uid/one')).status).toBe(404);
  });

  test('need their plugin, which has to be installed where it is none of those that are there', async () => {
    const { ask } = await grafana();
    const id = 'grafana-x-ray-datasource';
    expect((await ask('GET', `/plugins/${id}/settings`)).status).toBe(404);
    await ask('POST', '/datasources', source('x', { type: id }));
    expect(await ask('GET', '/datasources/uid/x/health')).toMatchObject({
      status: 500,
      body: { message: 'Unable to find datasource plugin' },
    });
    expect((await ask('POST', `/plugins/${id}/install`, {})).status).toBe(200);
    expect((await ask('GET', '/datasources/uid/x/health')).status).toBe(200);
    expect((await ask('POST', `/plugins/${id}/install`, {})).status).toBe(409);
    const old = await grafana('ADMIN', '10.4');
    expect((await old.ask('GET', '/plugins/grafana-amazonprometheus-datasource/settings')).status).toBe(404);
    expect((await old.ask('POST', `/plugins/${id}/install`, {})).status).toBe(404);
  });

  test.each([
    ['a member that there is not', source('bad', { region: 'us-east-1' }), 'region'],
    ['a uid that is too long', source('x'.repeat(41)), 'uid'],
    ['no type', { ...source('bad'), type: undefined }, 'type'],
    ['an access that there is not', source('bad', { access: 'server' }), 'access'],
    [
      'a way to sign in that there is not',
      source('bad', { jsonData: { ...jsonData, authType: 'workspace' } }),
      'authType',
    ],
    ['no region', source('bad', { jsonData: { authType: 'default' } }), 'defaultRegion'],
    [
      'a Prometheus that is not signed for',
      source('bad', { type: 'grafana-amazonprometheus-datasource' }),
      'httpMethod',
    ],
  ])('are refused with %s', async (_, body, member) => {
    const { ask } = await grafana();
    expect(await ask('POST', '/datasources', body)).toMatchObject({
      status: 400,
      body: { message: expect.stringContaining(member) },
    });
  });
});

describe('dashboards', () => {
  const shipped = () =>
    JSON.parse(readFileSync(new URL('../../../cloudformation/dashboards/service.json', import.meta.url), 'utf8'));

  test('have versions with messages, and are changed by version only', async () => {
    const { ask } = await grafana();
    expect(await ask('POST', '/folders', { uid: 'f', title: 'F' })).toMatchObject({ status: 200, body: { uid: 'f' } });
    expect((await ask('POST', '/folders', { uid: 'f', title: 'G' })).status).toBe(412);
    const save = (more: object = {}, dashboard: object = {}) =>
      ask('POST', '/dashboards/db', { dashboard: { ...shipped(), ...dashboard }, folderUid: 'f', ...more });
    expect((await save({ folderUid: 'none' })).status).toBe(400);
    expect((await save({ message: 'first' })).body).toMatchObject({ status: 'success', version: 1 });
    expect((await save({}, { version: 0 })).body).toMatchObject({ status: 'version-mismatch' });
    expect((await save({ message: 'second' }, { version: 1 })).body).toMatchObject({ version: 2 });
    expect((await save({ overwrite: true }, { version: 0 })).body).toMatchObject({ version: 3 });
    const { body } = await ask('GET', '/dashboards/uid/zap-obs-service');
    expect(body).toMatchObject({ dashboard: { ...shipped(), version: 3 }, meta: { folderUid: 'f' } });
    const listed = await ask('GET', '/dashboards/uid/zap-obs-service/versions?limit=2');
    expect(listed.body.versions).toMatchObject([
      { version: 3, message: '' },
      { version: 2, message: 'second' },
    ]);
  });

  test('list their versions bare before Grafana 11', async () => {
    const { ask } = await grafana('ADMIN', '10.4');
    await ask('POST', '/dashboards/db', { dashboard: shipped(), message: 'm' });
    expect((await ask('GET', '/dashboards/uid/zap-obs-service/versions')).body).toMatchObject([
      { version: 1, message: 'm' },
    ]);
  });

  // biome-ignore lint/suspicious/noExplicitAny: broken in any way
  test.each<[string, (dashboard: any) => void, string]>([
    ['no title', dashboard => delete dashboard.title, 'dashboard.title'],
    ['a schema version that is text', dashboard => (dashboard.schemaVersion = '41'), 'dashboard.schemaVersion'],
    ['a member that there is not', dashboard => (dashboard.panel = []), 'dashboard.panel'],
    ['a panel without a type', dashboard => delete dashboard.panels[1].type, 'dashboard.panels.1.type'],
    ['a panel at no place', dashboard => delete dashboard.panels[1].gridPos.w, 'dashboard.panels.1.gridPos.w'],
    [
      'a misspelt threshold',
      dashboard => (dashboard.panels[1].fieldConfig.defaults.threshold = {}),
      'defaults.threshold',
    ],
    [
      'a colour mode that there is not',
      dashboard => (dashboard.panels[1].fieldConfig.defaults.color.mode = 'red'),
      'color.mode',
    ],
    [
      'a variable of no type',
      dashboard => (dashboard.templating.list[0].type = 'data source'),
      'templating.list.0.type',
    ],
    ['a target without a refId', dashboard => delete dashboard.panels[1].targets[0].refId, 'targets.0.refId'],
    ['a link that is incomplete', dashboard => delete dashboard.links[0].icon, 'dashboard.links.0.icon'],
  ])('are refused with %s', async (_, breakIt, member) => {
    const { ask } = await grafana();
    const dashboard = shipped();
    breakIt(dashboard);
    expect(await ask('POST', '/dashboards/db', { dashboard })).toMatchObject({
      status: 400,
      body: { message: expect.stringContaining(member) },
    });
  });
});

test('faults of any call strike Grafana in its own words', async () => {
  const { ask } = await grafana();
  const seen = [];
  for (const fault of ['throttled', 'service-error', 'unknown-credentials', 'access-denied'] as const) {
    const handle = aws.faults.inject({ fault, action: 'GetFolder' });
    seen.push((await ask('GET', '/folders/none')).status);
    handle.remove();
  }
  expect(seen).toEqual([429, 500, 401, 403]);
});
