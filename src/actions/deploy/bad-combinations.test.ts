import { describe, expect, it } from 'vitest';
import { DEMO_IMAGES } from '../../tooling/demo-inputs.ts';
import { scenarios } from '../../tooling/scenario.ts';
import { action as teardown } from '../teardown/run.ts';
import { action as deploy } from './run.ts';

/** Values that are each fine and cannot work together. */

const { run } = scenarios();

const CERTIFICATE = 'arn:aws:acm:us-east-1:111111111111:certificate/0a0b0c0d-1111-2222-3333-444455556666';
const shipped = (parameters: Record<string, string>, more: Record<string, string> = {}) => ({
  'stack-prefix': 'bad',
  ...DEMO_IMAGES,
  parameters: JSON.stringify(parameters),
  ...more,
});
const errorsOf = (log: readonly string[]) => log.filter(line => line.startsWith('[error'));

const CASES: readonly [string, Record<string, string>, ...string[]][] = [
  [
    'a certificate without a domain',
    { CertificateArn: CERTIFICATE },
    '0-vpc-alb-template.yaml:186:9: Rule `CertificateWithDomain` of stack `vpc-alb` does not hold: CertificateArn needs DomainName',
    `\`CertificateArn\` \`${CERTIFICATE}\` (input \`parameters\`), \`DomainName\` empty (the default of \`DomainName\`)`,
  ],
  [
    'a domain without a certificate',
    { DomainName: 'app.example.com' },
    'Rule `DomainWithCertificate` of stack `vpc-alb` does not hold: DomainName needs CertificateArn',
    '`DomainName` `app.example.com` (input `parameters`), `CertificateArn` empty',
  ],
  [
    'a hosted zone without a domain',
    { HostedZoneId: 'Z23ABC4XYZL05B' },
    'Rule `HostedZoneWithDomain` of stack `vpc-alb` does not hold: HostedZoneId needs DomainName',
  ],
  [
    'the endpoint of half of what Grafana needs',
    { EnableMonitoringEndpoint: 'true' },
    'Rule `MonitoringWithAps` of stack `vpc-alb` does not hold',
    'Change `EnableMonitoringEndpoint` or `EnableApsEndpoint`.',
  ],
  [
    'a network that is too small for its subnets',
    { VpcCidr: '10.0.0.0/22' },
    'The template cloudformation/0-vpc-alb-template.yaml refuses this value of parameter `VpcCidr` (input `parameters`). Seen: `10.0.0.0/22`',
    'a prefix length from 16 to 21',
  ],
  [
    'a retention that there is not',
    { 'monitoring.LogRetentionDays': '42' },
    'refuses this value of parameter `LogRetentionDays`',
    'Seen: `42`. Accepted: one of `1`, `3`, `5`',
  ],
  [
    'Grafana in subnets without security groups',
    { GrafanaSubnetIds: 'subnet-0a,subnet-0b' },
    'Rule `AttachedGrafana` of stack `monitoring` does not hold: GrafanaSubnetIds needs GrafanaSecurityGroupIds',
    '`GrafanaSubnetIds` `subnet-0a`, `subnet-0b` (input `parameters`), `GrafanaSecurityGroupIds` empty',
  ],
  [
    'Grafana with security groups and no subnets',
    { GrafanaSecurityGroupIds: 'sg-0a' },
    'Rule `UnattachedGrafana` of stack `monitoring` does not hold: GrafanaSecurityGroupIds needs GrafanaSubnetIds',
  ],
  [
    'subnets for no Grafana',
    { GrafanaSubnetIds: 'subnet-0a', GrafanaSecurityGroupIds: 'sg-0a', EnableGrafana: 'false' },
    'Rule `AttachedGrafana` of stack `monitoring` does not hold: GrafanaSubnetIds is of no use when EnableGrafana is false',
  ],
  [
    'hosts outside AWS without a NAT gateway, which is another stack’s',
    { ExternalEgressCidr: '0.0.0.0/0' },
    'Rule `ExternalEgress` of stack `ecs-app` does not hold: ExternalEgressCidr needs NatGateways',
    '`NatGateways` `none` (the default of `vpc-alb.NatGateways`). Change `ExternalEgressCidr` or `vpc-alb.NatGateways`.',
  ],
  [
    'a shell without the endpoint, which is another stack’s',
    { EnableExec: 'true' },
    'Rule `Exec` of stack `ecs-app` does not hold: EnableExec needs EnableSsmMessagesEndpoint of the network stack',
    '`HasSsmMessagesEndpoint` `false` (the default of `vpc-alb.EnableSsmMessagesEndpoint`)',
  ],
  [
    'autoscaling that starts at none',
    { DesiredCount: '0' },
    'Rule `Paused` of stack `ecs-app` does not hold: DesiredCount 0 needs EnableAutoscaling false',
  ],
  [
    'more tasks than there may be',
    { DesiredCount: '8' },
    '`ScalableTarget` of stack `ecs-app` can never have as many tasks as it must. Seen: MinCapacity 8 (parameter `DesiredCount`), MaxCapacity 6 (parameter `MaxCount`). Lower `DesiredCount` or raise `MaxCount`.',
  ],
  ...[
    ['QuarterCpu', '256', '4096', 'Cpu 256 takes a Memory of 512, 1024 or 2048'],
    ['HalfCpu', '512', '512', 'Cpu 512 takes a Memory from 1024 to 4096'],
    ['OneCpu', '1024', '512', 'Cpu 1024 takes a Memory from 2048 to 8192'],
    ['TwoCpus', '2048', '512', 'Cpu 2048 takes a Memory from 4096 to 16384'],
    ['FourCpus', '4096', '512', 'Cpu 4096 takes a Memory from 8192 to 30720'],
  ].map(([rule = '', Cpu = '', Memory = '', says = '']): [string, Record<string, string>, ...string[]] => [
    `memory that ${Cpu} units of CPU do not have`,
    { Cpu, Memory },
    `Rule \`${rule}\` of stack \`ecs-app\` does not hold: ${says}`,
    `\`Cpu\` \`${Cpu}\` (input \`parameters\`), \`Memory\` \`${Memory}\` (input \`parameters\`)`,
  ]),
];

describe('our templates', () => {
  it.each(CASES)('%s: one clear error before AWS is asked anything', async (_, parameters, ...says) => {
    const { code, host, calls } = await run(deploy, shipped(parameters));
    const errors = errorsOf(host.log);
    expect(errors).toHaveLength(1);
    for (const words of says) expect(errors[0]).toContain(words);
    expect(errors[0]).not.toContain('bug');
    expect([code, calls]).toEqual([1, []]);
  });

  it('are judged by a dry run, and whatever is said of reachability', async () => {
    for (const more of [{ 'dry-run': 'true' }, { reachability: 'off' }, { reachability: 'warn' }]) {
      const { code, host, calls } = await run(deploy, shipped({ ExternalEgressCidr: '0.0.0.0/0' }, more));
      expect([code, calls]).toEqual([1, []]);
      expect(errorsOf(host.log)).toEqual([expect.stringContaining('Rule `ExternalEgress`')]);
    }
  });

  it('say all that does not work at once', async () => {
    const { host } = await run(deploy, shipped({ DesiredCount: '8', EnableExec: 'true', DomainName: 'a.example.com' }));
    const found = errorsOf(host.log).map(line => /Rule `\w+`|`ScalableTarget`/.exec(line)?.[0]);
    expect(found).toEqual(['Rule `DomainWithCertificate`', 'Rule `Exec`', '`ScalableTarget`']);
  });
});

describe('templates of others', () => {
  const FILES = {
    'stacks.yaml': 'stacks:\n  own: { template: own.yaml }\n',
    'own.yaml': `Parameters:
  Stage: { Type: String, Default: test }
  Days: { Type: Number, Default: 30 }
Rules:
  Kept:
    RuleCondition: !Equals [!Ref Stage, prod]
    Assertions:
      - Assert: !Not [!Contains [["1", "3"], !Ref Days]]
        AssertDescription: Logs of prod are kept for longer
Resources:
  Group: { Type: AWS::Logs::LogGroup, Properties: { RetentionInDays: !Ref Days } }
`,
  };
  const own = (prefix: string, parameters: Record<string, string> = {}) => ({
    'stack-prefix': prefix,
    'stacks-file': 'stacks.yaml',
    parameters: JSON.stringify(parameters),
  });

  it.each([
    [
      { Stage: 'prod', Days: '3' },
      'own.yaml:8:9: Rule `Kept` of stack `own` does not hold: Logs of prod are kept for longer',
    ],
    [{ Days: '42' }, 'own.yaml:11:53: CloudWatch Logs cannot keep the logs of `Group` of stack `own` for 42 days'],
  ])('%j', async (parameters, message) => {
    const { code, host, calls } = await run(deploy, own('bad', parameters), FILES);
    expect([code, calls]).toEqual([1, []]);
    expect(errorsOf(host.log)).toEqual([expect.stringContaining(message)]);
  });

  it('with a rule that is none', async () => {
    const text = FILES['own.yaml'].replace('!Contains', '!Join');
    const { code, host, calls } = await run(deploy, own('bad'), { ...FILES, 'own.yaml': text });
    expect([code, calls]).toEqual([1, []]);
    expect(errorsOf(host.log)).toEqual([expect.stringContaining('own.yaml:8:29: Rule `Kept` uses `Fn::Join`')]);
  });

  it('are deleted whatever their rules say', async () => {
    expect((await run(deploy, own('gone'), FILES)).code).toBe(0);
    const text = FILES['own.yaml'].replace('Default: test', 'Default: prod').replace('Default: 30', 'Default: 42');
    const broken = { ...FILES, 'own.yaml': text.replace('!Contains', '!Join') };
    const { code, host } = await run(
      teardown,
      { 'stack-prefix': 'gone', confirm: 'gone', 'stacks-file': 'stacks.yaml' },
      broken,
    );
    expect([code, errorsOf(host.log)]).toEqual([0, []]);
  });

  it('whose values come from a stack that the run leaves out are judged by CloudFormation, with the words of the rule', async () => {
    const files = {
      'stacks.yaml': 'stacks:\n  net: { template: net.yaml }\n  app: { template: app.yaml }\n',
      'net.yaml': `Parameters: { Nat: { Type: String, Default: none } }
Resources: { T: { Type: AWS::SNS::Topic } }
Outputs: { Nat: { Value: !Ref Nat } }
`,
      'app.yaml': `Parameters: { Nat: { Type: String } }
Rules: { Way: { Assertions: [{ Assert: !Not [!Equals [!Ref Nat, none]], AssertDescription: needs a way out }] } }
Resources: { T: { Type: AWS::SNS::Topic } }
`,
    };
    const left = { 'stack-prefix': 'left', 'stacks-file': 'stacks.yaml' };
    const whole = await run(deploy, left, files);
    expect([whole.code, whole.calls]).toEqual([1, []]);
    expect(errorsOf(whole.host.log)).toEqual([expect.stringContaining('needs a way out. Seen: `Nat` `none`')]);
    expect((await run(deploy, { ...left, only: 'net' }, files)).code).toBe(0);
    const rest = await run(deploy, { ...left, only: 'app' }, files);
    expect(rest.code).toBe(1);
    expect(rest.host.log.join('\n')).toContain('Rule Way failed: needs a way out');
    const open = await run(deploy, { ...left, only: 'app', parameters: 'Nat: single' }, files);
    expect([open.code, errorsOf(open.host.log)]).toEqual([0, []]);
  });
});
