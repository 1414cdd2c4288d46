import { describe, expect, it } from 'vitest';
import { type JsonMap, monitoring, network } from './templates.ts';
import { intrinsic, members, ofType, only, resolve } from './walk.ts';

describe('network', () => {
  const subnets = ofType(network, 'AWS::EC2::Subnet');
  const endpoints = ofType(network, 'AWS::EC2::VPCEndpoint');

  /** The conditions that hold, with all that they join. */
  const given =
    (...conditions: string[]) =>
    (condition: string): boolean => {
      const [name, argument] = intrinsic(network.Conditions?.[condition] ?? null) ?? [];
      if (name !== 'Fn::And') return conditions.includes(condition);
      return (argument as { Condition: string }[]).every(part => given(...conditions)(part.Condition));
    };
  const exists = (name: string, holds: (condition: string) => boolean) => {
    const condition = network.Resources[name]?.Condition;
    return condition === undefined || holds(condition);
  };
  const refs = (...names: string[]) => names.map(name => ({ Ref: name }));

  it('spreads public and private subnets over the first two or three zones of whatever Region', () => {
    const zones = subnets.map(([name, { AvailabilityZone }]) => [name, AvailabilityZone]);
    const zone = (index: number) => ({ 'Fn::Select': [index, { 'Fn::GetAZs': '' }] });
    expect(zones).toEqual([
      ['PublicSubnet1', zone(0)],
      ['PublicSubnet2', zone(1)],
      ['PublicSubnet3', zone(2)],
      ['PrivateSubnet1', zone(0)],
      ['PrivateSubnet2', zone(1)],
      ['PrivateSubnet3', zone(2)],
    ]);
    const optional = subnets.map(([name]) => name).filter(name => network.Resources[name]?.Condition !== undefined);
    expect(optional).toEqual(['PublicSubnet3', 'PrivateSubnet3']);
  });

  it('cuts each subnet out of VpcCidr, none twice, and leaves the first four where they are without a third zone', () => {
    const blocks = subnets.map(([, { CidrBlock }]) => CidrBlock);
    const block = (index: number) => ({ 'Fn::Select': [index, { 'Fn::Cidr': [{ Ref: 'VpcCidr' }, 6, 8] }] });
    expect(blocks).toEqual([0, 1, 4, 2, 3, 5].map(block));
  });

  it.each([
    { nat: 'none', conditions: [], ways: [] },
    { nat: 'single', conditions: ['CreateNat'], ways: ['NatGateway1', 'NatGateway1', 'NatGateway1'] },
    {
      nat: 'per-zone',
      conditions: ['CreateNat', 'CreateNatPerZone'],
      ways: ['NatGateway1', 'NatGateway2', 'NatGateway3'],
    },
  ])('leads private subnets to the internet only through NAT gateways: $nat', ({ conditions, ways }) => {
    const tables = Object.fromEntries(
      ofType(network, 'AWS::EC2::SubnetRouteTableAssociation').map(([, { SubnetId, RouteTableId }]) => [
        (SubnetId as JsonMap).Ref,
        (RouteTableId as JsonMap).Ref,
      ]),
    );
    expect(Object.keys(tables).sort()).toEqual(subnets.map(([name]) => name).sort());
    for (const zones of [2, 3]) {
      const holds = given(...conditions, ...(zones === 3 ? ['HasThreeZones'] : []));
      const routes = ofType(network, 'AWS::EC2::Route').filter(([name]) => exists(name, holds));
      const found = [1, 2, 3].slice(0, zones).map(zone => {
        const open = routes.filter(([, { RouteTableId }]) => {
          return (RouteTableId as JsonMap).Ref === tables[`PrivateSubnet${zone}`];
        });
        return open.map(([, route]) => resolve(route, holds) as JsonMap);
      });
      const expected = ways.slice(0, zones).map(way => [expect.objectContaining({ NatGatewayId: { Ref: way } })]);
      expect(found).toEqual(ways.length > 0 ? expected : Array(zones).fill([]));
      for (const way of ways.slice(0, zones)) expect(exists(way, holds), way).toBe(true);
    }
    const closed = ofType(network, 'AWS::EC2::Route').filter(([, route]) => 'GatewayId' in route);
    expect(closed.map(([, route]) => route.RouteTableId)).toEqual(refs('PublicRouteTable'));
  });

  it('reaches every AWS service that a task calls, in every zone or in one, under its usual name', () => {
    const services = endpoints.map(([name, { ServiceName }]) => [
      String((ServiceName as JsonMap)['Fn::Sub']).replace('com.amazonaws.${AWS::Region}.', ''),
      network.Resources[name]?.Condition,
    ]);
    expect(Object.fromEntries(services)).toEqual({
      s3: undefined,
      'ecr.api': undefined,
      'ecr.dkr': undefined,
      logs: undefined,
      xray: undefined,
      'aps-workspaces': undefined,
      aps: 'CreateApsEndpoint',
      monitoring: 'CreateMonitoringEndpoint',
      ssm: 'CreateSsmEndpoint',
      ssmmessages: 'CreateSsmMessagesEndpoint',
    });
    const placements = [
      { conditions: ['HasEndpointsInEveryZone'], zones: ['1', '2'], tables: ['1', '2'] },
      { conditions: ['HasEndpointsInEveryZone', 'HasThreeZones'], zones: ['1', '2', '3'], tables: ['1', '2', '3'] },
      { conditions: ['HasThreeZones'], zones: ['1'], tables: ['1', '2', '3'] },
    ];
    for (const { conditions, zones, tables } of placements) {
      for (const [name, endpoint] of endpoints) {
        expect(resolve(endpoint, given(...conditions)), name).toMatchObject(
          name === 'S3Endpoint'
            ? { VpcEndpointType: 'Gateway', RouteTableIds: refs(...tables.map(zone => `PrivateRouteTable${zone}`)) }
            : {
                VpcEndpointType: 'Interface',
                PrivateDnsEnabled: true,
                SubnetIds: refs(...zones.map(zone => `PrivateSubnet${zone}`)),
                SecurityGroupIds: refs('EndpointSecurityGroup'),
              },
        );
      }
    }
    expect(only(network, 'AWS::EC2::VPC')).toMatchObject({ EnableDnsSupport: true, EnableDnsHostnames: true });
  });

  it('passes through each endpoint what a task does there, for this account alone', () => {
    const passed = endpoints.map(([name, endpoint]) => {
      const { PolicyDocument } = resolve(endpoint, given()) as { PolicyDocument: { Statement: JsonMap[] } };
      for (const statement of PolicyDocument.Statement) {
        // ECR signs the addresses of layers itself: the caller's account is not in them.
        const own = { StringEquals: { 'aws:PrincipalAccount': { Ref: 'AWS::AccountId' } } };
        expect(statement.Condition, name).toEqual(name === 'S3Endpoint' ? undefined : own);
      }
      return [name, PolicyDocument.Statement.flatMap(({ Action }) => Action as string | string[])];
    });
    const pull = [
      'ecr:BatchCheckLayerAvailability',
      'ecr:BatchGetImage',
      'ecr:GetAuthorizationToken',
      'ecr:GetDownloadUrlForLayer',
    ];
    expect(Object.fromEntries(passed)).toMatchObject({
      S3Endpoint: ['s3:GetObject'],
      EcrApiEndpoint: pull,
      EcrDockerEndpoint: pull,
      LogsEndpoint: ['logs:CreateLogStream', 'logs:PutLogEvents'],
      XRayEndpoint: ['xray:PutTraceSegments'],
      ApsWorkspacesEndpoint: ['aps:RemoteWrite'],
      SsmEndpoint: ['ssm:GetParameters'],
    });
  });

  it('names in the policy of the logs endpoint the groups that the tasks write to', () => {
    const policy = network.Resources.LogsEndpoint?.Properties?.PolicyDocument as JsonMap | undefined;
    const [statement] = members(policy?.Statement);
    const { 'Fn::Sub': arn } = (statement?.Resource ?? {}) as JsonMap;
    const prefix = /log-group:(.*)\*$/.exec(String(arn))?.[1];
    for (const group of ['AppLogGroup', 'CollectorLogGroup', 'TelemetryLogGroup']) {
      const { 'Fn::Sub': name } = (monitoring.Resources[group]?.Properties?.LogGroupName ?? {}) as JsonMap;
      expect(String(name).startsWith(prefix ?? 'none'), group).toBe(true);
    }
  });

  it('answers over HTTP as it is, and over HTTPS alone with a certificate', () => {
    const listener = (name: string, ...conditions: string[]) =>
      resolve(network.Resources[name]?.Properties ?? null, given(...conditions));
    const forward = [{ Type: 'forward', TargetGroupArn: { Ref: 'TargetGroup' } }];
    expect(listener('HttpListener')).toMatchObject({ Port: 80, DefaultActions: forward });
    expect(listener('HttpListener', 'HasCertificate')).toMatchObject({
      Port: 80,
      DefaultActions: [{ Type: 'redirect', RedirectConfig: { Protocol: 'HTTPS', Port: '443' } }],
    });
    expect(network.Resources.HttpsListener?.Condition).toBe('HasCertificate');
    expect(listener('HttpsListener')).toMatchObject({
      Port: 443,
      SslPolicy: expect.stringMatching(/^ELBSecurityPolicy-TLS13-1-2-/),
      DefaultActions: forward,
    });
    const url = network.Outputs.LoadBalancerUrl?.Value ?? null;
    expect(resolve(url, given())).toEqual({ 'Fn::Sub': 'http://${LoadBalancer.DNSName}' });
    expect(resolve(url, given('HasCertificate'))).toEqual({ 'Fn::Sub': 'https://${DomainName}' });
  });

  it('has, for blue/green deployments, a rule for everybody behind one for the version under test', () => {
    const rule = (name: string) => network.Resources[name]?.Properties as JsonMap;
    const target = (name: string) => ((rule(name).Actions as JsonMap[])[0] as JsonMap).TargetGroupArn;
    const listener = { 'Fn::If': ['HasCertificate', { Ref: 'HttpsListener' }, { Ref: 'HttpListener' }] };
    expect(rule('TestListenerRule').ListenerArn).toEqual(listener);
    expect(rule('ProductionListenerRule').ListenerArn).toEqual(listener);
    expect(Number(rule('TestListenerRule').Priority)).toBeLessThan(Number(rule('ProductionListenerRule').Priority));
    expect([target('TestListenerRule'), target('ProductionListenerRule')]).toEqual(
      refs('TestTargetGroup', 'TargetGroup'),
    );
    const { Tags: _, ...test } = network.Resources.TestTargetGroup?.Properties ?? {};
    expect(test).not.toEqual({});
    expect(network.Resources.TargetGroup?.Properties).toMatchObject(test);
  });

  it('drops invalid headers, and protects and logs when asked to', () => {
    const attributes = (...conditions: string[]) =>
      (resolve(only(network, 'AWS::ElasticLoadBalancingV2::LoadBalancer'), given(...conditions)) as JsonMap)
        .LoadBalancerAttributes;
    const always = [
      { Key: 'routing.http.drop_invalid_header_fields.enabled', Value: 'true' },
      { Key: 'deletion_protection.enabled', Value: { Ref: 'DeletionProtection' } },
    ];
    expect(attributes()).toEqual([...always, { Key: 'access_logs.s3.enabled', Value: 'false' }]);
    expect(attributes('HasAccessLogBucket')).toEqual([
      ...always,
      { Key: 'access_logs.s3.enabled', Value: 'true' },
      { Key: 'access_logs.s3.bucket', Value: { Ref: 'AccessLogBucket' } },
      { Key: 'access_logs.s3.prefix', Value: { Ref: 'AWS::StackName' } },
    ]);
  });

  it('takes a VPC large enough for all its subnets', () => {
    const accepts = new RegExp(`^(?:${network.Parameters.VpcCidr?.AllowedPattern})$`);
    expect(['10.0.0.0/16', '10.0.0.0/21'].filter(range => !accepts.test(range))).toEqual([]);
    expect(['10.0.0.0/15', '10.0.0.0/22', '10.0.0.0/24', '10.0.0.0'].filter(range => accepts.test(range))).toEqual([]);
  });

  it('waits for the internet gateway before it builds an internet-facing load balancer', () => {
    const attachment = Object.entries(network.Resources).find(
      ([, { Type }]) => Type === 'AWS::EC2::VPCGatewayAttachment',
    );
    expect(network.Resources.LoadBalancer?.DependsOn).toBe('PublicDefaultRoute');
    expect(network.Resources.PublicDefaultRoute?.DependsOn).toBe(attachment?.[0]);
  });

  it('finds a healthy task within 20 seconds and drains one within 30', () => {
    const group = network.Resources.TargetGroup?.Properties as JsonMap;
    expect(Number(group.HealthyThresholdCount) * Number(group.HealthCheckIntervalSeconds)).toBeLessThanOrEqual(20);
    expect(Number(group.HealthCheckTimeoutSeconds)).toBeLessThan(Number(group.HealthCheckIntervalSeconds));
    expect(group.TargetGroupAttributes).toContainEqual({ Key: 'deregistration_delay.timeout_seconds', Value: '30' });
  });
});
