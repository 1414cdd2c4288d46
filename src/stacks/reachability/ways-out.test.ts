// biome-ignore-all lint/suspicious/noAssignInExpressions: each case of a table changes one property
import { describe, expect, it } from 'vitest';
import { added, all, type Changing, find, Ref, useNat, verdicts, why } from '../../tooling/small-service.ts';

describe('over the internet', () => {
  it('a public subnet with public addresses reaches all', () => {
    const findings = find();
    expect(verdicts(findings)).toEqual(all('reachable'));
    expect(findings[0]).toMatchObject({ service: 'app.Service', through: '`Gateway`' });
  });

  it.each<[string, (to: Changing) => void, string]>([
    ['no public address', ({ awsvpc }) => void (awsvpc.AssignPublicIp = 'DISABLED'), '`AssignPublicIp: ENABLED`'],
    [
      'no route',
      ({ draft }) => void delete draft.Resources.Way,
      'AWS::EC2::VPCEndpoint of type Interface for com.amazonaws.us-east-1.logs to `Vpc`',
    ],
    [
      'a route of another table',
      ({ of }) => void Object.assign(of('Way'), { RouteTableId: Ref('Other') }, of('Other', 'AWS::EC2::RouteTable')),
      'AWS::EC2::VPCEndpoint',
    ],
    [
      'no attachment',
      ({ draft }) => void delete draft.Resources.Attachment,
      'AWS::EC2::VPCGatewayAttachment of `Gateway`',
    ],
    [
      'a group that lets nothing out',
      ({ of }) => void (of('Group').SecurityGroupEgress = [{ IpProtocol: '-1', CidrIp: '127.0.0.1/32' }]),
      '`CidrIp: 0.0.0.0/0` to `Group`',
    ],
    [
      'another port',
      ({ of }) =>
        void (of('Group').SecurityGroupEgress = [
          { IpProtocol: 'tcp', FromPort: 80, ToPort: 442, CidrIp: '0.0.0.0/0' },
        ]),
      '`CidrIp: 0.0.0.0/0` to `Group`',
    ],
    [
      'another protocol',
      ({ of }) =>
        void (of('Group').SecurityGroupEgress = [
          { IpProtocol: 'udp', FromPort: 443, ToPort: 443, CidrIp: '0.0.0.0/0' },
        ]),
      '`CidrIp: 0.0.0.0/0` to `Group`',
    ],
    [
      'IPv6 alone',
      ({ of }) => void (of('Group').SecurityGroupEgress = [{ IpProtocol: '-1', CidrIpv6: '::/0' }]),
      '`CidrIp: 0.0.0.0/0` to `Group`',
    ],
  ])('%s: logs are blocked', (_, change, add) => {
    const findings = find(change);
    expect(verdicts(findings)).toEqual(all('blocked'));
    expect(added(findings)).toContain(add);
  });

  it('a NAT gateway in a public subnet carries all', () => {
    const findings = find(useNat);
    expect(verdicts(findings)).toEqual(all('reachable'));
    expect(findings[0]).toMatchObject({ through: '`Nat`' });
  });

  it.each<[string, (to: Changing) => void, string]>([
    ['whose own subnet leads nowhere', ({ draft }) => void delete draft.Resources.PublicWay, 'blocked'],
    ['that is private', ({ of }) => void (of('Nat').ConnectivityType = 'private'), 'blocked'],
    ['of somebody else', ({ of }) => void (of('Way').NatGatewayId = 'nat-1'), 'unknown'],
    ['in a subnet of somebody else', ({ of }) => void (of('Nat').SubnetId = 'subnet-1'), 'unknown'],
    ['in the subnet that it serves', ({ of }) => void (of('Nat').SubnetId = Ref('Subnet')), 'unknown'],
    [
      'that may not be there',
      ({ draft }) => void Object.assign(draft.Resources.Nat ?? {}, { Condition: 'IsOpen' }),
      'unknown',
    ],
  ])('a NAT gateway %s', (_, change, verdict) => {
    expect(
      verdicts(
        find(to => {
          useNat(to);
          change(to);
        }),
      ),
    ).toEqual(all(verdict));
  });

  it('a transit gateway may lead anywhere', () => {
    const findings = find(({ of }) => {
      delete of('Way').GatewayId;
      of('Way').TransitGatewayId = 'tgw-1';
    });
    expect(verdicts(findings)).toEqual(all('unknown'));
  });

  it.each([
    [
      'a separate rule opens a closed group',
      { CidrIp: { 'Fn::FindInMap': ['Ranges', Ref('AWS::Region'), 'all'] } },
      'reachable',
    ],
    ['a separate rule whose range is open', { CidrIp: Ref('Open') }, 'unknown'],
    ['a part of the internet', { CidrIp: '52.0.0.0/8' }, 'unknown'],
  ])('%s', (_, rule, verdict) => {
    const findings = find(({ of }) => {
      of('Group').SecurityGroupEgress = [{ IpProtocol: '-1', CidrIp: '127.0.0.1/32' }];
      Object.assign(of('Out', 'AWS::EC2::SecurityGroupEgress'), { GroupId: Ref('Group'), IpProtocol: '-1', ...rule });
    });
    expect(verdicts(findings)).toEqual(all(verdict));
  });

  it('a network ACL of its own is not worked out', () => {
    const findings = find(
      ({ of }) =>
        void Object.assign(of('Acl', 'AWS::EC2::SubnetNetworkAclAssociation'), {
          SubnetId: Ref('Subnet'),
          NetworkAclId: 'acl-1',
        }),
    );
    expect(verdicts(findings)).toEqual(all('unknown'));
  });

  it.each<[string, (to: Changing) => void, string]>([
    [
      'a route table of somebody else',
      ({ of }) => void (of('Association').RouteTableId = 'rtb-1'),
      'is not in these templates',
    ],
    ['a subnet that may be ours', ({ of }) => void (of('Association').SubnetId = 'subnet-1'), 'may be `Subnet`'],
    [
      'a route of which only AWS knows the range',
      ({ of }) => void (of('Way').DestinationCidrBlock = Ref('Open')),
      'keeps what is deployed',
    ],
    [
      'a route of which only AWS knows the table',
      ({ of }) => void (of('Way').RouteTableId = Ref('Open')),
      'keeps what is deployed',
    ],
    [
      'a route that may not be there',
      ({ draft }) => void Object.assign(draft.Resources.Way ?? {}, { Condition: 'IsOpen' }),
      'keeps what is deployed',
    ],
    [
      'an association that may not be there',
      ({ draft }) => void Object.assign(draft.Resources.Association ?? {}, { Condition: 'IsOpen' }),
      'keeps what is deployed',
    ],
    [
      'a subnet that may not be there',
      ({ draft }) => void Object.assign(draft.Resources.Subnet ?? {}, { Condition: 'IsOpen' }),
      'keeps what is deployed',
    ],
    [
      'an address that nobody asks for or refuses',
      ({ awsvpc }) => void delete awsvpc.AssignPublicIp,
      'AssignPublicIp is not given',
    ],
    [
      'ports that only AWS knows',
      ({ of }) =>
        void (of('Group').SecurityGroupEgress = [
          { IpProtocol: 'tcp', FromPort: 443, ToPort: Ref('Open'), CidrIp: '0.0.0.0/0' },
        ]),
      'keeps what is deployed',
    ],
    [
      'an endpoint that may be of any service',
      ({ of }) => void Object.assign(of('Any'), { ServiceName: Ref('Open'), VpcId: Ref('Vpc') }),
      'may be its endpoint',
    ],
  ])('%s: cannot be told', (_, change, because) => {
    const findings = find(change);
    expect(verdicts(findings)['CloudWatch Logs']).toBe('unknown');
    expect(why(findings)).toContain(because);
  });

  it('the longest prefix wins, and a range must be held whole', () => {
    const values = { ExternalEgressCidr: '203.0.113.0/24' };
    const also = (DestinationCidrBlock: string) =>
      verdicts(
        find(
          ({ of }) =>
            void Object.assign(of('AWay', 'AWS::EC2::Route'), {
              RouteTableId: Ref('Table'),
              DestinationCidrBlock,
              TransitGatewayId: 'tgw-1',
            }),
          { values },
        ),
      )['ExternalEgressCidr 203.0.113.0/24'];
    expect(also('203.0.0.0/16')).toBe('unknown');
    expect(also('198.51.100.0/24')).toBe('reachable');
  });

  it('addresses of the VPC need no route, those around it do', () => {
    const local = (ExternalEgressCidr: string) =>
      verdicts(find(({ draft }) => void delete draft.Resources.Way, { values: { ExternalEgressCidr } }))[
        `ExternalEgressCidr ${ExternalEgressCidr}`
      ];
    expect(local('10.1.7.0/24')).toBe('reachable');
    expect(local('10.0.0.0/8')).toBe('blocked');
  });

  it('any one of several groups may open', () => {
    const closed = [{ IpProtocol: '-1', CidrIp: '127.0.0.1/32' }];
    const findings = find(({ of, awsvpc }) => {
      of('Group').SecurityGroupEgress = closed;
      of('Open2', 'AWS::EC2::SecurityGroup').VpcId = Ref('Vpc');
      awsvpc.SecurityGroups = [Ref('Group'), Ref('Open2')];
    });
    expect(verdicts(findings)).toEqual(all('reachable'));
  });

  it('one bad subnet of two is enough: a task may be put there', () => {
    const findings = find(({ of, awsvpc }) => {
      Object.assign(of('Second', 'AWS::EC2::Subnet'), { VpcId: Ref('Vpc'), CidrBlock: '10.1.1.0/24' });
      awsvpc.Subnets = [Ref('Subnet'), Ref('Second')];
    });
    expect(verdicts(findings)).toEqual(all('blocked'));
    expect(why(findings)).toContain('`Second` has no route table of its own');
  });
});
