import type { LocalAws, Right } from '@zap-obs/local-aws';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ScenarioRun, scenarios } from '../scenario.ts';
import { bootstrap, PARAMETERS, PREVIEW_FILE } from './bootstrap.ts';
import { DeployRuns } from './deploy-runs.ts';
import { isAllowed, listed, type PolicyDocument, type Request } from './policy.ts';
import { PreviewRuns } from './preview-runs.ts';
import { rightsOfDocker, usedBy } from './used-rights.ts';
import { validateRuns } from './validate-runs.ts';

// What the roles of the bootstrap may do is held against what runs have done: all of it is allowed, and nothing else is.

/** Some three-hundredth of AWS's durations: operations last long enough to be looked at, and to be ended. */
const world = scenarios(0.003);
const made = bootstrap();
const preview = bootstrap(PARAMETERS, PREVIEW_FILE);
const ROLES = { DeployRole: made, ValidateRole: made, PreviewRole: preview };

/** CloudFormation looks values of such parameters up when it makes a change set; with whose rights, AWS does not say. */
// https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-supplied-parameter-types.html
const LOOKED_UP = {
  'ec2:DescribeSecurityGroups': 'CloudFormation looks up values of parameters of type AWS::EC2::SecurityGroup::Id',
  'ec2:DescribeSubnets': 'CloudFormation looks up values of parameters of type AWS::EC2::Subnet::Id',
  'ec2:DescribeVpcs': 'CloudFormation looks up values of parameters of type AWS::EC2::VPC::Id',
};

/** Actions that a role has and no run below calls, each with the reason; one that is called is none of them. */
const UNCALLED: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  DeployRole: {
    // https://docs.aws.amazon.com/AmazonECR/latest/userguide/image-push-iam.html; Docker's requests are in ecr.e2e.test.ts.
    'ecr:BatchCheckLayerAvailability': 'Docker asks whether a layer is there before it pushes it',
    'ecr:InitiateLayerUpload': 'Docker pushes a layer',
    'ecr:UploadLayerPart': 'Docker pushes a layer',
    'ecr:CompleteLayerUpload': 'Docker pushes a layer',
    ...LOOKED_UP,
    'ecr:GetDownloadUrlForLayer': "Docker reads a cache in ECR, and an image's configuration",
  },
  ValidateRole: {},
  PreviewRole: LOOKED_UP,
};

/** Actions that runs ask for and a role has not on purpose, each with the reason: a run without them is green all the same. */
const REFUSED: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  DeployRole: {},
  ValidateRole: {},
  PreviewRole: {
    'cloudformation:DeleteStack':
      'of a stack that was never executed; IAM cannot tell it from one that is deployed, so the empty stack stays',
  },
};

const used: Record<string, Right[]> = {};
let validated: LocalAws | undefined;
let neverDeployed: ScenarioRun[] = [];
let cancelled: ScenarioRun | undefined;

beforeAll(async () => {
  const runs = new DeployRuns(world, made);
  await runs.shippedStacks();
  await runs.templates();
  await runs.recoveries();
  await runs.crashLoop();
  await runs.cancellation();
  await runs.images();
  used.DeployRole = usedBy(world.aws, made.arn('DeployRole'));
  validated = await validateRuns(made);
  used.ValidateRole = usedBy(validated, made.arn('ValidateRole'));
}, 240_000);
beforeAll(async () => {
  const runs = new PreviewRuns(world, preview);
  neverDeployed = await runs.neverDeployed(Object.keys(REFUSED.PreviewRole ?? {}).map(nameOfCall));
  await runs.shippedStacks();
  await runs.templates();
  await runs.unfinished();
  cancelled = await runs.cancelled();
  used.PreviewRole = usedBy(world.aws, preview.arn('PreviewRole'));
}, 240_000);
afterAll(() => validated?.close());

describe.each(Object.entries(ROLES))('%s', (role, { policies: policiesOf }) => {
  const policies = policiesOf(role);
  const uncalled = UNCALLED[role] ?? {};
  const refused = Object.keys(REFUSED[role] ?? {});
  const called = () => new Set(used[role]?.map(({ action }) => action));

  it('is allowed everything that its runs have asked of AWS, but for what it is not to have', () => {
    expect(called().size).toBeGreaterThan(5);
    const asked = used[role]?.filter(({ action }) => !refused.includes(action));
    expect(asked?.filter(right => !isAllowed(policies, right))).toEqual([]);
    expect(refused.filter(action => !called().has(action) || actionsOf(policies).includes(action))).toEqual([]);
  });

  it('is allowed nothing that no run asks for', () => {
    const idle = actionsOf(policies).filter(action => !called().has(action));
    expect(idle.sort()).toEqual(Object.keys(uncalled).sort());
  });

  it('is allowed nothing of that for things of another prefix, or in another Region', () => {
    const elsewhere =
      used[role]?.flatMap(right => [ofStrangers(right), inAnotherRegion(right)]).filter(isDefined) ?? [];
    expect(elsewhere.length).toBeGreaterThan(5);
    expect(elsewhere.filter(right => isAllowed(policies, right))).toEqual([]);
  });
});

describe('DeployRole', () => {
  const policies = made.policies('DeployRole');

  it('is allowed what Docker asks of a registry, in repositories of the prefix only', () => {
    expect(rightsOfDocker('zap/app').filter(right => !isAllowed(policies, right))).toEqual([]);
    expect(rightsOfDocker('zap-pr-7/app').filter(right => !isAllowed(policies, right))).toEqual([]);
    expect(rightsOfDocker('zapper/app').filter(right => isAllowed(policies, right))).toEqual([]);
  });

  it('makes no change set but with the execution role, and passes no other role, to nobody but CloudFormation', () => {
    const stack = 'arn:aws:cloudformation:us-east-1:000000000000:stack/zap-vpc-alb/*';
    const change = (context: Request['context']) =>
      isAllowed(policies, { action: 'cloudformation:CreateChangeSet', resource: stack, context });
    expect(change({ 'cloudformation:RoleArn': made.arn('ExecutionRole') })).toBe(true);
    expect(change({ 'cloudformation:RoleArn': 'arn:aws:iam::000000000000:role/admin' })).toBe(false);
    expect(change({})).toBe(false);
    const pass = (resource: string, service: string) =>
      isAllowed(policies, { action: 'iam:PassRole', resource, context: { 'iam:PassedToService': service } });
    expect(pass(made.arn('ExecutionRole'), 'cloudformation.amazonaws.com')).toBe(true);
    expect(pass(made.arn('ExecutionRole'), 'ec2.amazonaws.com')).toBe(false);
    expect(pass('arn:aws:iam::000000000000:role/admin', 'cloudformation.amazonaws.com')).toBe(false);
  });
});

describe('PreviewRole', () => {
  const policies = preview.policies('PreviewRole');
  const stack = 'arn:aws:cloudformation:us-east-1:000000000000:stack/zap-vpc-alb/*';
  const may = (action: string, context: Request['context'] = {}, resource = stack) =>
    isAllowed(policies, { action, resource, context });

  it('can change nothing, even on stacks that its runs have made', () => {
    const changes = [
      ...['CreateStack', 'UpdateStack', 'DeleteStack', 'ExecuteChangeSet', 'CancelUpdateStack', 'SetStackPolicy'],
      ...['RollbackStack', 'ContinueUpdateRollback', 'UpdateTerminationProtection', 'UntagResource'],
    ].map(call => `cloudformation:${call}`);
    expect(changes.filter(action => may(action))).toEqual([]);
    const services = new Set(actionsOf(policies).map(action => action.split(':')[0]));
    expect([...services].sort()).toEqual(['cloudformation', 'ec2', 's3']);
    const writes = actionsOf(policies).filter(action => !/:(Describe|Get|List)/.test(action));
    expect(writes.sort()).toEqual([
      'cloudformation:CreateChangeSet',
      'cloudformation:DeleteChangeSet',
      'cloudformation:TagResource',
      's3:DeleteObject',
      's3:PutObject',
    ]);
  });

  it('makes change sets under names of dry runs, and hands CloudFormation no role', () => {
    const name = { 'cloudformation:ChangeSetName': 'zap-obs-20260101T000000-0a1b2c3d' };
    for (const action of ['cloudformation:CreateChangeSet', 'cloudformation:DeleteChangeSet']) {
      expect(may(action, name)).toBe(true);
      expect(may(action, { 'cloudformation:ChangeSetName': 'release-7' })).toBe(false);
    }
    const role = { 'cloudformation:RoleArn': made.arn('ExecutionRole') };
    expect(may('cloudformation:CreateChangeSet', { ...name, ...role })).toBe(false);
    expect(may('cloudformation:CreateChangeSet', name, 'arn:aws:cloudformation:us-east-1:aws:transform/Include')).toBe(
      false,
    );
  });

  it('tags nothing but what it plans, and reaches no template that is deployed', () => {
    const tag = (call: string) => may('cloudformation:TagResource', { 'cloudformation:CreateAction': call });
    expect(['CreateChangeSet', 'CreateStack', 'UpdateStack'].filter(tag)).toEqual(['CreateChangeSet']);
    const keys = ['zap-obs/dry-run/a.template', `zap-obs/${'a'.repeat(64)}.template`, 'a.template'];
    const object = (action: string) => keys.filter(key => may(action, {}, `arn:aws:s3:::templates/${key}`));
    for (const action of ['s3:PutObject', 's3:GetObject', 's3:DeleteObject'])
      expect(object(action)).toEqual(['zap-obs/dry-run/a.template']);
  });

  it('plans what was never deployed, again too, and leaves an empty stack each but no change set', () => {
    for (const run of neverDeployed) {
      expect(run.code).toBe(0);
      expect(run.host.log.join('\n')).toMatch(/warning.*zap-new-vpc-alb/);
      expect(run.writes.filter(call => call === 'cloudformation:DeleteChangeSet')).toHaveLength(2);
    }
    const left = world.aws.stacks().filter(({ name }) => name.startsWith('zap-new-'));
    expect(left.map(({ status }) => status)).toEqual(['REVIEW_IN_PROGRESS', 'REVIEW_IN_PROGRESS']);
  });

  it('takes its change set away when the job is cancelled', () => {
    expect(cancelled?.code).toBe(130);
    expect(cancelled?.writes).toContain('cloudformation:DeleteChangeSet');
  });
});

/** `DeleteStack` of `cloudformation:DeleteStack`. */
function nameOfCall(action: string): string {
  return action.replace(/^.*:/, '');
}

function actionsOf(policies: readonly PolicyDocument[]): string[] {
  return [...new Set(policies.flatMap(({ Statement }) => Statement).flatMap(({ Action }) => listed(Action)))];
}

/** The same of somebody else's; undefined where the resource bears no prefix. */
function ofStrangers(right: Right): Right | undefined {
  const bearing = new RegExp(`(?<=[/:])${PARAMETERS.StackPrefix}(?=[-/])`, 'g');
  const resource = right.resource.replaceAll(bearing, 'other');
  return resource === right.resource ? undefined : { ...right, resource };
}

/** The same elsewhere; undefined where neither the resource nor the policy could tell. */
function inAnotherRegion(right: Right): Right | undefined {
  const isGlobal = /^arn:aws:(iam|s3):/.test(right.resource);
  if (isGlobal) return undefined;
  const there = (text: string) => text.replaceAll('us-east-1', 'eu-west-1');
  const context = Object.fromEntries(Object.entries(right.context).map(([key, value]) => [key, there(value)]));
  return { ...right, resource: there(right.resource), context };
}

function isDefined(right: Right | undefined): right is Right {
  return right !== undefined;
}
