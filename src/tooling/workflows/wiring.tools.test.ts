// What reaches the actions when the workflows run: under act, with actions that only note what they were given.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { spec as buildPush } from '../../actions/build-push/spec.ts';
import { outputOf, REPOSITORY, type StubToolkit, stubToolkit } from './stub-toolkit.ts';

let toolkit: StubToolkit;
beforeAll(async () => {
  toolkit = await stubToolkit();
});
afterAll(() => toolkit.remove());

const COLLECTOR = buildPush.inputs['collector-image'].default;
const LOCAL = { AWS_ENDPOINT_URL: 'http://127.0.0.1:4566' };

/** What was given to an action in a job; there has to be one. */
function inputsOf(given: readonly { where: string; inputs: Record<string, string> }[], where: string) {
  const found = given.filter(each => each.where === where);
  expect(found.map(each => each.where)).toEqual([where]);
  return found[0]?.inputs ?? {};
}
const wheres = (given: readonly { where: string }[]) => given.map(({ where }) => where);
const caller = (job: string) => ({ text: `on: workflow_dispatch\njobs:\n  go:\n${job}` });
const called = (file: string, inputs: string) =>
  caller(`    uses: org/zap-obs/.github/workflows/${file}@v1\n    with: ${inputs}\n`);
const step = (inputs: string) =>
  caller(`    runs-on: ubuntu-latest\n    steps:\n      - uses: org/zap-obs@v1\n        with: ${inputs}\n`);

describe('deploy.yml', () => {
  it('does nothing after a push until it is set up', async () => {
    const { given, code } = await toolkit.run('push', 'deploy.yml');
    expect([given, code]).toEqual([[], 0]);
  });

  it('deploys the sample after a push, by the variables, and threads what each job puts out', async () => {
    const variables = {
      AWS_ROLE_ARN: 'deploy-role',
      AWS_EXECUTION_ROLE_ARN: 'execution-role',
      AWS_VALIDATE_ROLE_ARN: 'validate-role',
      AWS_PERMISSIONS_BOUNDARY_ARN: 'arn:boundary',
      AWS_REGION: 'eu-central-1',
      STACK_PREFIX: 'shop',
    };
    const { given, code, log } = await toolkit.run('push', 'deploy.yml', { variables });
    expect(code, log).toBe(0);
    expect(wheres(given).slice(0, 2).sort()).toEqual(['image actions/build-push', 'platform deploy']);
    expect(wheres(given).slice(2)).toEqual(['app deploy', 'proof actions/validate-telemetry']);
    const everywhere = { 'stack-prefix': 'shop', 'aws-region': 'eu-central-1', 'role-to-assume': 'deploy-role' };
    expect(inputsOf(given, 'image actions/build-push')).toMatchObject({
      ...everywhere,
      context: 'zap-app',
      'collector-image': COLLECTOR,
      push: 'true',
    });
    const deployment = { 'role-arn': 'execution-role', 'permissions-boundary': 'arn:boundary' };
    expect(inputsOf(given, 'platform deploy')).toMatchObject({
      ...everywhere,
      ...deployment,
      only: 'vpc-alb,monitoring',
      'image-uri': '',
    });
    expect(inputsOf(given, 'app deploy')).toMatchObject({
      ...everywhere,
      ...deployment,
      only: '',
      'image-uri': outputOf('build-push', 'image-uri'),
      'collector-image-uri': outputOf('build-push', 'collector-image-uri'),
    });
    expect(inputsOf(given, 'proof actions/validate-telemetry')).toMatchObject({
      'aws-region': 'eu-central-1',
      'role-to-assume': 'validate-role',
      expectations: 'zap-app/telemetry.yaml',
      'target-url': outputOf('deploy', 'load-balancer-url'),
      'metrics-endpoint': outputOf('deploy', 'metrics-endpoint'),
      'log-groups': outputOf('deploy', 'log-groups'),
    });
  });

  it('shows a plan and no more as a dry run, and proves nothing where that is not wanted', async () => {
    const dry = await toolkit.run('workflow_dispatch', 'deploy.yml', { inputs: { 'dry-run': 'true' } });
    expect(wheres(dry.given)).toEqual(['app deploy']);
    expect(inputsOf(dry.given, 'app deploy')).toMatchObject({ 'dry-run': 'true' });
    const { given } = await toolkit.run('workflow_dispatch', 'deploy.yml', { inputs: { validate: 'false' } });
    expect(wheres(given).at(-1)).toBe('app deploy');
  });

  it('asks for the image again where GitHub has dropped the outputs of its job', async () => {
    const { given } = await toolkit.run('push', 'deploy.yml', { variables: LOCAL, dropped: 'image' });
    expect(inputsOf(given, 'app actions/build-push')).toEqual(inputsOf(given, 'image actions/build-push'));
    expect(inputsOf(given, 'app deploy')).toMatchObject({ 'image-uri': outputOf('build-push', 'image-uri') });
  });

  it.each(['image', 'platform'])('deploys no application after the job %s has failed', async failing => {
    const { given, code } = await toolkit.run('push', 'deploy.yml', { variables: LOCAL, failing });
    expect(code).not.toBe(0);
    expect(wheres(given)).not.toContain('app deploy');
    expect(wheres(given)).not.toContain('proof actions/validate-telemetry');
  });

  it('proves nothing after the application has failed', async () => {
    const { given } = await toolkit.run('push', 'deploy.yml', { variables: LOCAL, failing: 'app' });
    expect(wheres(given).at(-1)).toBe('app deploy');
  });

  it('takes what a caller says as it is, also what is empty', async () => {
    const inputs = `{ collector-image: '', deploy-timeout: 2h, requests: 7, parameters: 'DesiredCount: 2', environment: test }`;
    const { given, code, log } = await toolkit.run('workflow_dispatch', called('deploy.yml', inputs));
    expect(code, log).toBe(0);
    expect(inputsOf(given, 'image actions/build-push')).toMatchObject({
      context: '.',
      'collector-image': '',
      timeout: '30m',
    });
    expect(inputsOf(given, 'app deploy')).toMatchObject({ timeout: '2h', parameters: 'DesiredCount: 2' });
    expect(inputsOf(given, 'proof actions/validate-telemetry')).toMatchObject({
      expectations: '',
      requests: '7',
      timeout: '3m',
      exclusive: 'false',
    });
  });

  it('builds nothing where the images are given, and has no job for no stacks', async () => {
    const inputs = '{ image-uri: mine, collector-image-uri: theirs, platform-stacks: "", target-url: https://shop }';
    const { given } = await toolkit.run('workflow_dispatch', called('deploy.yml', inputs));
    expect(wheres(given)).toEqual(['app deploy', 'proof actions/validate-telemetry']);
    expect(inputsOf(given, 'app deploy')).toMatchObject({ 'image-uri': 'mine', 'collector-image-uri': 'theirs' });
    expect(inputsOf(given, 'proof actions/validate-telemetry')).toMatchObject({ 'target-url': 'https://shop' });
  });
});

describe('deploy-environments.yml', () => {
  it('takes each environment its own way, with what it has to itself', async () => {
    const environments = JSON.stringify([
      { name: 'test', 'stack-prefix': 'shop-test', parameters: { DesiredCount: '1' } },
      { name: 'eu', 'aws-region': 'eu-west-1' },
    ]);
    const inputs = `{ environments: '${environments}', stack-prefix: shop, parameters: 'DesiredCount: 3', max-parallel: 2 }`;
    const { given, code, log } = await toolkit.run('workflow_dispatch', called('deploy-environments.yml', inputs));
    expect(code, log).toBe(0);
    const deployed = given.filter(({ where }) => where === 'app deploy').map(each => each.inputs);
    expect(deployed).toHaveLength(2);
    const [test, eu] = ['shop-test', 'shop'].map(prefix => deployed.find(each => each['stack-prefix'] === prefix));
    expect(test).toMatchObject({ 'aws-region': '', 'max-parallel': '2' });
    expect(JSON.parse(test?.parameters ?? '')).toEqual({ DesiredCount: '1' });
    expect(eu).toMatchObject({ 'aws-region': 'eu-west-1', parameters: 'DesiredCount: 3' });
    expect(given.filter(({ where }) => where.startsWith('proof'))).toHaveLength(2);
  });
});

describe('the root action', () => {
  it('is the whole pipeline', async () => {
    const inputs = '{ stack-prefix: shop, role-to-assume: one, validate-role: two, build-timeout: 5m }';
    const { given, code, log } = await toolkit.run('workflow_dispatch', step(inputs));
    expect(code, log).toBe(0);
    expect(wheres(given)).toEqual(['go actions/build-push', 'go deploy', 'go actions/validate-telemetry']);
    expect(inputsOf(given, 'go actions/build-push')).toMatchObject({
      'role-to-assume': 'one',
      'collector-image': COLLECTOR,
      timeout: '5m',
    });
    expect(inputsOf(given, 'go deploy')).toMatchObject({
      'stack-prefix': 'shop',
      'image-uri': outputOf('build-push', 'image-uri'),
      timeout: '1h',
    });
    expect(inputsOf(given, 'go actions/validate-telemetry')).toMatchObject({
      'role-to-assume': 'two',
      'target-url': outputOf('deploy', 'load-balancer-url'),
      timeout: '3m',
    });
  });

  it('builds, writes and proves nothing as a dry run', async () => {
    const { given } = await toolkit.run('workflow_dispatch', step('{ dry-run: true }'));
    expect(wheres(given)).toEqual(['go deploy']);
  });

  it('copies no collector that is there, and ends with the deployment where no proof is wanted', async () => {
    const { given } = await toolkit.run('workflow_dispatch', step('{ collector-image-uri: mine, validate: false }'));
    expect(wheres(given)).toEqual(['go actions/build-push', 'go deploy']);
    expect(inputsOf(given, 'go actions/build-push')).toMatchObject({ 'collector-image': '' });
    expect(inputsOf(given, 'go deploy')).toMatchObject({ 'collector-image-uri': 'mine' });
  });
});

it('teardown.yml shows what there is before it deletes, and hands the typed prefix to the action', async () => {
  const inputs = { 'stack-prefix': 'shop', confirm: 'shopp', force: 'true' };
  const { given } = await toolkit.run('workflow_dispatch', 'teardown.yml', {
    inputs,
    variables: { STACK_PREFIX: 'x' },
  });
  expect(wheres(given)).toEqual(['inventory actions/teardown', 'teardown actions/teardown']);
  const [inventory, teardown] = given.map(each => each.inputs);
  expect(inventory).toMatchObject({ 'stack-prefix': 'shop', 'dry-run': 'true', confirm: '', force: 'true' });
  expect(teardown).toMatchObject({ 'stack-prefix': 'shop', 'dry-run': 'false', confirm: 'shopp', force: 'true' });
});

it('pr-smoke.yml proves the sample by itself, and what a caller has', async () => {
  const own = await toolkit.run('pull_request', 'pr-smoke.yml');
  const inputs = inputsOf(own.given, 'smoke actions/smoke-test');
  expect(inputs).toMatchObject({ expectations: 'zap-app/telemetry.yaml', aws: 'local', 'role-to-assume': '' });
  const { given } = await toolkit.run('workflow_dispatch', called('pr-smoke.yml', '{ compose-file: compose.yaml }'));
  expect(inputsOf(given, 'smoke actions/smoke-test')).toMatchObject({
    'compose-file': 'compose.yaml',
    expectations: '',
    telemetry: 'true',
  });
});

describe('preview.yml', () => {
  const from = (repository: string) => ({ pull_request: { number: 7, head: { repo: { full_name: repository } } } });
  const role = { AWS_PREVIEW_ROLE_ARN: 'preview-role' };

  it('plans what a pull request would change, by the variables, and comments', async () => {
    const variables = {
      ...role,
      AWS_ROLE_ARN: 'deploy-role',
      AWS_EXECUTION_ROLE_ARN: 'execution-role',
      AWS_PERMISSIONS_BOUNDARY_ARN: 'arn:boundary',
      AWS_REGION: 'eu-central-1',
      STACK_PREFIX: 'shop',
    };
    const { given, code, log } = await toolkit.run('pull_request', 'preview.yml', {
      variables,
      payload: from(REPOSITORY),
    });
    expect(code, log).toBe(0);
    expect(wheres(given)).toEqual(['preview deploy']);
    const inputs = inputsOf(given, 'preview deploy');
    expect(inputs).toMatchObject({
      'dry-run': 'true',
      comment: 'true',
      'stack-prefix': 'shop',
      'aws-region': 'eu-central-1',
      'role-to-assume': 'preview-role',
      'role-arn': '',
      'image-uri': '',
    });
    expect(Object.values(inputs).join('\n')).toContain('arn:boundary');
  });

  it('takes what a caller says', async () => {
    const workflow = called('preview.yml', "{ stack-prefix: mine, profile: lean, parameters: 'DesiredCount: 3' }");
    const text = workflow.text.replace('workflow_dispatch', 'pull_request');
    const run = await toolkit.run('pull_request', { text }, { variables: role, payload: from(REPOSITORY) });
    expect(run.code, run.log).toBe(0);
    expect(inputsOf(run.given, 'preview deploy')).toMatchObject({
      'stack-prefix': 'mine',
      profile: 'lean',
      parameters: 'DesiredCount: 3',
      'dry-run': 'true',
    });
  });

  it.each<[string, Record<string, string>, object]>([
    ['without a role', { AWS_ROLE_ARN: 'deploy-role' }, from(REPOSITORY)],
    ['of a fork', role, from('stranger/shop')],
    ['of a fork that is gone', role, { pull_request: { number: 7, head: { repo: null } } }],
  ])('does nothing on a pull request %s', async (_, variables, payload) => {
    const { given, code, log } = await toolkit.run('pull_request', 'preview.yml', { variables, payload });
    expect([given, code], log).toEqual([[], 0]);
  });

  it('needs no role under act, with a local AWS', async () => {
    const options = { variables: LOCAL, payload: from(REPOSITORY) };
    const { given } = await toolkit.run('pull_request', 'preview.yml', options);
    expect(inputsOf(given, 'preview deploy')).toMatchObject({ 'role-to-assume': '' });
  });
});
