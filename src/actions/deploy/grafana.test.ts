import { beforeEach, describe, expect, it, vi } from 'vitest';
import { openSession } from '../../aws/session.aws.ts';
import { grafanaControlPlane } from '../../grafana/control-plane.aws.ts';
import { tagFor } from '../../grafana/provision-workspace.ts';
import { uidOf } from '../../grafana/wanted.ts';
import { Cancelled } from '../../runner/cancellation.ts';
import { recordingHost } from '../../tooling/recording-host.ts';
import { scenarios } from '../../tooling/scenario.ts';
import { ACCOUNT_STATE, placeOf } from './provision-grafana.ts';
import { removeLeftAccount } from './remove-left-account.ts';
import { action as deploy } from './run.ts';

const scenario = scenarios();
const { run } = scenario;

/** Stacks that are none of zap-obs's, but have what it looks for. */
const files = (properties = 'GrafanaVersion: "12.4", PluginAdminEnabled: true') => ({
  'stacks.yaml': 'stacks:\n  view: { template: view.yaml }\n',
  'view.yaml': `Resources:
  Metrics: { Type: AWS::APS::Workspace }
  Grafana:
    Type: AWS::Grafana::Workspace
    Properties:
      { AccountAccessType: CURRENT_ACCOUNT, AuthenticationProviders: [AWS_SSO], PermissionType: SERVICE_MANAGED, ${properties} }
Outputs:
  MetricsEndpoint: { Value: !GetAtt Metrics.PrometheusEndpoint }
  GrafanaUrl: { Value: !Sub "https://\${Grafana.Endpoint}" }
`,
});
const own = (prefix: string, more: Record<string, string> = {}) => ({
  'stack-prefix': prefix,
  'stacks-file': 'stacks.yaml',
  ...more,
});

/** Faults that tests have switched on. */
const faults: { remove(): void }[] = [];
const inject = (...given: Parameters<typeof scenario.aws.faults.inject>) => {
  const fault = scenario.aws.faults.inject(...given);
  faults.push(fault);
  return fault;
};
beforeEach(() => {
  for (const fault of faults.splice(0)) fault.remove();
});

const control = () => grafanaControlPlane(openSession('us-east-1'));
const workspaceOf = (outputs: Record<string, string>) => /g-[0-9a-f]{10}/.exec(outputs['grafana-url'] ?? '')?.[0] ?? '';

/** Somebody who looks after a workspace by hand, with an account that is none of ours. */
async function person(workspaceId: string, prefix = '') {
  const { accounts, createAccount, createToken, describe, tag } = control();
  const token = await createToken(workspaceId, await createAccount(workspaceId, 'somebody'), `${Date.now()}`, 60);
  const { url } = await describe(workspaceId);
  // biome-ignore lint/suspicious/noExplicitAny: the tests look into whatever comes
  const ask = async (method: string, path: string, body?: object): Promise<{ status: number; body: any }> => {
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
    const response = await fetch(url + path, { method, headers, ...(body && { body: JSON.stringify(body) }) });
    return { status: response.status, body: await response.json() };
  };
  return {
    ask,
    dashboard: async (uid: string) => (await ask('GET', `/api/dashboards/uid/${uid}`)).body,
    /** Saves a dashboard that is there, changed. */
    async edit(uid: string, message: string, change: object = { title: 'Mine' }) {
      const { dashboard, meta } = (await ask('GET', `/api/dashboards/uid/${uid}`)).body;
      const saved = { dashboard: { ...dashboard, ...change }, folderUid: meta.folderUid, message };
      expect(await ask('POST', '/api/dashboards/db', saved)).toMatchObject({ status: 200 });
    },
    accounts: async () => (await accounts(workspaceId)).map(({ name }) => name),
    /** What a release of zap-obs with other dashboards would find. */
    outdate: () =>
      tag(`arn:aws:grafana:us-east-1:000000000000:/workspaces/${workspaceId}`, { [tagFor(prefix)]: 'before' }),
  };
}

async function provisioned(prefix: string) {
  const { code, host } = await run(deploy, own(prefix), files());
  expect(code).toBe(0);
  return await person(workspaceOf(host.outputs), prefix);
}

const writesTo = (service: string, calls: readonly string[]) =>
  calls.filter(call => call.startsWith(`${service}:`) && !/:(Get|Describe|List)/.test(call));

describe('a workspace of Amazon Managed Grafana', () => {
  it('gets data sources and dashboards, and keeps no account', async () => {
    const { code, host, transcript } = await run(deploy, own('first'), files());
    await expect(transcript).toMatchFileSnapshot('__transcripts__/grafana.md');
    expect(code).toBe(0);
    const { ask, accounts } = await person(workspaceOf(host.outputs));
    expect(await accounts()).toEqual(['somebody']);
    for (const url of host.outputs.dashboards?.split('\n') ?? []) {
      const { body } = await ask('GET', `/api/dashboards/uid/${url.split('/').at(-1)}`);
      expect(body).toMatchObject({ dashboard: { tags: ['zap-obs'] }, meta: { folderUid: 'zap-obs-first-folder' } });
    }
    expect(host.outputs.dashboards?.split('\n')).toHaveLength(3);
  });

  it('is not asked again, and has no account made, while nothing is to be done', async () => {
    await provisioned('again');
    const { code, calls, writes } = await run(deploy, own('again'), files());
    expect([code, writes]).toEqual([0, []]);
    expect(calls.filter(call => call.startsWith('grafana'))).toEqual(['grafana:DescribeWorkspace']);
  });

  it('is written to nowhere when all is as wanted, though that was not known', async () => {
    const { outdate, dashboard } = await provisioned('same');
    await outdate();
    const { code, calls } = await run(deploy, own('same'), files());
    expect(code).toBe(0);
    expect(calls).toContain('grafana-api:GetDashboard');
    expect(writesTo('grafana-api', calls)).toEqual([]);
    expect((await dashboard('zap-obs-same-service')).dashboard.version).toBe(1);
  });

  it('gets back what was deleted, and new versions of what nobody has changed', async () => {
    const { ask, edit, dashboard, outdate } = await provisioned('newer');
    await ask('DELETE', '/api/dashboards/uid/zap-obs-newer-collector');
    await ask('DELETE', '/api/datasources/uid/zap-obs-newer-cloudwatch');
    // As an earlier release of zap-obs would have saved it.
    await edit('zap-obs-newer-service', 'zap-obs 0123456789ab');
    await outdate();
    const { code, calls } = await run(deploy, own('newer'), files());
    expect(code).toBe(0);
    expect(writesTo('grafana-api', calls)).toEqual([
      'grafana-api:CreateDataSource',
      'grafana-api:SaveDashboard',
      'grafana-api:SaveDashboard',
    ]);
    expect((await dashboard('zap-obs-newer-service')).dashboard).toMatchObject({
      title: 'zap-obs / Service',
      version: 3,
    });
  });

  it('keeps what somebody has changed, says so each time, and takes ours when theirs is deleted', async () => {
    const { ask, edit, dashboard, outdate } = await provisioned('edited');
    await edit('zap-obs-edited-service', 'my colours');
    const { body: source } = await ask('GET', '/api/datasources/uid/zap-obs-edited-x-ray');
    const { id: _, orgId: __, readOnly: ___, ...settings } = source;
    const changed = { ...settings, jsonData: { ...settings.jsonData, defaultRegion: 'eu-central-1' } };
    expect((await ask('PUT', '/api/datasources/uid/zap-obs-edited-x-ray', changed)).status).toBe(200);
    await outdate();
    const { code, transcript } = await run(deploy, own('edited'), files());
    await expect(transcript).toMatchFileSnapshot('__transcripts__/grafana-kept.md');
    expect(code).toBe(0);
    expect((await dashboard('zap-obs-edited-service')).dashboard).toMatchObject({ title: 'Mine', version: 2 });
    const told = await run(deploy, own('edited'), files());
    expect(told.host.log.filter(line => line.startsWith('[warning'))).toHaveLength(2);

    await ask('DELETE', '/api/dashboards/uid/zap-obs-edited-service');
    await ask('DELETE', '/api/datasources/uid/zap-obs-edited-x-ray');
    const taken = await run(deploy, own('edited'), files());
    expect(taken.host.log.filter(line => line.startsWith('[warning'))).toEqual([]);
    expect((await dashboard('zap-obs-edited-service')).dashboard).toMatchObject({
      title: 'zap-obs / Service',
      version: 1,
    });
  });

  it('keeps what is none of ours as it is', async () => {
    const { ask, dashboard, outdate, accounts } = await provisioned('theirs');
    const theirs = { title: 'Theirs', uid: 'theirs', schemaVersion: 41, tags: ['zap-obs'] };
    await ask('POST', '/api/dashboards/db', { dashboard: theirs, folderUid: 'zap-obs-theirs-folder', message: '' });
    const source = { uid: 'own', name: 'own', type: 'prometheus', access: 'proxy', url: 'http://prometheus' };
    const jsonData = { httpMethod: 'GET', sigV4Auth: true, sigV4AuthType: 'default', sigV4Region: 'us-east-1' };
    expect((await ask('POST', '/api/datasources', { ...source, jsonData })).status).toBe(200);
    await outdate();
    expect((await run(deploy, own('theirs'), files())).code).toBe(0);
    expect((await dashboard('theirs')).dashboard).toMatchObject({ ...theirs, version: 1 });
    expect((await ask('GET', '/api/datasources/uid/own')).body).toMatchObject({ ...source, jsonData, version: 1 });
    expect(await accounts()).toEqual(['somebody']);
  });

  it.each([
    ['10.4', 'prometheus'],
    ['12.4', 'grafana-amazonprometheus-datasource'],
  ])('of version %s is read by plugin %s, and asked in its own way', async (version, type) => {
    const prefix = `version-${version.replace('.', '-')}`;
    const properties = `GrafanaVersion: "${version}", PluginAdminEnabled: true`;
    const { code, host } = await run(deploy, own(prefix), files(properties));
    expect([code, host.log.filter(line => line.startsWith('[warning'))]).toEqual([0, []]);
    const { ask, outdate } = await person(workspaceOf(host.outputs), prefix);
    expect((await ask('GET', `/api/datasources/uid/zap-obs-${prefix}-prometheus`)).body.type).toBe(type);
    await outdate();
    const again = await run(deploy, own(prefix), files(properties));
    expect(writesTo('grafana-api', again.calls)).toEqual([]);
  });
});

describe('nothing is done, and said to be,', () => {
  it.each([
    ['for stacks without a workspace', { GrafanaUrl: undefined }, 'have no output `GrafanaUrl`'],
    ['for a Grafana of another kind', { GrafanaUrl: 'https://grafana.example' }, 'that of no Amazon Managed Grafana'],
    ['without a Prometheus', { MetricsEndpoint: undefined }, 'have no output `MetricsEndpoint`'],
  ])('%s', (_, outputs, reason) => {
    const all = {
      GrafanaUrl: 'https://g-0123456789.grafana-workspace.us-east-1.amazonaws.com',
      MetricsEndpoint: 'https://aps',
      ...outputs,
    };
    const named = new Map(
      Object.entries({ 'grafana-url': all.GrafanaUrl, 'metrics-endpoint': all.MetricsEndpoint }).filter(
        (entry): entry is [string, string] => entry[1] !== undefined,
      ),
    );
    expect(placeOf({ stacks: [], region: 'us-east-1' }, named)).toContain(reason);
  });

  it('with `grafana: skip`', async () => {
    const { code, calls, host } = await run(deploy, own('skip', { grafana: 'skip' }), files());
    expect([code, calls.filter(call => call.startsWith('grafana')), host.outputs.dashboards]).toEqual([
      0,
      [],
      undefined,
    ]);
  });

  it('in a dry run, and after a failure', async () => {
    const dry = await run(deploy, own('dry', { 'dry-run': 'true' }), files());
    inject({ fault: 'resource-fails', stack: 'fails-view' });
    const failed = await run(deploy, own('fails'), files());
    expect([dry.code, failed.code]).toEqual([0, 1]);
    expect([...dry.calls, ...failed.calls].filter(call => call.startsWith('grafana'))).toEqual([]);
  });
});

describe('what goes wrong is one warning, and the stacks are up all the same:', () => {
  const warningsOf = (log: readonly string[]) => log.filter(line => line.startsWith('[warning'));

  it.each<[string, Parameters<typeof inject>[0], RegExp]>([
    [
      'a missing right',
      { fault: 'access-denied', action: 'CreateWorkspaceServiceAccount' },
      /Allow `grafana:CreateWorkspaceServiceAccount`/,
    ],
    [
      'a workspace that may not be looked at',
      { fault: 'access-denied', action: 'DescribeWorkspace' },
      /Allow `grafana:DescribeWorkspace`/,
    ],
    [
      'a token that is refused',
      { fault: 'unknown-credentials', action: 'GetPluginSettings' },
      /does not take the token .* 401/,
    ],
    [
      'a role that may too little',
      { fault: 'access-denied', action: 'CreateDataSource' },
      /Grafana does not allow `POST \/api\/datasources`.* 403/,
    ],
    [
      'a proxy in between',
      { fault: 'html-answer', action: 'GetFolder', status: 200, times: 9 },
      /Not Grafana, but something else answers/,
    ],
    ['a tag that may not be set', { fault: 'access-denied', action: 'TagResource' }, /Allow `grafana:TagResource`/],
  ])('%s', async (what, fault, words) => {
    const prefix = `f-${what.replaceAll(/[^a-z]/g, '-')}`;
    const injected = inject(fault);
    const { code, host } = await run(deploy, own(prefix), files());
    injected.remove();
    expect([code, warningsOf(host.log)]).toEqual([0, [expect.stringMatching(words)]]);
    expect(host.summaryText).toContain('The stacks are up all the same');
    expect(`${host.log}${host.summaryText}`).not.toMatch(/glsa_|Bearer/);
    const { accounts } = await person(workspaceOf(host.outputs));
    expect(await accounts()).toEqual(['somebody']);
    expect(host.savedStates()[ACCOUNT_STATE]).toBeUndefined();
    // The next run goes on from there.
    const again = await run(deploy, own(prefix), files());
    expect([again.code, warningsOf(again.host.log)]).toEqual([0, []]);
  });

  it.each([
    ['service-error', 'GetDataSource'],
    ['throttled', 'GetDashboard'],
    ['connection-reset', 'GetFolder'],
    ['half-answer', 'GetDashboardVersions'],
  ] as const)('but what passes is none: %s', async (fault, action) => {
    await provisioned(`pass-${fault}`).then(({ outdate }) => outdate());
    const injected = inject({ fault, action });
    const { code, host } = await run(deploy, own(`pass-${fault}`), files());
    expect([injected.struck, code, warningsOf(host.log)]).toEqual([1, 0, []]);
  });

  it('a plugin that is missing keeps nothing else from being done', async () => {
    const { code, host } = await run(deploy, own('plugin'), files('GrafanaVersion: "12.4"'));
    expect([code, warningsOf(host.log)]).toEqual([
      0,
      [expect.stringMatching(/grafana-x-ray-datasource.*PluginAdminEnabled: true/)],
    ]);
    expect(host.outputs.dashboards?.split('\n')).toHaveLength(3);
    expect(host.summaryText).toContain('| ⚠️ | zap-obs / plugin / X-Ray | data source | failed |');
  });

  it('a workspace that is too old', async () => {
    const { code, host, calls } = await run(deploy, own('old'), files('GrafanaVersion: "8.4"'));
    expect([code, warningsOf(host.log)]).toEqual([0, [expect.stringContaining('version 8.4')]]);
    expect(calls.filter(call => call.startsWith('grafana'))).toEqual(['grafana:DescribeWorkspace']);
  });
});

it.each([
  ['grafana', 'CreateWorkspaceServiceAccount'],
  ['grafana', 'CreateWorkspaceServiceAccountToken'],
  ['grafana', 'DeleteWorkspaceServiceAccount'],
  ['grafana-api', 'CreateDataSource'],
  ['grafana-api', 'CreateFolder'],
  ['grafana-api', 'SaveDashboard'],
])('an answer to %s:%s that is lost costs nothing but another look', async (_, action) => {
  const fault = inject({ fault: 'answer-lost', action });
  const prefix = `lost-${action}`;
  const { code, host } = await run(deploy, own(prefix), files());
  expect([fault.struck, code, host.log.filter(line => line.startsWith('[warning'))]).toEqual([1, 0, []]);
  const { dashboard, accounts } = await person(workspaceOf(host.outputs));
  expect((await dashboard(uidOf(prefix, 'service'))).dashboard.version).toBe(1);
  expect(await accounts()).toEqual(['somebody']);
});

describe('a run that is stopped', () => {
  it('while Grafana is written to takes its account away, and says that the stacks are up', async () => {
    const stop = new AbortController();
    const fault = inject({ fault: 'hanging', action: 'CreateFolder' });
    const ended = run(deploy, own('stopped'), files(), stop.signal);
    await vi.waitFor(() => expect(fault.struck).toBe(1), 20_000);
    stop.abort(new Cancelled('SIGTERM'));
    const { code, host } = await ended;
    expect(code).toBe(143);
    expect(host.summaryText).toContain('✅ stopped: 1 stack deployed');
    const { accounts, dashboard } = await person(workspaceOf(host.outputs));
    expect(await accounts()).toEqual(['somebody']);
    expect(host.savedStates()[ACCOUNT_STATE]).toBeUndefined();
    const again = await run(deploy, own('stopped'), files());
    expect([again.code, (await dashboard('zap-obs-stopped-service')).dashboard.version]).toEqual([0, 1]);
  });

  it('by force leaves an account that the clean-up after the job deletes', async () => {
    let kept = '';
    const { host } = await run(deploy, own('killed'), files(), undefined, {
      saveState: (name, value) => {
        if (name === ACCOUNT_STATE && value) kept = value;
      },
    });
    const workspaceId = workspaceOf(host.outputs);
    const { accountName } = JSON.parse(kept);
    await control().createAccount(workspaceId, accountName);
    const after = recordingHost({ 'stack-prefix': 'killed', 'aws-region': 'eu-west-1' });
    Object.assign(after.states, { [ACCOUNT_STATE]: kept, region: 'us-east-1' });
    await removeLeftAccount(after);
    expect(after.log).toEqual([
      `[notice: After the run] The service account ${accountName} of Grafana, which the run had left, is deleted.`,
    ]);
    expect(await control().accounts(workspaceId)).toEqual([]);
    await removeLeftAccount(after);
    expect(after.log.at(-1)).toContain('has not come to be');
  });

  it('leaves the next run to delete what neither could, when it is old enough', async () => {
    const { accounts, outdate, ask } = await provisioned('leftover');
    expect((await ask('GET', '/api/folders/zap-obs-leftover-folder')).status).toBe(200);
    const { host } = await run(deploy, own('leftover'), files());
    const workspaceId = workspaceOf(host.outputs);
    await control().createAccount(workspaceId, 'zap-obs-1700000000-00000000');
    const young = `zap-obs-${Math.floor(Date.now() / 1000) - 60}-00000000`;
    await control().createAccount(workspaceId, young);
    await outdate();
    await run(deploy, own('leftover'), files());
    expect(await accounts()).toEqual(['somebody', young]);
  });
});
