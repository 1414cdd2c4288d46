import { readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { checkProperties, schemaOf } from './schema.ts';
import { folder, type Json, type JsonMap, type Parameter, stacks } from './templates.ts';
import { body, implied, intrinsic, isMap, members, ofType, references, unguarded, walk } from './walk.ts';

/**
 * What must hold for the templates in cloudformation/, beyond what a linter sees. Each check collects findings as
 * readable strings and expects none, so that a failure names the template's path and what is wrong there.
 */
describe('stacks.yaml', () => {
  it('names each template of the folder once, in the order of their numbers', () => {
    const templates = readdirSync(folder).filter(name => name.endsWith('-template.yaml'));
    expect(stacks.map(stack => stack.file)).toEqual(templates.sort());
  });

  it('gives parameters only to templates that declare them', () => {
    const unknown = stacks.flatMap(({ name, explicit, template }) =>
      Object.keys(explicit)
        .filter(key => !(key in template.Parameters))
        .map(key => `${name}.${key}`),
    );
    expect(unknown).toEqual([]);
  });
});

describe.each(stacks)('$file', ({ text, template }) => {
  const { Parameters, Resources, Outputs, Conditions = {} } = template;

  it('is small enough to be sent in the request', () => {
    expect(Buffer.byteLength(text)).toBeLessThanOrEqual(51_200);
  });

  it('uses nothing that CloudFormation does not read: aliases, merge keys, exports', () => {
    expect(text.match(/^[^#\n]*(<<:|[:-] [&*][A-Za-z]\w*$)/gm) ?? []).toEqual([]);
    expect(Object.entries(Outputs).filter(([, output]) => output.Export !== undefined)).toEqual([]);
    const functions = [...walk(template as unknown as Json, '')].map(visit => intrinsic(visit.value)?.[0]);
    expect(functions).not.toContain('Fn::ImportValue');
  });

  it('references only what it declares', () => {
    const known = new Set([...Object.keys(Parameters), ...Object.keys(Resources)]);
    const dangling = references(template as unknown as Json, '')
      .filter(({ name }) => !name.startsWith('AWS::') && !known.has(name))
      .map(({ path, name }) => `${path}: ${name}`);
    const depends = Object.entries(Resources).flatMap(([name, { DependsOn = [] }]) =>
      [DependsOn]
        .flat()
        .filter(other => !(other in Resources))
        .map(other => `${name}.DependsOn: ${other}`),
    );
    const conditions = [...Object.entries(Resources), ...Object.entries(Outputs)]
      .filter(([, { Condition }]) => Condition !== undefined && !(Condition in Conditions))
      .map(([name, { Condition }]) => `${name}.Condition: ${Condition}`);
    expect([...dangling, ...depends, ...conditions]).toEqual([]);
  });

  it('uses each of its parameters and conditions', () => {
    const used = new Set(references(body(template), '').map(({ name }) => name));
    expect(Object.keys(Parameters).filter(name => !used.has(name))).toEqual([]);
    const applied = [...walk(template as unknown as Json, '')].flatMap(({ value }) => {
      if (!isMap(value)) return [];
      const [name, argument] = intrinsic(value) ?? [];
      return [name === 'Fn::If' ? (argument as Json[])[0] : value.Condition];
    });
    expect(Object.keys(Conditions).filter(name => !applied.includes(name))).toEqual([]);
  });

  it('reads attributes of conditional resources only under their condition', () => {
    const findings = [
      ...Object.entries(Outputs).map(([name, { Condition, Value }]) => ({ name, Condition, value: Value })),
      ...Object.entries(Resources).map(([name, { Condition, Properties = {} }]) => ({
        name,
        Condition,
        value: Properties,
      })),
    ].flatMap(({ name, Condition, value }) =>
      unguarded(template, value, name, Condition === undefined ? [] : implied(template, Condition)),
    );
    expect(findings).toEqual([]);
  });

  it('fits the official schema of each resource', () => {
    const findings = Object.entries(Resources).flatMap(([name, { Type, Properties = {} }]) => {
      const schema = schemaOf(Type);
      return schema === undefined ? [`${name}: no type ${Type}`] : checkProperties(Properties, schema.properties, name);
    });
    expect(findings).toEqual([]);
  });

  it('asks only for attributes that the resource has', () => {
    const findings = references(template as unknown as Json, '').flatMap(({ path, name, attribute }) => {
      const type = Resources[name]?.Type;
      if (attribute === undefined || type === undefined) return [];
      return attribute in (schemaOf(type)?.attributes ?? {}) ? [] : [`${path}: ${type} has no ${attribute}`];
    });
    expect(findings).toEqual([]);
  });

  it('describes every parameter and output, and shows each parameter in one group', () => {
    const nameless = [...Object.entries(Parameters), ...Object.entries(Outputs)]
      .filter(([, { Description = '' }]) => Description === '')
      .map(([name]) => name);
    expect(nameless).toEqual([]);
    const grouped = template.Metadata['AWS::CloudFormation::Interface'].ParameterGroups.flatMap(
      group => group.Parameters,
    );
    expect(grouped.sort()).toEqual(Object.keys(Parameters).sort());
  });

  it('narrows every parameter by type, pattern, values or range, and has defaults that fit', () => {
    const loose = Object.entries(Parameters)
      .filter(([, { Type, AllowedPattern, AllowedValues, MinValue, MaxValue }]) =>
        Type === 'Number'
          ? AllowedValues === undefined && (MinValue === undefined || MaxValue === undefined)
          : Type === 'String' && AllowedPattern === undefined && AllowedValues === undefined,
      )
      .map(([name]) => name);
    const unfit = Object.entries(Parameters)
      .filter(([, { Default, AllowedPattern, AllowedValues, MinValue = -Infinity, MaxValue = Infinity }]) => {
        if (Default === undefined) return false;
        if (AllowedPattern !== undefined && !new RegExp(`^(?:${AllowedPattern})$`).test(String(Default))) return true;
        if (AllowedValues !== undefined && !AllowedValues.includes(Default)) return true;
        return typeof Default === 'number' && (Default < MinValue || Default > MaxValue);
      })
      .map(([name]) => name);
    expect([...loose, ...unfit]).toEqual([]);
  });

  it('holds no address range, account, Region, partition or AWS domain of its own', () => {
    const everywhere = ['0.0.0.0/0', '127.0.0.1/32'];
    const findings = [...walk(body(template), '')].flatMap(({ path, value }) => {
      if (typeof value !== 'string') return [];
      const literals = [
        ...(value.match(/\b\d{1,3}(\.\d{1,3}){3}\/\d+/g) ?? []).filter(range => !everywhere.includes(range)),
        ...(value.match(/(?<!\d)\d{12}(?!\d)/g) ?? []),
        ...(value.match(/\b(af|ap|ca|cn|eu|il|me|mx|sa|us)(-gov)?-[a-z]+-\d[a-z]?\b/g) ?? []),
        ...(value.match(/\barn:aws\b/g) ?? []),
        // A service's principal is called the same in every partition.
        ...((!path.endsWith('.Principal.Service') && value.match(/\bamazonaws\.com\b/g)) || []),
      ];
      return literals.map(literal => `${path}: ${literal}`);
    });
    expect(findings).toEqual([]);
  });

  it('opens no security group to a literal range, and none to everything', () => {
    const findings = [...walk(template.Resources as unknown as Json, '')].flatMap(({ path, value }) => {
      if (!isMap(value) || !('IpProtocol' in value)) return [];
      const { CidrIp, IpProtocol } = value;
      // Loopback leads nowhere: with it as the only egress, the default "allow everything" is gone.
      const nothing = CidrIp === '127.0.0.1/32' && path.includes('SecurityGroupEgress');
      if (typeof CidrIp === 'string' && !nothing) return [`${path}: ${CidrIp}`];
      return IpProtocol === '-1' && !nothing ? [`${path}: every protocol`] : [];
    });
    const unruled = ofType(template, 'AWS::EC2::SecurityGroup')
      .filter(([, { SecurityGroupEgress }]) => !Array.isArray(SecurityGroupEgress) || SecurityGroupEgress.length === 0)
      .map(([name]) => `${name}: keeps the default egress to everywhere`);
    expect([...findings, ...unruled]).toEqual([]);
  });

  it('gives resources that outlive a deployment no name of their own but the stack’s', () => {
    const named = [
      'RoleName',
      'PolicyName',
      'LogGroupName',
      'ClusterName',
      'ServiceName',
      'GroupName',
      'Name',
      'Family',
    ];
    const findings = Object.entries(Resources).flatMap(([name, { Type, Properties = {} }]) =>
      named
        .filter(key => key in Properties && !['AWS::EC2::VPCEndpoint', 'AWS::Route53::RecordSet'].includes(Type))
        .filter(key =>
          references(Properties[key] ?? null, '').every(
            ({ name: of }) => of !== 'AWS::StackName' && !(of in Resources),
          ),
        )
        .map(key => `${name}.${key}`),
    );
    expect(findings).toEqual([]);
    expect(ofType(template, 'AWS::IAM::Role').filter(([, role]) => 'RoleName' in role)).toEqual([]);
  });

  it('lets no role be assumed on behalf of another account, and ties each `*` to this Region', () => {
    const findings = ofType(template, 'AWS::IAM::Role').flatMap(([name, role]) => {
      const trust = (role.AssumeRolePolicyDocument as { Statement: JsonMap[] }).Statement;
      const open = trust.filter(({ Condition }) => {
        const source = (Condition as { StringEquals?: JsonMap } | undefined)?.StringEquals?.['aws:SourceAccount'];
        return JSON.stringify(source) !== '{"Ref":"AWS::AccountId"}';
      });
      const wide = members(role.Policies)
        .flatMap(policy => members((policy.PolicyDocument as JsonMap).Statement))
        .filter(({ Resource, Action, Condition }) => {
          const starred = [Action].flat().some(action => String(action).includes('*'));
          const free = Resource === '*' && Condition === undefined && Action !== 'ecr:GetAuthorizationToken';
          return starred || free;
        });
      return [...open, ...wide].map(statement => `${name}: ${JSON.stringify(statement)}`);
    });
    expect(findings).toEqual([]);
    expect(ofType(template, 'AWS::IAM::Role').filter(([, role]) => 'ManagedPolicyArns' in role)).toEqual([]);
  });

  it('gives each log group the retention and the key that are asked for', () => {
    for (const [name, group] of ofType(template, 'AWS::Logs::LogGroup')) {
      expect(group, name).toMatchObject({
        RetentionInDays: { Ref: 'LogRetentionDays' },
        KmsKeyId: { 'Fn::If': ['HasKmsKey', { Ref: 'KmsKeyArn' }, { Ref: 'AWS::NoValue' }] },
      });
    }
  });

  it('takes the same values for a parameter as the other templates, so that one value fits all', () => {
    const others = stacks.filter(stack => stack.template !== template);
    const outputs = stacks.flatMap(stack => Object.keys(stack.template.Outputs));
    const chosen = Object.entries(Parameters).filter(([name]) => !outputs.includes(name));
    const findings = chosen.flatMap(([name, { Description: _, ...bounds }]) =>
      others
        .filter(other => name in other.template.Parameters)
        .filter(other => {
          const { Description: __, ...theirs } = other.template.Parameters[name] as Parameter;
          return JSON.stringify(theirs) !== JSON.stringify(bounds);
        })
        .map(other => `${name}: differs in ${other.file}`),
    );
    expect(findings).toEqual([]);
  });

  it('watches with alarms only metrics that AWS publishes, and tells of them only where there is a topic', () => {
    const published = {
      'AWS/ApplicationELB': [
        'HTTPCode_ELB_5XX_Count',
        'HTTPCode_Target_5XX_Count',
        'HealthyHostCount',
        'RejectedConnectionCount',
        'UnHealthyHostCount',
      ],
      'AWS/ECS': ['CPUUtilization', 'MemoryUtilization'],
    };
    const topic = { 'Fn::If': ['HasAlertTopic', [{ Ref: 'AlertTopicArn' }], { Ref: 'AWS::NoValue' }] };
    for (const [name, alarm] of ofType(template, 'AWS::CloudWatch::Alarm')) {
      expect(published[alarm.Namespace as keyof typeof published], name).toContain(alarm.MetricName);
      const always = Resources[name]?.Condition === undefined;
      if (!always) expect(Resources[name]?.Condition, name).toBe('HasAlertTopic');
      const actions = always ? topic : [{ Ref: 'AlertTopicArn' }];
      expect(alarm, name).toMatchObject({
        TreatMissingData: 'notBreaching',
        AlarmActions: actions,
        OKActions: actions,
      });
    }
  });

  it('says why, wherever it silences a linter', () => {
    const silenced = Object.values(Resources).flatMap(({ Metadata }) => {
      const checkov = Metadata?.checkov as { skip?: { id?: string; comment?: string }[] } | undefined;
      return checkov?.skip ?? [];
    });
    expect(silenced.filter(({ id, comment = '' }) => id === undefined || comment.length < 20)).toEqual([]);
    expect(text).not.toMatch(/cfn-lint|checkov:skip=/);
  });

  it('describes, for the progress lines, just the resources that take long', () => {
    const slow = [
      'AWS::EC2::NatGateway',
      'AWS::EC2::VPCEndpoint',
      'AWS::ElasticLoadBalancingV2::LoadBalancer',
      'AWS::Grafana::Workspace',
      'AWS::ECS::Service',
    ];
    const expected = Object.entries(Resources)
      .filter(([, { Type, Properties }]) => slow.includes(Type) && Properties?.VpcEndpointType !== 'Gateway')
      .map(([name]) => name);
    const described = Object.entries(Resources)
      .filter(([, { Metadata }]) => typeof Metadata?.['zap-obs:description'] === 'string')
      .map(([name]) => name);
    expect(described).toEqual(expected);
  });
});
