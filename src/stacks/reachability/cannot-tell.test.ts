// biome-ignore-all lint/suspicious/noAssignInExpressions: each case of a table changes one property
import { describe, expect, it } from 'vitest';
import { type Changes, changedPlan, type Draft } from '../../tooling/changed-plan.ts';
import { all, type Changing, find, Ref, SMALL, verdicts, why } from '../../tooling/small-service.ts';
import { reachability } from './reachability.ts';

describe('what cannot be told', () => {
  it('a service that may not be there fails nothing', () => {
    const findings = find(({ awsvpc, draft }) => {
      awsvpc.AssignPublicIp = 'DISABLED';
      Object.assign(draft.Resources.Service ?? {}, { Condition: 'IsOpen' });
    });
    expect(verdicts(findings)).toEqual(all('unknown'));
  });

  it('a service whose condition does not hold is not looked at', () => {
    expect(find(({ draft }) => void Object.assign(draft.Resources.Service ?? {}, { Condition: 'IsOff' }))).toEqual([]);
    const off = { values: { Switch: 'off' } };
    expect(
      find(({ draft }) => void Object.assign(draft.Resources.Service ?? {}, { Condition: 'IsOff' }), off),
    ).toHaveLength(4);
  });

  it.each<[string, (to: Changing) => void, string]>([
    [
      'subnets of somebody else',
      ({ awsvpc }) => void (awsvpc.Subnets = ['subnet-1']),
      'subnet `subnet-1` is not part of these templates',
    ],
    [
      'a VPC of somebody else',
      ({ of }) => void (of('Subnet').VpcId = 'vpc-1'),
      'VPC `vpc-1` is not part of these templates',
    ],
    [
      'a group of somebody else',
      ({ awsvpc }) => void (awsvpc.SecurityGroups = ['sg-1']),
      'security group `sg-1` is not part of these templates',
    ],
    [
      'a value that only the deployed stack has',
      ({ awsvpc }) => void (awsvpc.Subnets = [Ref('Open')]),
      'parameter `Open` keeps what is deployed',
    ],
    [
      'an import from elsewhere',
      ({ awsvpc }) => void (awsvpc.Subnets = [{ 'Fn::ImportValue': 'their-subnet' }]),
      'export `their-subnet` belongs to no stack of this run',
    ],
  ])('%s', (_, change, because) => {
    const findings = find(change);
    expect(verdicts(findings)).toEqual(all('unknown'));
    expect(why(findings)).toContain(because);
  });

  it('in a network of somebody else, what no rule lets out stays inside', () => {
    const findings = find(({ of, awsvpc }) => {
      awsvpc.Subnets = ['subnet-1'];
      of('Group').SecurityGroupEgress = [{ IpProtocol: '-1', CidrIp: '10.0.0.0/8' }];
    });
    expect(verdicts(findings)).toEqual({ ...all('unknown'), 'image layers': 'blocked' });
  });

  it.each<[string, (draft: Draft) => void, string]>([
    ['a macro', draft => void (draft.Transform = 'Shop::Network'), 'unknown'],
    ['a loop', draft => void Object.assign(draft.Resources, { 'Fn::ForEach::More': [] }), 'unknown'],
    ['SAM, which makes no endpoints', draft => void (draft.Transform = 'AWS::Serverless-2016-10-31'), 'blocked'],
    [
      'a nested stack',
      draft => void (draft.Resources.More = { Type: 'AWS::CloudFormation::Stack', Properties: {} }),
      'unknown',
    ],
  ])('with %s', (_, change, verdict) => {
    expect(
      verdicts(
        find(({ draft }) => {
          delete draft.Resources.Way;
          change(draft);
        }),
      ),
    ).toEqual(all(verdict));
  });
});

it('exports and JSON: what one stack makes is found from the other', () => {
  const split = JSON.stringify({
    Resources: {
      Definition: {
        Type: 'AWS::ECS::TaskDefinition',
        Properties: { RequiresCompatibilities: ['FARGATE'], ContainerDefinitions: [{ Image: 'nginx' }] },
      },
      Service: {
        Type: 'AWS::ECS::Service',
        Properties: {
          TaskDefinition: Ref('Definition'),
          NetworkConfiguration: {
            AwsvpcConfiguration: {
              AssignPublicIp: 'ENABLED',
              Subnets: { 'Fn::Split': [',', { 'Fn::ImportValue': 'p-app-subnets' }] },
            },
          },
        },
      },
    },
  });
  const text = `${SMALL}Outputs:\n  S: { Value: !Join [",", [!Ref Subnet]], Export: { Name: !Sub "\${AWS::StackName}-subnets" } }\n`;
  const made = (change?: Changes['change']) =>
    reachability(
      changedPlan(
        { app: { file: 'app.yaml', text }, other: { file: 'other.json', text: split } },
        change ? { change } : {},
      ),
      { region: 'us-east-1' },
    ).filter(({ service }) => service === 'other.Service');
  expect(verdicts(made())).toEqual({ 'image registry': 'reachable' });
  expect(made(({ app }) => void delete app?.Resources.Way)).toMatchObject([
    { verdict: 'blocked', place: { file: 'app.yaml' } },
  ]);
});
