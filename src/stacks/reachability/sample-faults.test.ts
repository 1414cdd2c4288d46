// biome-ignore-all lint/suspicious/noAssignInExpressions: each case of a table changes one property
import { describe, expect, it } from 'vitest';
import { UserFault } from '../../runner/fault.ts';
import { addEndpoint, added, all, att, type Changing, find, Ref, verdicts } from '../../tooling/small-service.ts';
import { reachabilityFaults } from './reachability.ts';

describe("the sample's own faults", () => {
  /** Endpoints of all but S3, tasks that may speak to the VPC alone, no way out. */
  const sample = (change: (to: Changing) => void = () => {}) =>
    find(to => {
      delete to.draft.Resources.Way;
      to.awsvpc.AssignPublicIp = 'DISABLED';
      to.of('Group').SecurityGroupEgress = [{ IpProtocol: 'tcp', FromPort: 443, ToPort: 443, CidrIp: '10.1.0.0/16' }];
      for (const service of ['ecr.api', 'ecr.dkr', 'logs']) addEndpoint(to, service, `E${service.replace('.', '')}`);
      change(to);
    });
  const gateway = ({ of }: Changing) =>
    void Object.assign(of('S3'), {
      VpcId: Ref('Vpc'),
      ServiceName: { 'Fn::Sub': 'com.amazonaws.${AWS::Region}.s3' },
      RouteTableIds: [Ref('Table')],
    });

  it('egress to the VPC alone keeps layers out, even with the gateway endpoint', () => {
    const findings = sample(gateway);
    expect(verdicts(findings)).toEqual({ ...all('reachable'), 'image layers': 'blocked' });
    expect(reachabilityFaults(findings)).toEqual([
      {
        what: 'Tasks of service `Service` cannot reach image layers',
        seen: 'no egress rule of `Group` lets TCP 443 out to S3',
        fix: "Add an egress rule on TCP 443 with the Region's S3 list as `DestinationPrefixListId` (in the stacks file: `{ lookup: s3-prefix-list }`) to `Group`",
        place: { file: 'app.yaml', line: expect.any(Number), column: expect.any(Number) },
      },
    ]);
  });

  it('without the gateway endpoint there is no way to the layers', () => {
    const findings = sample();
    expect(verdicts(findings)).toEqual({ ...all('reachable'), 'image layers': 'blocked' });
    expect(added(findings, 'image layers')).toContain(
      'AWS::EC2::VPCEndpoint of type Gateway for com.amazonaws.us-east-1.s3 to `Vpc`',
    );
  });

  it.each<[string, (to: Changing) => void]>([
    ['a route table of somebody else', ({ of }) => void (of('Association').RouteTableId = 'rtb-1')],
    ['tables of the endpoint that only AWS knows', ({ of }) => void (of('S3').RouteTableIds = Ref('Open'))],
    ['an endpoint of which only AWS knows the service', ({ of }) => void (of('S3').ServiceName = Ref('Open'))],
    [
      'an endpoint that may not be there',
      ({ draft }) => void Object.assign(draft.Resources.S3 ?? {}, { Condition: 'IsOpen' }),
    ],
  ])('%s: whether layers come through cannot be told', (_, change) => {
    const findings = sample(to => {
      gateway(to);
      to.of('Group').SecurityGroupEgress = [];
      change(to);
    });
    expect(verdicts(findings)['image layers']).toBe('unknown');
  });

  it('an S3 prefix list that is written out may be that of another Region', () => {
    const findings = sample(to => {
      gateway(to);
      (to.of('Group').SecurityGroupEgress as unknown[]).push({
        IpProtocol: '-1',
        DestinationPrefixListId: 'pl-63a5400a',
      });
    });
    expect(verdicts(findings)['image layers']).toBe('unknown');
  });

  it("a prefix list of the user's own is what it holds", () => {
    const withList = (cidr: string) =>
      sample(to => {
        gateway(to);
        to.of('List', 'AWS::EC2::PrefixList').Entries = [{ Cidr: '10.2.0.0/16' }, { Cidr: cidr }];
        (to.of('Group').SecurityGroupEgress as unknown[]).push({
          IpProtocol: '-1',
          DestinationPrefixListId: att('List', 'PrefixListId'),
        });
      });
    expect(verdicts(withList('10.0.0.0/8'))['image layers']).toBe('blocked');
    expect(verdicts(withList('0.0.0.0/0'))['image layers']).toBe('reachable');
  });

  it("a gateway endpoint's policy must hold the bucket of the layers", () => {
    const policy = (Resource: string) =>
      sample(to => {
        gateway(to);
        to.of('Group').SecurityGroupEgress = [];
        to.of('S3').PolicyDocument = {
          Statement: [{ Effect: 'Allow', Principal: '*', Action: 's3:GetObject', Resource }],
        };
      });
    expect(verdicts(policy('arn:aws:s3:::prod-us-east-1-starport-layer-bucket/*'))['image layers']).toBe('reachable');
    expect(verdicts(policy('arn:aws:s3:::prod-eu-west-1-starport-layer-bucket/*'))['image layers']).toBe('blocked');
  });

  it('Grafana attached to the VPC has no endpoint of what its role reads', () => {
    const findings = sample(({ of }) => {
      of('GrafanaRole', 'AWS::IAM::Role').Policies = [
        {
          PolicyDocument: {
            Statement: { Effect: 'Allow', Action: ['aps:QueryMetrics', 'cloudwatch:GetMetricData'], Resource: '*' },
          },
        },
      ];
      Object.assign(of('Grafana', 'AWS::Grafana::Workspace'), {
        RoleArn: att('GrafanaRole', 'Arn'),
        VpcConfiguration: { SubnetIds: [Ref('Subnet')], SecurityGroupIds: [Ref('Group')] },
      });
    }).filter(({ service }) => service === 'app.Grafana');
    expect(verdicts(findings)).toEqual({
      'Prometheus queries': 'blocked',
      'Prometheus management API': 'blocked',
      CloudWatch: 'blocked',
    });
    expect(added(findings, 'CloudWatch')).toContain('com.amazonaws.us-east-1.monitoring to `Vpc`');
    expect(findings[0]?.title).toBe('Grafana workspace `Grafana`');
  });
});

it('many needs that wait for one thing are one fault', () => {
  const faults = reachabilityFaults(
    find(({ of }) => void (of('Group').SecurityGroupEgress = [{ IpProtocol: '-1', CidrIp: '10.0.0.0/8' }])),
  );
  expect(faults.map(({ what }) => what)).toEqual([
    'Tasks of service `Service` cannot reach image registry API, image registry and CloudWatch Logs',
    'Tasks of service `Service` cannot reach image layers',
  ]);
  expect(() => {
    throw new UserFault(faults);
  }).toThrow('app.yaml:');
});
