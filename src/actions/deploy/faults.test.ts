import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type Fate, type FaultProxy, refusal, startFaultProxy } from '../../tooling/fault-proxy.ts';
import { tokenOf } from '../../tooling/safety/token-issuer.ts';
import { scenarios } from '../../tooling/scenario.ts';
import { action as teardown } from '../teardown/run.ts';
import { action as deploy } from './run.ts';

// What AWS and the line to it do wrong must not show in how a run ends.
const scenario = scenarios(0.01);
const { run, statusOf } = scenario;

let proxy: FaultProxy;
beforeAll(async () => {
  proxy = await startFaultProxy(() => scenario.aws.url);
  process.env.AWS_ENDPOINT_URL = proxy.url;
});
afterEach(() => proxy.decide(() => 'pass'));
afterAll(() => proxy.close());

const FILES = (name: string, seconds = 0) => ({
  'stacks.yaml':
    'stacks:\n  one: { template: one.yaml }\n  two: { template: two.yaml, parameters: { Name: { from: one.Name } } }\n',
  'one.yaml': `Resources: { T: { Type: "AWS::SNS::Topic", Metadata: { "zap-local:seconds": ${seconds} }, Properties: { DisplayName: ${name} } } }\nOutputs: { Name: { Value: !GetAtt T.TopicName } }\n`,
  'two.yaml': `Parameters: { Name: { Type: String } }\nResources: { T: { Type: "AWS::SNS::Topic", Metadata: { "zap-local:seconds": ${seconds} }, Properties: { DisplayName: !Ref Name } } }\n`,
});
const own = (prefix: string, more: Record<string, string> = {}) => ({
  'stack-prefix': prefix,
  'stacks-file': 'stacks.yaml',
  ...more,
});
const actions = (outputs: Record<string, string>) =>
  JSON.parse(outputs.stacks ?? '').map(({ action }: { action: string }) => action);

describe.each<[string, Fate, every?: number]>([
  ['throttled', refusal(400, 'Throttling', 'Rate exceeded'), 7],
  ['answered with a fault of the server', { status: 503, body: 'Service Unavailable' }],
  ['answered by something else', { status: 200, body: '<html><body>Sign in</body></html>' }],
  ['lost', 'lost'],
  ['left without an answer', 'unanswered'],
  ['answered with half of an answer', 'cut'],
  ['slow', { delay: 100 }],
])('now and then a call %s', (name, fate, every = 3) => {
  const prefix = `f-${name.split(' ').slice(-2).join('-')}`;

  it('creates, finds unchanged, updates, looks, and deletes', { timeout: 60_000 }, async () => {
    const flaky = () => proxy.decide(({ earlier }) => (earlier % every === 0 ? fate : 'pass'));
    flaky();
    const created = await run(deploy, own(prefix), FILES('a'));
    expect([created.code, actions(created.host.outputs)]).toEqual([0, ['create', 'create']]);
    flaky();
    const again = await run(deploy, own(prefix), FILES('a'));
    expect([again.code, again.writes]).toEqual([0, []]);
    flaky();
    const looked = await run(deploy, own(prefix, { 'dry-run': 'true' }), FILES('b'));
    expect([looked.code, looked.calls.includes('cloudformation:ExecuteChangeSet')]).toEqual([0, false]);
    flaky();
    const updated = await run(deploy, own(prefix), FILES('b'));
    expect([updated.code, actions(updated.host.outputs)]).toEqual([0, ['update', 'none']]);
    flaky();
    const gone = await run(teardown, own(prefix, { confirm: prefix }), FILES('b'));
    expect([gone.code, JSON.parse(gone.host.outputs.deleted ?? '').sort()]).toEqual([
      0,
      [`${prefix}-one`, `${prefix}-two`],
    ]);
    const warnings = [created, again, looked, updated, gone].flatMap(({ host }) =>
      host.log.filter(line => /^\[/.test(line)),
    );
    expect(warnings).toEqual([]);
  });
});

describe('a stale read', () => {
  it('that shows no stack, where there is one, ends in a fresh look', async () => {
    await run(deploy, own('none'), FILES('a'));
    proxy.decide(({ action, earlier }) =>
      action === 'DescribeStacks' && earlier < 2
        ? refusal(400, 'ValidationError', 'Stack with id none does not exist')
        : 'pass',
    );
    const { code, host } = await run(deploy, own('none'), FILES('a'));
    expect([code, actions(host.outputs)]).toEqual([0, ['none', 'none']]);
  });

  it('that shows a stack still under review, where it is complete, ends in a fresh look', async () => {
    await run(deploy, own('review'), FILES('a'));
    proxy.decide(({ action, earlier }) =>
      action === 'DescribeStacks' && earlier < 2
        ? answer => answer.replace('CREATE_COMPLETE', 'REVIEW_IN_PROGRESS')
        : 'pass',
    );
    const { code, host } = await run(deploy, own('review'), FILES('b'));
    expect([code, actions(host.outputs)]).toEqual([0, ['update', 'none']]);
  });

  it('after the end of an update gives no old outputs', async () => {
    await run(deploy, own('old'), FILES('a'));
    const more = (text: Record<string, string>) => ({
      ...text,
      'one.yaml': text['one.yaml']?.replace('Outputs: {', 'Outputs: { New: { Value: !Ref AWS::StackName },') ?? '',
    });
    let stale = '';
    let served = 0;
    proxy.decide(({ action, params }) => {
      if (action !== 'DescribeStacks' || !params.get('StackName')?.includes('old-one')) return 'pass';
      if (stale !== '' && served++ < 4) return () => stale;
      return answer => {
        stale ||= answer;
        return answer;
      };
    });
    const { code, host } = await run(deploy, own('old'), more(FILES('b')));
    expect([code, JSON.parse(host.outputs.outputs ?? '').one.New]).toEqual([0, 'old-one']);
    expect(served).toBeGreaterThan(3);
  });

  it('that shows the end of the update before gives no old outputs', async () => {
    const files = (version: string) => ({
      'stacks.yaml': 'stacks:\n  one: { template: one.yaml }\n',
      'one.yaml': `Resources: { T: { Type: "AWS::SNS::Topic", Properties: { DisplayName: ${version} } } }\nOutputs: { Version: { Value: ${version} } }\n`,
    });
    await run(deploy, own('same'), files('a'));
    await run(deploy, own('same'), files('b'));
    const stale = scenario.aws.faults.inject({ fault: 'stale-read', stack: 'same-one', seconds: 0.5, after: 1 });
    const { code, host } = await run(deploy, own('same'), files('c'));
    stale.remove();
    expect([code, JSON.parse(host.outputs.outputs ?? '')]).toEqual([0, { one: { Version: 'c' } }]);
    expect(stale.struck).toBeGreaterThan(0);
  });
});

const EXPIRED = refusal(403, 'ExpiredToken', 'The security token included in the request is expired');

describe('credentials that expire while AWS works', () => {
  it('are one error, which says what goes on and how to see it again; a new run attaches to that', async () => {
    const files = FILES('a', 100);
    proxy.decide(({ action, earlier }) => (action === 'DescribeStackEvents' && earlier > 2 ? EXPIRED : 'pass'));
    const lost = await run(deploy, own('expired'), files);
    await expect(lost.transcript).toMatchFileSnapshot('__transcripts__/expired-credentials.md');
    expect(lost.code).toBe(1);
    expect(await statusOf('expired-one')).toBe('CREATE_IN_PROGRESS');

    proxy.decide(() => 'pass');
    const again = await run(deploy, own('expired'), files);
    expect([again.code, actions(again.host.outputs)]).toEqual([0, ['none', 'create']]);
    expect(again.host.log.join('\n')).toContain('one: wait for the end of what is going on (CREATE_IN_PROGRESS)');
  });

  it('are one error for all stacks', async () => {
    const files = {
      ...FILES('a', 30),
      'stacks.yaml':
        'stacks:\n  one: { template: one.yaml }\n  two: { template: two.yaml, parameters: { Name: x } }\n  three: { template: one.yaml, depends-on: [one] }\n',
    };
    proxy.decide(({ action, earlier }) => (action === 'DescribeStackEvents' && earlier > 3 ? EXPIRED : 'pass'));
    const lost = await run(deploy, own('all'), files);
    const errors = lost.host.log.filter(line => line.startsWith('['));
    expect([lost.code, errors]).toEqual([
      1,
      [expect.stringMatching(/the creation of `all-one` \(arn:.*\), the creation of `all-two` \(arn:/)],
    ]);
  });

  it('before the first write are one error as well', async () => {
    proxy.decide(() => EXPIRED);
    const { code, host, writes } = await run(deploy, own('early'), FILES('a'));
    expect([code, writes, host.log.filter(line => line.startsWith('['))]).toEqual([
      1,
      [],
      [expect.stringContaining('The AWS credentials have expired')],
    ]);
  });

  describe('with a role', () => {
    const role = { 'role-to-assume': 'arn:aws:iam::123456789012:role/deploy' };
    const token = tokenOf('repo:org/shop', 'signed');

    it('are got anew, and nobody notices', async () => {
      let tokens = 0;
      const idToken = async () => {
        tokens += 1;
        // The runner's service has a bad moment, too.
        if (tokens === 2) throw new Error('Failed to get ID Token. \n Error Code : 503\n Error Message: unavailable');
        return token;
      };
      let first = '';
      proxy.decide(({ action, accessKeyId, earlier }) => {
        if (action === 'AssumeRoleWithWebIdentity')
          return earlier === 1 ? refusal(400, 'Throttling', 'Rate exceeded') : 'pass';
        if (accessKeyId.startsWith('ASIA')) first ||= accessKeyId;
        return action === 'DescribeStackEvents' && accessKeyId === first ? EXPIRED : 'pass';
      });
      const { code, host } = await run(deploy, own('renewed', role), FILES('a'), undefined, { idToken });
      expect([code, actions(host.outputs)]).toEqual([0, ['create', 'create']]);
      expect(host.log.filter(line => line.startsWith('['))).toEqual([]);
      expect(tokens).toBe(4);
    });

    it('that is refused at their renewal are one error', async () => {
      proxy.decide(({ action, earlier }) => {
        if (action === 'AssumeRoleWithWebIdentity')
          return earlier > 0
            ? refusal(403, 'AccessDenied', 'Not authorized to perform sts:AssumeRoleWithWebIdentity')
            : 'pass';
        return action === 'DescribeStackEvents' ? EXPIRED : 'pass';
      });
      const { code, host } = await run(deploy, own('refused', role), FILES('a', 100), undefined, {
        idToken: async () => token,
      });
      expect(code).toBe(1);
      const errors = host.log.filter(line => line.startsWith('['));
      expect(errors).toEqual([expect.stringContaining('The role does not let this job assume it')]);
      expect(errors[0]).toContain("this job's token has sub=repo:org/shop, aud=sts.amazonaws.com");
      expect(errors[0]).not.toContain(token);
      expect(errors[0]).toContain('AWS goes on with the creation of `refused-one` (arn:aws:cloudformation:');
    });
  });
});
