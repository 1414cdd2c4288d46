import type { LocalAws, Right } from '@zap-obs/local-aws';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { scenarios } from '../scenario.ts';
import { bootstrap, PARAMETERS } from './bootstrap.ts';
import { DeployRuns } from './deploy-runs.ts';
import { isAllowed, listed, type PolicyDocument, type Request } from './policy.ts';
import { rightsOfDocker, usedBy } from './used-rights.ts';
import { validateRuns } from './validate-runs.ts';

// What the roles of the bootstrap may do is held against what runs have done: all of it is allowed, and nothing else is.

/** Some three-hundredth of AWS's durations: operations last long enough to be looked at, and to be ended. */
const world = scenarios(0.003);
const made = bootstrap();

/** Actions that a role has and no run below calls, each with the reason; one that is called is none of them. */
const UNCALLED: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  DeployRole: {
    // https://docs.aws.amazon.com/AmazonECR/latest/userguide/image-push-iam.html; Docker's requests are in ecr.e2e.test.ts.
    'ecr:BatchCheckLayerAvailability': 'Docker asks whether a layer is there before it pushes it',
    'ecr:InitiateLayerUpload': 'Docker pushes a layer',
    'ecr:UploadLayerPart': 'Docker pushes a layer',
    'ecr:CompleteLayerUpload': 'Docker pushes a layer',
    // https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-supplied-parameter-types.html
    'ec2:DescribeSecurityGroups': 'CloudFormation looks up values of parameters of type AWS::EC2::SecurityGroup::Id',
    'ec2:DescribeSubnets': 'CloudFormation looks up values of parameters of type AWS::EC2::Subnet::Id',
    'ec2:DescribeVpcs': 'CloudFormation looks up values of parameters of type AWS::EC2::VPC::Id',
    'ecr:GetDownloadUrlForLayer': "Docker reads a cache in ECR, and an image's configuration",
  },
  ValidateRole: {},
};

const used: Record<string, Right[]> = {};
let validated: LocalAws | undefined;

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
afterAll(() => validated?.close());

describe.each(['DeployRole', 'ValidateRole'])('%s', role => {
  const policies = made.policies(role);
  const uncalled = UNCALLED[role] ?? {};
  const called = () => new Set(used[role]?.map(({ action }) => action));

  it('is allowed everything that its runs have asked of AWS', () => {
    expect(called().size).toBeGreaterThan(5);
    expect(used[role]?.filter(right => !isAllowed(policies, right))).toEqual([]);
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
