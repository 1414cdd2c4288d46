// biome-ignore-all lint/suspicious/noAssignInExpressions: each case of a table changes one property
import { describe, expect, it } from 'vitest';
import type { Changes } from '../../tooling/changed-plan.ts';
import { addEndpoint, added, att, type Changing, find, Ref, verdicts } from '../../tooling/small-service.ts';

describe('through an interface endpoint', () => {
  const logs = (change: (to: Changing) => void = () => {}, changes: Changes = {}) =>
    find(to => {
      addEndpoint(to, 'logs');
      change(to);
    }, changes);

  it('its name leads there, although there is a way to the internet', () => {
    expect(logs().find(({ need }) => need === 'CloudWatch Logs')).toMatchObject({ through: '`Endpoint`' });
  });

  it.each<[string, (to: Changing) => void, string, string]>([
    [
      'a group that lets nobody in',
      ({ of }) => void (of('EndpointGroup').SecurityGroupIngress = []),
      'blocked',
      '`SourceSecurityGroupId` `Group` to `EndpointGroup`',
    ],
    [
      'a group that lets another group in',
      ({ of }) =>
        void (of('EndpointGroup').SecurityGroupIngress = [
          { IpProtocol: '-1', SourceSecurityGroupId: Ref('EndpointGroup') },
        ]),
      'blocked',
      'to `EndpointGroup`',
    ],
    [
      'a group that lets another subnet in',
      ({ of }) => void (of('EndpointGroup').SecurityGroupIngress = [{ IpProtocol: '-1', CidrIp: '10.1.1.0/24' }]),
      'blocked',
      'to `EndpointGroup`',
    ],
    [
      'a group that lets half of the subnet in',
      ({ of }) => void (of('EndpointGroup').SecurityGroupIngress = [{ IpProtocol: '-1', CidrIp: '10.1.0.0/25' }]),
      'unknown',
      '',
    ],
    [
      "the VPC's default group",
      ({ of }) => void delete of('Endpoint').SecurityGroupIds,
      'blocked',
      '`SourceSecurityGroupId` `Group` to `Vpc.DefaultSecurityGroup`',
    ],
    [
      'tasks whose egress ends elsewhere',
      ({ of }) => void (of('Group').SecurityGroupEgress = [{ IpProtocol: '-1', CidrIp: '10.9.0.0/16' }]),
      'blocked',
      '`DestinationSecurityGroupId` `EndpointGroup` to `Group`',
    ],
    [
      'tasks that may speak to the VPC',
      ({ of }) => void (of('Group').SecurityGroupEgress = [{ IpProtocol: '-1', CidrIp: '10.1.0.0/16' }]),
      'reachable',
      '',
    ],
    ['names that only AWS knows of', ({ of }) => void (of('Vpc').EnableDnsHostnames = Ref('Open')), 'unknown', ''],
    ['names that it does not say to take', ({ of }) => void delete of('Endpoint').PrivateDnsEnabled, 'unknown', ''],
    [
      'names that it does not take, beside a way out',
      ({ of }) => void (of('Endpoint').PrivateDnsEnabled = false),
      'reachable',
      '',
    ],
    [
      'no names in the VPC',
      ({ of }) => void (of('Vpc').EnableDnsSupport = false),
      'blocked',
      '`EnableDnsSupport: true` to `Vpc`',
    ],
    [
      'a condition that does not hold',
      ({ draft }) => void Object.assign(draft.Resources.Endpoint ?? {}, { Condition: 'IsOff' }),
      'reachable',
      '',
    ],
    [
      'a condition that is open',
      ({ draft }) => void Object.assign(draft.Resources.Endpoint ?? {}, { Condition: 'IsOpen' }),
      'unknown',
      '',
    ],
    [
      'a condition that holds either way',
      ({ draft }) => void Object.assign(draft.Resources.Endpoint ?? {}, { Condition: 'Either' }),
      'reachable',
      '',
    ],
  ])('%s', (_, change, verdict, add) => {
    const findings = logs(change);
    expect(verdicts(findings)['CloudWatch Logs']).toBe(verdict);
    expect(added(findings)).toContain(add);
  });

  it('a task without groups is in the default group, as is an endpoint without any', () => {
    const findings = logs(({ of, awsvpc }) => {
      delete of('Endpoint').SecurityGroupIds;
      delete awsvpc.SecurityGroups;
    });
    expect(verdicts(findings)['CloudWatch Logs']).toBe('reachable');
  });

  const allow = (statement: Record<string, unknown>) => ({
    Statement: [{ Effect: 'Allow', Principal: '*', ...statement }],
  });
  it.each<[string, unknown, string]>([
    ['that allows all', allow({ Action: '*', Resource: '*' }), 'reachable'],
    ['that allows half of it', allow({ Action: 'logs:PutLogEvents', Resource: '*' }), 'blocked'],
    ['that allows it by pattern', allow({ Action: ['logs:Create*', 'logs:put?ogEvents'], Resource: '*' }), 'reachable'],
    [
      'for this group',
      allow({
        Action: 'logs:*',
        Resource: { 'Fn::Sub': 'arn:aws:logs:${AWS::Region}:${AWS::AccountId}:log-group:/shop/*' },
      }),
      'reachable',
    ],
    [
      'for another group',
      allow({
        Action: 'logs:*',
        Resource: { 'Fn::Sub': 'arn:aws:logs:${AWS::Region}:${AWS::AccountId}:log-group:/other/*' },
      }),
      'blocked',
    ],
    [
      'for a named account',
      allow({ Action: 'logs:*', Resource: 'arn:aws:logs:us-east-1:123456789012:log-group:*' }),
      'unknown',
    ],
    [
      'for its own account',
      allow({
        Action: 'logs:*',
        Resource: '*',
        Condition: { StringEquals: { 'aws:PrincipalAccount': Ref('AWS::AccountId') } },
      }),
      'reachable',
    ],
    [
      'for an organization',
      allow({ Action: 'logs:*', Resource: '*', Condition: { StringEquals: { 'aws:PrincipalOrgID': 'o-1' } } }),
      'unknown',
    ],
    [
      'for another role',
      allow({ Action: 'logs:*', Resource: '*', Principal: { AWS: att('Other', 'Arn') } }),
      'blocked',
    ],
    ['for its role', allow({ Action: 'logs:*', Resource: '*', Principal: { AWS: att('Role', 'Arn') } }), 'reachable'],
    [
      'for one of several groups',
      allow({
        Action: 'logs:*',
        Resource: ['arn:aws:logs:us-east-1:*:log-group:/other/*', 'arn:aws:logs:us-east-1:*:log-group:/shop/*'],
      }),
      'reachable',
    ],
    ['for all but what is asked', allow({ NotAction: ['s3:*', 'logs:Put*'], Resource: '*' }), 'blocked'],
    ['for all but what nobody asks', allow({ NotAction: ['s3:*', 'ecr:*'], Resource: '*' }), 'reachable'],
    [
      'for the account, in words',
      allow({ Action: '*', Resource: '*', Principal: { AWS: [{ 'Fn::Sub': 'arn:aws:iam::${AWS::AccountId}:root' }] } }),
      'reachable',
    ],
    [
      'for the account or another',
      allow({ Action: '*', Resource: '*', Principal: { AWS: [Ref('AWS::AccountId'), '123456789012'] } }),
      'reachable',
    ],
    [
      'for another account, or this one',
      allow({ Action: '*', Resource: '*', Principal: { AWS: '123456789012' } }),
      'unknown',
    ],
    [
      'for anyone, as a list',
      allow({ Action: '*', Resource: '*', Principal: { AWS: ['*', att('Other', 'Arn')] } }),
      'reachable',
    ],
    [
      'for one of two Regions',
      allow({
        Action: '*',
        Resource: '*',
        Condition: { StringEquals: { 'aws:RequestedRegion': ['eu-west-1', Ref('AWS::Region')] } },
      }),
      'reachable',
    ],
    [
      'for another Region',
      allow({ Action: '*', Resource: '*', Condition: { StringEquals: { 'aws:RequestedRegion': 'eu-west-1' } } }),
      'blocked',
    ],
    [
      'that denies it after all',
      {
        Statement: [
          ...allow({ Action: '*', Resource: '*' }).Statement,
          { Effect: 'Deny', Principal: '*', Action: 'logs:PutLogEvents', Resource: '*' },
        ],
      },
      'blocked',
    ],
    [
      'that denies what others ask',
      {
        Statement: [
          ...allow({ Action: '*', Resource: '*' }).Statement,
          {
            Effect: 'Deny',
            Principal: '*',
            Action: 'logs:*',
            Resource: '*',
            Condition: { StringNotEquals: { 'aws:PrincipalAccount': Ref('AWS::AccountId') } },
          },
        ],
      },
      'reachable',
    ],
    ['that allows nothing', { Statement: [] }, 'blocked'],
  ])('a policy %s', (_, document, verdict) => {
    const findings = logs(({ of }) => {
      of('Other', 'AWS::IAM::Role');
      of('Endpoint').PolicyDocument = document;
    });
    expect(verdicts(findings)['CloudWatch Logs']).toBe(verdict);
    if (verdict === 'blocked')
      expect(added(findings)).toMatch(/a statement that allows logs:.* to the PolicyDocument of `Endpoint`/);
  });
});
