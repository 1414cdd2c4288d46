import { describe, expect, it } from 'vitest';
import { DEMO_IMAGES } from '../../tooling/demo-inputs.ts';
import { scenarios } from '../../tooling/scenario.ts';
import { action as teardown } from '../teardown/run.ts';
import { action as deploy } from './run.ts';

/** The three stacks of zap-obs under parameters other than their defaults, and under each profile. */

const { run } = scenarios();

const CERTIFICATE = 'arn:aws:acm:us-east-1:111111111111:certificate/0a0b0c0d-1111-2222-3333-444455556666';
const DOMAIN = 'app.example.com';

const inputs = (prefix: string, parameters: Record<string, string>, profile = '') => ({
  'stack-prefix': prefix,
  ...DEMO_IMAGES,
  profile,
  parameters: JSON.stringify(parameters),
});

interface Working {
  name: string;
  parameters: Record<string, string>;
  profile?: string;
  /** The load balancer cannot be deleted until this is taken back. */
  isProtected?: boolean;
  /** Resources that these parameters make and the defaults do not, and the other way round. */
  adds?: string[];
  removes?: string[];
  url?: string | RegExp;
}

const working: Working[] = [
  { name: 'defaults', parameters: {} },
  {
    name: 'https',
    parameters: {
      CertificateArn: CERTIFICATE,
      DomainName: DOMAIN,
      HostedZoneId: 'Z23ABC4XYZL05B',
      AccessLogBucket: 'access-logs',
      WebAclArn: 'arn:aws:wafv2:us-east-1:111111111111:regional/webacl/shop/0a0b',
      DeletionProtection: 'true',
    },
    isProtected: true,
    adds: ['DnsRecord', 'HttpsIngress', 'HttpsListener', 'WebAclAssociation'],
    url: `https://${DOMAIN}`,
  },
  {
    name: 'one-nat',
    parameters: { NatGateways: 'single', ExternalEgressCidr: '0.0.0.0/0' },
    adds: ['ExternalEgress', 'NatAddress1', 'NatGateway1', 'PrivateDefaultRoute1', 'PrivateDefaultRoute2'],
  },
  {
    name: 'three-zones',
    parameters: { ZoneCount: '3', NatGateways: 'per-zone' },
    adds: [
      ...['NatAddress1', 'NatAddress2', 'NatAddress3', 'NatGateway1', 'NatGateway2', 'NatGateway3'],
      ...['PrivateDefaultRoute1', 'PrivateDefaultRoute2', 'PrivateDefaultRoute3', 'PrivateRouteTable3'],
      ...['PrivateSubnet3', 'PrivateSubnet3RouteTableAssociation'],
      ...['PublicSubnet3', 'PublicSubnet3RouteTableAssociation'],
    ],
  },
  { name: 'no-grafana', parameters: { EnableGrafana: 'false' }, removes: ['GrafanaRole', 'GrafanaWorkspace'] },
  {
    name: 'alerts',
    parameters: { AlertTopicArn: 'arn:aws:sns:us-east-1:111111111111:alerts' },
    adds: [
      ...['AlertRules', 'CpuAlarm', 'LoadBalancerErrorAlarm', 'MemoryAlarm', 'NoHealthyTargetAlarm'],
      'RejectedConnectionAlarm',
    ],
  },
  {
    name: 'shell',
    parameters: { EnableExec: 'true', EnableSsmEndpoint: 'true', EnableSsmMessagesEndpoint: 'true' },
    adds: ['SsmEndpoint', 'SsmMessagesEndpoint'],
  },
  { name: 'bounded', parameters: { PermissionsBoundary: 'arn:aws:iam::111111111111:policy/bootstrap/bound' } },
  { name: 'arm', parameters: { CpuArchitecture: 'ARM64', Cpu: '1024', Memory: '4096' } },
  {
    name: 'inside',
    parameters: {
      Scheme: 'internal',
      EndpointPlacement: 'one-zone',
      EnableFlowLogs: 'true',
      KmsKeyArn: 'arn:aws:kms:us-east-1:111111111111:key/0a0b',
      EnableApsEndpoint: 'true',
      EnableMonitoringEndpoint: 'true',
      GrafanaSubnetIds: 'subnet-0a,subnet-0b',
      GrafanaSecurityGroupIds: 'sg-0a',
    },
    adds: [
      ...['ApsEndpoint', 'EndpointIngressFromGrafana', 'FlowLog', 'FlowLogGroup', 'FlowLogRole'],
      ...['GrafanaSecurityGroup', 'MonitoringEndpoint'],
    ],
    url: /^http:\/\/internal-/,
  },
  {
    name: 'paused',
    parameters: { DesiredCount: '0', EnableAutoscaling: 'false' },
    removes: ['CpuScaling', 'RequestScaling', 'ScalableTarget'],
  },
  {
    name: 'lean',
    profile: 'lean',
    parameters: {},
    removes: ['CpuScaling', 'GrafanaRole', 'GrafanaWorkspace', 'RequestScaling', 'ScalableTarget'],
  },
  {
    name: 'production',
    profile: 'production',
    parameters: {},
    isProtected: true,
    adds: [
      ...['FlowLog', 'FlowLogGroup', 'FlowLogRole', 'PrivateRouteTable3'],
      ...['PrivateSubnet3', 'PrivateSubnet3RouteTableAssociation'],
      ...['PublicSubnet3', 'PublicSubnet3RouteTableAssociation'],
    ],
  },
];

describe('parameters that work together', () => {
  let usual: string[] | undefined;

  it.each(working)(
    '$name: deployed, again without a write, and taken away',
    async ({ name, parameters, profile, ...expected }) => {
      const first = await run(deploy, inputs(name, parameters, profile));
      expect(first.host.log.filter(line => line.startsWith('['))).toEqual([]);
      expect(first.code).toBe(0);
      const created = first.host.log.flatMap(line => / CREATE_COMPLETE +(\w+) /.exec(line)?.[1] ?? []);
      usual ??= created;
      const [adds, removes] = [created, usual].map((one, index, both) =>
        one.filter(resource => !both[1 - index]?.includes(resource)).sort(),
      );
      expect({ adds, removes }).toEqual({ adds: expected.adds ?? [], removes: expected.removes ?? [] });
      expect(first.host.outputs['load-balancer-url']).toMatch(expected.url ?? /^http:\/\/(?!internal-)/);

      const again = await run(deploy, inputs(name, parameters, profile));
      expect([again.code, again.writes]).toEqual([0, []]);
      if (expected.isProtected) {
        const open = await run(deploy, inputs(name, { ...parameters, DeletionProtection: 'false' }, profile));
        const changed = open.host.log.flatMap(line => / UPDATE_COMPLETE +(\w+) /.exec(line)?.[1] ?? []);
        expect([open.code, changed]).toEqual([0, ['LoadBalancer']]);
      }
      expect((await run(teardown, { 'stack-prefix': name, confirm: name })).code).toBe(0);
    },
  );
});

it('a load balancer that is still protected fails the teardown, which says how to go on', async () => {
  expect((await run(deploy, inputs('kept', {}, 'production'))).code).toBe(0);
  const { code, host } = await run(teardown, { 'stack-prefix': 'kept', confirm: 'kept' });
  expect(code).toBe(1);
  expect(host.log.join('\n')).toMatch(
    /cannot be deleted because deletion protection is enabled.*Turn its protection off \(`aws elbv2 modify-load-balancer-attributes --load-balancer-arn arn:\S+ --attributes Key=deletion_protection.enabled,Value=false`\)/s,
  );
});
