import { describe, expect, it } from 'vitest';
import { renderFault } from '../../runner/fault.ts';
import { type Changes, changedPlan, type Sources } from '../../tooling/changed-plan.ts';
import { combinationFaults } from './combinations.ts';

function faultsOf(sources: Sources, changes: Changes = {}): string[] {
  return combinationFaults(changedPlan(sources, changes), 'us-east-1').map(renderFault);
}

const HEAD = `Parameters:
  Least: { Type: Number, Default: 2 }
  Most: { Type: Number, Default: 6 }
  Cpu: { Type: String, Default: "1024" }
  Memory: { Type: String, Default: "2048" }
  Days: { Type: Number, Default: 30 }
  Range: { Type: String, Default: 10.0.0.0/16 }
  Certificate: { Type: String, Default: "" }
  Open: { Type: String }
  Hidden: { Type: String, NoEcho: true, Default: "1" }
  Switch: { Type: String, Default: "on" }
Conditions:
  Holds: !Equals [!Ref Switch, "on"]
  Fails: !Not [!Condition Holds]
  IsOpen: !Equals [!Ref Open, x]
Resources:
`;
const one = (resources: string, head = HEAD): Sources => ({ one: { file: 't.yaml', text: `${head}${resources}` } });

/** A resource with these properties, and what there is to say about it; nothing when AWS takes it. */
type Case = [string, string, string?];

function check(type: string): (...row: Case) => void {
  return (_, properties, message) => {
    const found = faultsOf(one(`  R: { Type: "${type}", Properties: { ${properties} } }\n`));
    expect(found).toHaveLength(message === undefined ? 0 : 1);
    expect(found.join('\n')).toContain(message ?? '');
  };
}

describe('a scalable target', () => {
  it.each<Case>([
    ['with room', 'MinCapacity: !Ref Least, MaxCapacity: !Ref Most'],
    ['that always has the same', 'MinCapacity: 3, MaxCapacity: "3"'],
    [
      'whose least is more than its most',
      'ServiceNamespace: ecs, MinCapacity: 8, MaxCapacity: !Ref Most',
      't.yaml:17:98: `R` of stack `one` can never have as many tasks as it must. Seen: MinCapacity 8, MaxCapacity 6 (parameter `Most`). Lower `MinCapacity` or raise `Most`.',
    ],
    ['of something else', 'MinCapacity: 10, MaxCapacity: 9', 'can never have as much capacity as it must'],
    ['with an open end', 'MinCapacity: 8, MaxCapacity: !Ref Open'],
    ['with a hidden end', 'MinCapacity: 8, MaxCapacity: !Ref Hidden'],
  ])('%s', check('AWS::ApplicationAutoScaling::ScalableTarget'));
});

describe('a task definition for Fargate', () => {
  const size = (cpu: string, memory: string) =>
    `RequiresCompatibilities: [EC2, FARGATE], Cpu: ${cpu}, Memory: ${memory}`;
  it.each<Case>([
    ['256 with 512', size('256', '512')],
    ['.25 vCPU with 2 GB', size('.25 vCPU', '2 GB')],
    ['0.5vcpu with 1GB', size('0.5vcpu', '1GB')],
    ['parameters that fit', size('!Ref Cpu', '!Ref Memory')],
    ['4096 with 30 GB', size('4096', '30 GB')],
    ['8192 with 60 GB', size('8192', '61440')],
    ['16384 with 40 GB', size('16 vCPU', '40 GB')],
    ['32768 with 244 GB', size('32768', '249856')],
    [
      '256 with 4096',
      size('256', '!Ref Memory').replace('!Ref Memory', '4096'),
      't.yaml:17:107: Fargate has no task of the size of `R` of stack `one`. Seen: Cpu 256, Memory 4096. With this `Cpu`, make `Memory` one of 512, 1024, 2048.',
    ],
    [
      'a parameter that is too small',
      size('2048', '!Ref Memory'),
      'Seen: Cpu 2048, Memory 2048 (parameter `Memory`). With this `Cpu`, make `Memory` 4096 to 16384 in steps of 1024.',
    ],
    ['a half step', size('1 vCPU', '2.5 GB'), 'Fargate has no task'],
    ['8 vCPU with 18 GB, between two steps', size('8192', '18 GB'), '16384 to 61440 in steps of 4096'],
    ['16 vCPU with 16 GB', size('16384', '16 GB'), '32768 to 122880 in steps of 8192'],
    [
      'a CPU that there is not',
      size('300', '!Ref Open'),
      'Seen: Cpu 300, Memory not known yet (parameter `Open`). Make `Cpu` one of 256, 512, 1024, 2048',
    ],
    ['an open memory', size('256', '!Ref Open')],
    ['an open CPU', size('!Ref Open', '300')],
    ['one that is for EC2 only', 'RequiresCompatibilities: [EC2], Cpu: 300, Memory: 300'],
    ['one that may be for Fargate', 'RequiresCompatibilities: [!Ref Open], Cpu: 300, Memory: 300'],
  ])('%s', check('AWS::ECS::TaskDefinition'));

  const containers = (list: string, cpu = '!Ref Cpu', memory = '!Ref Memory') =>
    `${size(cpu, memory)}, ContainerDefinitions: [${list}]`;
  it.each<Case>([
    ['that all fit', containers('{ Name: a, Cpu: 512, Memory: 1024 }, { Name: b, Cpu: 512, Memory: 1024 }')],
    [
      'whose CPU is more than the task has',
      containers('{ Name: a, Cpu: 1000 }, { Name: b, Cpu: 25 }'),
      'The containers of `R` of stack `one` reserve more CPU than their task has. Seen: a 1000 + b 25 = 1025, Cpu 1024 (parameter `Cpu`). Raise `Cpu`, or let the containers reserve less.',
    ],
    [
      'whose memory is more',
      containers('{ Name: a, Memory: 1024 }, { Name: b, Memory: 1025 }', '1 vCPU', '2 GB'),
      'reserve more memory than their task has. Seen: a 1024 + b 1025 = 2049, Memory 2 GB.',
    ],
    [
      'that reserve less than they may use',
      containers('{ Name: a, Memory: 2048, MemoryReservation: 512 }, { Name: b, Memory: 1024 }'),
    ],
    ['one of which alone is too much', containers('!Ref Open, { Name: b, Memory: 2049 }'), 'reserve more memory'],
    ['with an open share', containers('{ Name: a, Memory: !Ref Open }, { Name: b, Memory: 2048 }')],
  ])('with containers %s', check('AWS::ECS::TaskDefinition'));
});

describe('a log group', () => {
  it.each<Case>([
    ['for a time that there is', 'RetentionInDays: !Ref Days'],
    ['for nine years', 'RetentionInDays: 3288'],
    ['for ever', ''],
    [
      'for a time that there is not',
      'RetentionInDays: 42',
      't.yaml:17:51: CloudWatch Logs cannot keep the logs of `R` of stack `one` for 42 days. Seen: RetentionInDays 42. The next that `RetentionInDays` can be: 30 or 60.',
    ],
    ['for longer than there is', 'RetentionInDays: 9999', 'can be: 3653.'],
    ['for an open time', 'RetentionInDays: !Ref Open'],
  ])('%s', check('AWS::Logs::LogGroup'));
});

describe('a listener', () => {
  it.each<Case>([
    ['for HTTP', 'Protocol: HTTP'],
    ['for HTTPS with a certificate', 'Protocol: HTTPS, Certificates: [{ CertificateArn: arn }]'],
    [
      'for HTTPS without one',
      'Protocol: HTTPS',
      '`R` of stack `one` is for HTTPS and has no certificate. Seen: Protocol HTTPS, Certificates empty.',
    ],
    ['for TLS with an empty list', 'Protocol: TLS, Certificates: []', 'is for TLS and has no certificate'],
    [
      'with a certificate that is empty',
      'Protocol: HTTPS, Certificates: [{ CertificateArn: !Ref Certificate }]',
      'no certificate',
    ],
    [
      'with one that a condition takes away',
      'Protocol: HTTPS, Certificates: [!If [Fails, { CertificateArn: arn }, !Ref AWS::NoValue]]',
      'no certificate',
    ],
    [
      'with one under an open condition',
      'Protocol: HTTPS, Certificates: [!If [IsOpen, { CertificateArn: arn }, !Ref AWS::NoValue]]',
    ],
    ['with an open certificate', 'Protocol: HTTPS, Certificates: [{ CertificateArn: !Ref Open }]'],
  ])('%s', check('AWS::ElasticLoadBalancingV2::Listener'));
});

describe('a network', () => {
  const vpc = (range: string) => `  Vpc: { Type: "AWS::EC2::VPC", Properties: { CidrBlock: ${range} } }\n`;
  const subnet = (id: string, range: string, of = '!Ref Vpc', more = '') =>
    `  ${id}: { Type: "AWS::EC2::Subnet", ${more}Properties: { VpcId: ${of}, CidrBlock: ${range} } }\n`;
  const cut = (index: number, count: number, bits: number, of = '!Ref Range') =>
    `!Select [${index}, !Cidr [${of}, ${count}, ${bits}]]`;
  const custom = (type: string) => `  Own: { Type: "${type}", Properties: { ServiceToken: x, VpcId: !Ref Vpc } }\n`;
  const added = (range: string, of = '!Ref Vpc') =>
    `  More: { Type: "AWS::EC2::VPCCidrBlock", Properties: { VpcId: ${of}, CidrBlock: ${range} } }\n`;

  it.each<Case>([
    ['that is one', `${vpc('!Ref Range')}${subnet('A', cut(0, 6, 8))}${subnet('B', cut(1, 6, 8))}`],
    ['with a subnet as large as its VPC', `${vpc('10.0.0.0/24')}${subnet('A', '10.0.0.0/24')}`],
    [
      'with a subnet outside its VPC',
      `${vpc('!Ref Range')}${subnet('A', '10.1.0.0/24')}`,
      't.yaml:18:65: `A` of stack `one` lies outside its VPC. Seen: CidrBlock 10.1.0.0/24, CidrBlock 10.0.0.0/16 (parameter `Range`) of `Vpc`. Give `CidrBlock` a range within that of `Vpc`; a range that is added to the VPC is declared as `AWS::EC2::VPCCidrBlock`.',
    ],
    ['with a subnet that is larger than its VPC', `${vpc('10.0.0.0/24')}${subnet('A', '10.0.0.0/23')}`, 'lies outside'],
    ['with a range that is added', `${vpc('!Ref Range')}${subnet('A', '10.1.0.0/24')}${added('10.1.0.0/16')}`],
    ['with an open range that is added', `${vpc('!Ref Range')}${subnet('A', '10.1.0.0/24')}${added('!Ref Open')}`],
    [
      'with a range that may be added',
      `${vpc('!Ref Range')}${subnet('A', '10.1.0.0/24')}${added('10.1.0.0/16', '!Ref Open')}`,
    ],
    [
      'with a range that a custom resource may add',
      `${vpc('!Ref Range')}${subnet('A', '10.1.0.0/24')}${custom('Custom::AssociateCidr')}`,
    ],
    [
      'with a custom resource of no own type',
      `${vpc('!Ref Range')}${subnet('A', '10.1.0.0/24')}${custom('AWS::CloudFormation::CustomResource')}`,
    ],
    [
      'with a type of somebody else',
      `${vpc('!Ref Range')}${subnet('A', '10.1.0.0/24')}${custom('Org::Network::Range')}`,
    ],
    ['with another range added', `${vpc('!Ref Range')}${subnet('A', '10.1.0.0/24')}${added('10.2.0.0/16')}`, 'outside'],
    ['in a VPC of somebody else', subnet('A', '10.1.0.0/24', 'vpc-01234567')],
    [
      'whose subnets overlap',
      `${vpc('!Ref Range')}${subnet('A', '10.0.1.0/24')}${subnet('B', '10.0.0.0/23')}`,
      't.yaml:19:65: `A` of stack `one` and `B` of stack `one` overlap in one VPC. Seen: CidrBlock 10.0.1.0/24, CidrBlock 10.0.0.0/23. Give `CidrBlock` a range of its own.',
    ],
    [
      'of somebody else in which they overlap',
      `${subnet('A', '10.0.1.0/24', 'vpc-01234567')}${subnet('B', '10.0.1.0/24', 'vpc-01234567')}`,
      'overlap in one VPC',
    ],
    ['twice', `${subnet('A', '10.0.1.0/24', 'vpc-01234567')}${subnet('B', '10.0.1.0/24', 'vpc-01234568')}`],
    ['that may be two', `${subnet('A', '10.0.1.0/24', '!Ref Open')}${subnet('B', '10.0.1.0/24', 'vpc-01234568')}`],
    [
      'with one or the other subnet',
      `${vpc('!Ref Range')}${subnet('A', '10.0.1.0/24')}${subnet('B', '10.0.1.0/24', '!Ref Vpc', 'Condition: Fails, ')}`,
    ],
    [
      'with a subnet that there may be',
      `${vpc('!Ref Range')}${subnet('A', '10.0.1.0/24')}${subnet('B', '10.0.1.0/24', '!Ref Vpc', 'Condition: IsOpen, ')}`,
    ],
    [
      'that is too large',
      vpc('10.0.0.0/8'),
      '`Vpc` of stack `one` is too large an address range. Seen: CidrBlock 10.0.0.0/8. Give `CidrBlock` a netmask from /16 to /28.',
    ],
    [
      'with a subnet that is too small',
      `${vpc('!Ref Range')}${subnet('A', cut(0, 4, 3))}`,
      '`A` of stack `one` is too small',
    ],
    ['with the smallest subnet', `${vpc('!Ref Range')}${subnet('A', cut(0, 4, 4))}`],
    [
      'that is too small for its subnets',
      `${vpc('10.0.0.0/22')}${subnet('A', cut(0, 6, 8, '10.0.0.0/22'))}${subnet('B', cut(1, 6, 8, '10.0.0.0/22'))}`,
      't.yaml:18:65: 10.0.0.0/22 is too small for subnets `A`, `B` of stack `one`. Seen: `Fn::Cidr` asks for 6 ranges of /24, 4 fit. Give it a range of /21 or larger.',
    ],
    [
      'that a parameter makes too small',
      `${vpc('!Ref Range')}${subnet('A', cut(0, 6, 14, '!GetAtt Vpc.CidrBlock'))}`,
      '10.0.0.0/16 (parameter `Range`) is too small for subnet `A` of stack `one`. Seen: `Fn::Cidr` asks for 6 ranges of /18, 4 fit. Ask for fewer or smaller ranges.',
    ],
    [
      'that is smaller than each subnet',
      `${vpc('10.0.0.0/24')}${subnet('A', cut(0, 1, 9, '10.0.0.0/24'))}`,
      'not one fits',
    ],
    ['of IPv6', `${vpc('10.0.0.0/24')}${subnet('A', cut(0, 1, 64, '2001:db8::/56'))}`],
    ['of an open range', `${vpc('!Ref Open')}${subnet('A', cut(0, 256, 8, '!Ref Open'))}`],
  ])('%s', (_, resources, message) => {
    const found = faultsOf(one(resources));
    expect(found).toHaveLength(message === undefined ? 0 : 1);
    expect(found.join('\n')).toContain(message ?? '');
  });

  const two = (range: string): Sources => ({
    net: { file: 'net.yaml', text: `Resources:\n${vpc('10.0.0.0/16')}Outputs: { VpcId: { Value: !Ref Vpc } }\n` },
    app: {
      file: 'app.yaml',
      text: `Parameters: { VpcId: { Type: "AWS::EC2::VPC::Id" } }\nResources:\n${subnet('A', range, '!Ref VpcId')}`,
    },
  });

  it('is seen across stacks', () => {
    expect(faultsOf(two('10.0.0.0/24'))).toEqual([]);
    expect(faultsOf(two('10.1.0.0/24'))).toEqual([expect.stringContaining('`A` of stack `app` lies outside its VPC')]);
  });

  it('is not judged where some of it may not be seen', () => {
    const outside = `${vpc('!Ref Range')}${subnet('A', '10.1.0.0/24')}`;
    const nested = '  N: { Type: "AWS::CloudFormation::Stack", Properties: { TemplateURL: x } }\n';
    expect(faultsOf(one(`${outside}${nested}`))).toEqual([]);
    expect(faultsOf(two('10.1.0.0/24'), { only: ['app'] })).toEqual([]);
  });
});

describe('a resource', () => {
  const group = (more: string) => `  R: { Type: "AWS::Logs::LogGroup", ${more}Properties: { RetentionInDays: 42 } }\n`;

  it.each([
    ['under no condition', group(''), 1],
    ['under one that holds', group('Condition: Holds, '), 1],
    ['under one that does not', group('Condition: Fails, '), 0],
    ['under one that is open', group('Condition: IsOpen, '), 0],
    [
      'with a property of a macro',
      '  R: { Type: "AWS::Logs::LogGroup", Properties: { RetentionInDays: 42, "Fn::Transform": { Name: M } } }\n',
      0,
    ],
  ])('%s', (_, resource, count) => {
    expect(faultsOf(one(resource))).toHaveLength(count);
  });

  it('of a template that a macro changes', () => {
    expect(faultsOf(one(group(''), `Transform: Own\n${HEAD}`))).toEqual([]);
    expect(faultsOf(one(group(''), `Transform: AWS::Serverless-2016-10-31\n${HEAD}`))).toHaveLength(1);
  });

  it('names the parameter of the stack that passes it on', () => {
    const sources = {
      first: {
        file: 'first.yaml',
        text: 'Parameters: { Keep: { Type: Number, Default: 42 } }\nResources: { T: { Type: "AWS::SNS::Topic" } }\nOutputs: { Days: { Value: !Ref Keep } }\n',
      },
      second: {
        file: 'second.yaml',
        text: 'Parameters: { Days: { Type: Number } }\nResources:\n  R: { Type: "AWS::Logs::LogGroup", Properties: { RetentionInDays: !Ref Days } }\n',
      },
    };
    expect(faultsOf(sources)).toEqual([
      expect.stringContaining(
        'RetentionInDays 42 (parameter `first.Keep`). The next that `first.Keep` can be: 30 or 60.',
      ),
    ]);
  });
});

describe('what a rule says already', () => {
  const rule = (parameters: string) => `${HEAD.replace('Resources:\n', '')}Rules:
  Size: { Assertions: [{ Assert: !Equals [${parameters}], AssertDescription: too small }] }
Resources:
  R: { Type: "AWS::ECS::TaskDefinition", Properties: { RequiresCompatibilities: [FARGATE], Cpu: !Ref Cpu, Memory: !Ref Memory } }
  T: { Type: "AWS::ApplicationAutoScaling::ScalableTarget", Properties: { MinCapacity: !Ref Least, MaxCapacity: !Ref Most } }
`;
  const values = { Cpu: '256', Memory: '4096', Least: '8' };

  it('is said once, and everything else too', () => {
    const found = faultsOf(one('', rule('!Ref Cpu, !Ref Memory')), { values });
    expect(found).toEqual([
      expect.stringContaining('Rule `Size`'),
      expect.stringContaining('`T` of stack `one` can never'),
    ]);
  });

  it('is not taken for what another stack has under the same names', () => {
    const second = `${HEAD}  R: { Type: "AWS::ECS::TaskDefinition", Properties: { RequiresCompatibilities: [FARGATE], Cpu: !Ref Cpu, Memory: !Ref Memory } }\n`;
    const sources = { ...one('', rule('!Ref Cpu, !Ref Memory')), two: { file: 'two.yaml', text: second } };
    const found = faultsOf(sources, { values: { Cpu: '256', Memory: '4096' } });
    expect(found).toEqual([
      expect.stringContaining('Rule `Size` of stack `one`'),
      expect.stringContaining('Fargate has no task of the size of `R` of stack `two`'),
    ]);
  });

  it('is not taken for what only shares a parameter', () => {
    expect(faultsOf(one('', rule('!Ref Memory, "512"')), { values })).toHaveLength(3);
  });
});
