import { expect, it } from 'vitest';
import { openSession } from '../aws/session.aws.ts';
import { scenarios } from '../tooling/scenario.ts';
import { grafanaControlPlane } from './control-plane.aws.ts';
import { urlOf } from './control-plane.ts';

const scenario = scenarios();

it('is opened at the host that AWS names, over TLS', () => {
  expect(urlOf('g-0123456789.grafana-workspace.eu-west-1.amazonaws.com')).toBe(
    'https://g-0123456789.grafana-workspace.eu-west-1.amazonaws.com',
  );
  expect(urlOf('http://127.0.0.1:4566/grafana/g-0123456789/')).toBe('http://127.0.0.1:4566/grafana/g-0123456789');
});

it('lists every account, page by page, and deletes what is gone without a word', async () => {
  const { CloudFormationClient, CreateStackCommand, DescribeStacksCommand } = await import(
    '@aws-sdk/client-cloudformation'
  );
  const client = new CloudFormationClient({});
  const Properties = {
    ...{
      AccountAccessType: 'CURRENT_ACCOUNT',
      AuthenticationProviders: ['AWS_SSO'],
      PermissionType: 'SERVICE_MANAGED',
    },
    GrafanaVersion: '12.4',
  };
  const template = {
    Resources: { G: { Type: 'AWS::Grafana::Workspace', Properties } },
    Outputs: { Id: { Value: { Ref: 'G' } } },
  };
  await client.send(new CreateStackCommand({ StackName: 'many', TemplateBody: JSON.stringify(template) }));
  const outputs = async () =>
    (await client.send(new DescribeStacksCommand({ StackName: 'many' }))).Stacks?.[0]?.Outputs;
  await expect.poll(outputs).toHaveLength(1);
  const id = (await outputs())?.[0]?.OutputValue ?? '';
  const control = grafanaControlPlane(openSession('us-east-1'));
  const names = Array.from({ length: 101 }, (_, index) => `account/${index}`);
  for (const name of names) await control.createAccount(id, name);
  const accounts = await control.accounts(id);
  expect(accounts.map(({ name }) => name)).toEqual(names);
  expect(scenario.aws.calls.filter(({ action }) => action === 'ListWorkspaceServiceAccounts')).toHaveLength(2);
  const [first] = accounts;
  await control.deleteAccount(id, first?.id ?? '');
  await control.deleteAccount(id, first?.id ?? '');
  expect(await control.accounts(id)).toHaveLength(100);
});
