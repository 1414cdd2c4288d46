import { readdirSync, readFileSync } from 'node:fs';
import { loadAwsServiceSpecSync } from '@aws-cdk/aws-service-spec';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { parseSource } from './source-document.ts';

/**
 * What must hold for the templates in cloudformation/, beyond what a linter sees. Each check collects findings as
 * readable strings and expects none, so that a failure names the template's path and what is wrong there.
 */

// --- The files ---------------------------------------------------------------------------------------------------------

type Json = null | boolean | number | string | Json[] | { [key: string]: Json };
type JsonMap = { [key: string]: Json };

interface Parameter {
  Type: string;
  Description?: string;
  Default?: Json;
  AllowedPattern?: string;
  AllowedValues?: Json[];
  MinValue?: number;
  MaxValue?: number;
}

interface Resource {
  Type: string;
  Condition?: string;
  DependsOn?: string | string[];
  Metadata?: JsonMap;
  Properties?: JsonMap;
}

interface Template {
  Description: string;
  Metadata: { 'AWS::CloudFormation::Interface': { ParameterGroups: { Parameters: string[] }[] } };
  Parameters: Record<string, Parameter>;
  Rules?: JsonMap;
  Mappings?: JsonMap;
  Conditions?: JsonMap;
  Resources: Record<string, Resource>;
  Outputs: Record<string, { Description?: string; Condition?: string; Value: Json; Export?: Json }>;
}

interface Stack {
  name: string;
  file: string;
  text: string;
  template: Template;
  explicit: Record<string, Json>;
}

const folder = new URL('../../cloudformation/', import.meta.url);

function read(file: string): { text: string; value: unknown } {
  const text = readFileSync(new URL(file, folder), 'utf8');
  const document = parseSource(text);
  if (document.faults.length > 0) throw new Error(`${file}: ${JSON.stringify(document.faults)}`);
  return { text, value: document.value };
}

const stacksFile = read('stacks.yaml').value as {
  stacks: Record<string, { template: string; parameters?: Record<string, Json> }>;
};

const stacks: Stack[] = Object.entries(stacksFile.stacks).map(([name, { template: file, parameters = {} }]) => {
  const { text, value } = read(file);
  return { name, file, text, template: value as Template, explicit: parameters };
});

const [network, monitoring, application] = stacks.map(stack => stack.template) as [Template, Template, Template];

// --- Walking a template ------------------------------------------------------------------------------------------------

interface Visit {
  path: string;
  value: Json;
}

function* walk(value: Json, path: string): Generator<Visit> {
  yield { path, value };
  if (Array.isArray(value)) for (const [index, item] of value.entries()) yield* walk(item, `${path}[${index}]`);
  else if (isMap(value)) for (const [key, item] of Object.entries(value)) yield* walk(item, `${path}.${key}`);
}

function isMap(value: Json | undefined): value is JsonMap {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The name and argument of an intrinsic function: a map of just that key. */
function intrinsic(value: Json): [name: string, argument: Json] | undefined {
  const entries = isMap(value) ? Object.entries(value) : [];
  const [entry] = entries;
  if (entries.length !== 1 || entry === undefined) return undefined;
  return entry[0] === 'Ref' || entry[0].startsWith('Fn::') ? entry : undefined;
}

interface Reference {
  path: string;
  name: string;
  attribute?: string;
}

/** Everything that `Ref`, `Fn::GetAtt` and the placeholders of `Fn::Sub` name, at any depth. */
function references(value: Json, path: string): Reference[] {
  return [...walk(value, path)].flatMap(visit => {
    const [name, argument] = intrinsic(visit.value) ?? [];
    if (name === 'Ref') return [{ path: visit.path, name: argument as string }];
    if (name === 'Fn::GetAtt') {
      const [resource, attribute] = argument as [string, string];
      return [{ path: visit.path, name: resource, attribute }];
    }
    if (name !== 'Fn::Sub') return [];
    const [text, variables = {}] = Array.isArray(argument) ? (argument as [string, JsonMap?]) : [argument as string];
    return [...text.matchAll(/\$\{([^!}][^}]*)\}/g)]
      .map(([, inside = '']) => inside)
      .filter(inside => !(inside in variables))
      .map(inside => {
        const [resource = '', ...attribute] = inside.split('.');
        return { path: visit.path, name: resource, ...(attribute.length > 0 && { attribute: attribute.join('.') }) };
      });
  });
}

/** The members of a list, those of either branch of an `Fn::If` included. */
function members(list: Json | undefined): JsonMap[] {
  return ((list ?? []) as Json[]).flatMap(branches).filter(isMap);
}

function branches(value: Json): Json[] {
  const [name, argument] = intrinsic(value) ?? [];
  if (name === 'Fn::If') return (argument as Json[]).slice(1).flatMap(branches);
  return isNoValue(value) ? [] : [value];
}

function isNoValue(value: Json): boolean {
  return isMap(value) && value.Ref === 'AWS::NoValue';
}

/** A value where the conditions that hold are known; members that `AWS::NoValue` takes away are gone. */
function resolve(value: Json, holds: (condition: string) => boolean): Json {
  const [name, argument] = intrinsic(value) ?? [];
  if (name === 'Fn::If') {
    const [condition, yes = null, no = null] = argument as [string, Json?, Json?];
    return resolve(holds(condition) ? yes : no, holds);
  }
  if (Array.isArray(value)) return value.map(item => resolve(item, holds)).filter(item => !isNoValue(item));
  if (!isMap(value)) return value;
  const entries = Object.entries(value).map(([key, item]) => [key, resolve(item, holds)] as const);
  return Object.fromEntries(entries.filter(([, item]) => !isNoValue(item)));
}

/** The condition, and all that must hold for it: what its `Fn::And` joins. */
function implied(template: Template, condition: string): string[] {
  const [name, argument] = intrinsic(template.Conditions?.[condition] ?? null) ?? [];
  const parts = name === 'Fn::And' ? (argument as { Condition: string }[]) : [];
  return [condition, ...parts.flatMap(part => implied(template, part.Condition))];
}

/** References to conditional resources from where their condition need not hold. */
function unguarded(template: Template, value: Json, path: string, holding: string[]): string[] {
  const [name, argument] = intrinsic(value) ?? [];
  if (name === 'Fn::If') {
    const [condition, yes = null, no = null] = argument as [string, Json?, Json?];
    return [
      ...unguarded(template, yes, `${path}.${condition}`, [...holding, ...implied(template, condition)]),
      ...unguarded(template, no, `${path}.not ${condition}`, holding),
    ];
  }
  if (name === undefined && typeof value === 'object' && value !== null)
    return Object.entries(value).flatMap(([key, item]) => unguarded(template, item, `${path}.${key}`, holding));
  const inner = Array.isArray(argument)
    ? argument.flatMap((item, index) => unguarded(template, item, `${path}[${index}]`, holding))
    : [];
  const own = references(value, path)
    .filter(reference => reference.path === path)
    .filter(reference => {
      const needed = template.Resources[reference.name]?.Condition;
      return needed !== undefined && !holding.includes(needed);
    })
    .map(reference => `${path}: ${reference.name}`);
  return [...own, ...inner];
}

function ofType(template: Template, type: string): [name: string, properties: JsonMap][] {
  return Object.entries(template.Resources)
    .filter(([, resource]) => resource.Type === type)
    .map(([name, resource]) => [name, resource.Properties ?? {}]);
}

function only(template: Template, type: string): JsonMap {
  const found = ofType(template, type);
  expect(
    found.map(([name]) => name),
    `exactly one ${type}`,
  ).toHaveLength(1);
  return (found[0] as [string, JsonMap])[1];
}

/** The parts of a template that make resources: all but Parameters, where literals are defaults. */
function body({ Parameters: _, ...rest }: Template): Json {
  return rest as unknown as Json;
}

/** What the functions of string handling yield, for given parameters and attributes (`Workspace.Arn`). */
function evaluate(value: Json, values: Record<string, string>): Json {
  const [name, argument] = intrinsic(value) ?? [];
  if (name === undefined) return Array.isArray(value) ? value.map(item => evaluate(item, values)) : value;
  const read = (key: string) => {
    const found = values[key];
    if (found === undefined) throw new Error(`the test gives no ${key}`);
    return found;
  };
  if (name === 'Ref') return read(argument as string);
  if (name === 'Fn::GetAtt') return read((argument as string[]).join('.'));
  if (name === 'Fn::Sub') {
    const [text, own = {}] = Array.isArray(argument) ? (argument as [string, JsonMap?]) : [argument as string];
    return text.replace(/\$\{([^}]+)\}/g, (_, key) => String(evaluate(own[key] ?? read(key), values)));
  }
  const [first = null, second = null] = argument as Json[];
  if (name === 'Fn::Split') return String(evaluate(second, values)).split(first as string);
  if (name === 'Fn::Select') return (evaluate(second, values) as Json[])[first as number] ?? null;
  throw new Error(`the test knows no ${name}`);
}

/** The resources that a role's policies name, by the actions allowed on them. */
function permissions(template: Template, role: string, values: Record<string, string>): Record<string, Json> {
  const policies = members(template.Resources[role]?.Properties?.Policies);
  return Object.fromEntries(
    policies
      .flatMap(policy => members((policy.PolicyDocument as JsonMap).Statement))
      .map(({ Action, Resource = null }) => [String(Action), evaluate(Resource, values)]),
  );
}

// --- The official resource schemas -------------------------------------------------------------------------------------

const spec = loadAwsServiceSpecSync();

function schemaOf(type: string) {
  return spec.lookup('resource', 'cloudFormationType', 'equals', type)[0];
}

type Property = NonNullable<ReturnType<typeof schemaOf>>['properties'][string];
type PropertyType = Property['type'];

function checkProperties(value: JsonMap, properties: Record<string, Property>, path: string): string[] {
  return [
    ...Object.keys(value)
      .filter(key => !(key in properties))
      .map(key => `${path}.${key}: no such property`),
    ...Object.entries(properties)
      .filter(([key, property]) => property.required && !(key in value))
      .map(([key]) => `${path}.${key}: is required`),
    ...Object.entries(value).flatMap(([key, item]) => {
      const property = properties[key];
      return property === undefined ? [] : checkType(item, property.type, `${path}.${key}`);
    }),
  ];
}

/** Findings of a value against its type; what a function yields is known to CloudFormation alone, but for `Fn::If`. */
function checkType(value: Json, type: PropertyType, path: string): string[] {
  const [name, argument] = intrinsic(value) ?? [];
  if (name === 'Fn::If') return (argument as Json[]).slice(1).flatMap(branch => checkType(branch, type, path));
  if (name !== undefined) return [];
  const unless = (fits: boolean) => (fits ? [] : [`${path}: ${JSON.stringify(value)} is no ${type.type}`]);
  switch (type.type) {
    case 'string': {
      const allowed = 'allowedValues' in type ? (type.allowedValues as string[] | undefined) : undefined;
      return unless(typeof value === 'string' && (allowed === undefined || allowed.includes(value)));
    }
    case 'integer':
      return unless(Number.isInteger(value));
    case 'number':
      return unless(typeof value === 'number');
    case 'boolean':
      return unless(typeof value === 'boolean');
    case 'array':
      if (!Array.isArray(value)) return unless(false);
      return value.flatMap((item, index) => checkType(item, type.element, `${path}[${index}]`));
    case 'map':
      if (!isMap(value)) return unless(false);
      return Object.entries(value).flatMap(([key, item]) => checkType(item, type.element, `${path}.${key}`));
    case 'ref':
      return isMap(value)
        ? checkProperties(value, spec.get('typeDefinition', type.reference).properties, path)
        : unless(false);
    case 'tag':
      return unless(isMap(value) && Object.keys(value).sort().join() === 'Key,Value');
    case 'union': {
      const findings = type.types.map(one => checkType(value, one, path));
      return findings.some(list => list.length === 0) ? [] : (findings[0] ?? []);
    }
    default:
      return [];
  }
}

// --- The checks --------------------------------------------------------------------------------------------------------

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

describe('threading', () => {
  it('finds every parameter without a default in one earlier stack or in stacks.yaml', () => {
    // Set by the action's inputs `image-uri` and `collector-image-uri`.
    const inputs = ['ImageUri', 'CollectorImageUri'];
    const findings = stacks.flatMap(({ name, template, explicit }, index) =>
      Object.entries(template.Parameters).flatMap(([parameter, { Default }]) => {
        const sources = stacks.slice(0, index).filter(earlier => parameter in earlier.template.Outputs);
        if (sources.length > 1) return [`${name}.${parameter}: an output of several stacks`];
        const known = sources.length === 1 || parameter in explicit || inputs.includes(parameter);
        return known || Default !== undefined ? [] : [`${name}.${parameter}: from nowhere`];
      }),
    );
    expect(findings).toEqual([]);
  });

  it('threads no output that may be missing', () => {
    const findings = stacks.flatMap(({ template }, index) =>
      Object.entries(template.Outputs)
        .filter(([, { Condition }]) => Condition !== undefined)
        .map(([output]) => output)
        .filter(output => stacks.slice(index + 1).some(later => output in later.template.Parameters)),
    );
    expect(findings).toEqual([]);
  });

  it('has a reader for every output: a later stack, the action, or a person', () => {
    const action = ['LoadBalancerUrl', 'ClusterName', 'EcsServiceName', 'LogGroups', 'MetricsEndpoint', 'GrafanaUrl'];
    const person = {
      VpcCidr: 'to peer the VPC',
      PublicSubnetIds: 'to place something beside the load balancer',
      LoadBalancerArn: 'to attach a firewall',
      LoadBalancerDnsName: 'to point a domain at',
      TestTargetGroupArn: 'to set up blue/green deployments',
      ProductionListenerRuleArn: 'to set up blue/green deployments',
      TestListenerRuleArn: 'to set up blue/green deployments',
      GrafanaSecurityGroupId: 'to attach Grafana',
      WorkspaceId: 'to find in the console',
      EcsServiceArn: 'to allow in a policy',
      TaskDefinitionArn: 'to see which revision is meant to run',
    };
    const readers = new Set([...action, ...Object.keys(person)]);
    const unread = stacks.flatMap(({ template }, index) =>
      Object.keys(template.Outputs)
        .filter(output => !stacks.slice(index + 1).some(later => output in later.template.Parameters))
        .filter(output => !readers.delete(output)),
    );
    expect(unread).toEqual([]);
    expect([...readers], 'readers without an output').toEqual([]);
  });

  it('gives a threaded parameter the same bounds on both ends', () => {
    expect(application.Parameters.AppPort?.MinValue).toBe(network.Parameters.AppPort?.MinValue);
    expect(application.Parameters.AppPort?.MaxValue).toBe(network.Parameters.AppPort?.MaxValue);
  });
});

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
      'ecr:GetAuthorizationToken',
      'ecr:BatchCheckLayerAvailability',
      'ecr:BatchGetImage',
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

describe('monitoring', () => {
  it('asks Grafana for the one permission type that templates may use, and attaches it to a VPC only when asked', () => {
    const grafana = only(monitoring, 'AWS::Grafana::Workspace');
    expect(grafana).toMatchObject({ PermissionType: 'CUSTOMER_MANAGED', AuthenticationProviders: ['AWS_SSO'] });
    expect(Object.keys(grafana)).not.toContain('DataSources');
    expect(resolve(grafana, () => false)).not.toHaveProperty('VpcConfiguration');
    expect(monitoring.Parameters.GrafanaSubnetIds?.Default).toBe('');
  });

  it('can be deployed where there is no IAM Identity Center', () => {
    const kept = Object.entries(monitoring.Resources).filter(([, { Condition }]) => Condition === undefined);
    expect(kept.map(([name]) => name)).toEqual([
      'Workspace',
      'AppLogGroup',
      'CollectorLogGroup',
      'TelemetryLogGroup',
      'WorkspaceLogGroup',
    ]);
  });

  describe('alerts', () => {
    const fill = (value: Json) =>
      evaluate(value, { AlertTopicArn: 'arn:topic', LatencyAlertSeconds: '0.5', 'AWS::Region': 'eu-west-1' }) as string;
    const rules = parse(fill(only(monitoring, 'AWS::APS::RuleGroupsNamespace').Data ?? null)) as {
      groups: { rules: { alert: string; expr: string; for: string; annotations: { summary: string } }[] }[];
    };
    const alerts = rules.groups.flatMap(group => group.rules);

    it('exist only where there is a topic for them', () => {
      expect(monitoring.Resources.AlertRules?.Condition).toBe('HasAlertTopic');
      const workspace = only(monitoring, 'AWS::APS::Workspace');
      expect(resolve(workspace, () => false)).not.toHaveProperty('AlertManagerDefinition');
      const definition = (resolve(workspace, () => true) as JsonMap).AlertManagerDefinition ?? null;
      const { alertmanager_config: config } = parse(fill(definition)) as { alertmanager_config: string };
      expect(parse(config)).toMatchObject({
        route: { receiver: 'topic' },
        receivers: [{ name: 'topic', sns_configs: [{ topic_arn: 'arn:topic', sigv4: { region: 'eu-west-1' } }] }],
      });
    });

    it('are three, on failures, latency and lost telemetry, of metrics that the application or collector sends', () => {
      expect(alerts.map(({ alert }) => alert)).toEqual(['RequestsFail', 'RequestsAreSlow', 'TelemetryIsLost']);
      const sent = [
        // OpenTelemetry's convention for HTTP servers, a histogram in seconds.
        'http_server_request_duration_seconds_bucket',
        'http_server_request_duration_seconds_count',
        // The collector's own metrics at level normal, counters as Prometheus names them.
        'otelcol_exporter_send_failed_metric_points_total',
        'otelcol_exporter_send_failed_spans_total',
        'otelcol_process_uptime_seconds_total',
        'otelcol_receiver_refused_metric_points_total',
        'otelcol_receiver_refused_spans_total',
      ];
      const named = alerts.flatMap(({ expr }) => expr.match(/\b(http|otelcol)_\w+(?=[{[)])/g) ?? []);
      const labels = alerts.flatMap(({ expr }) => expr.match(/(?<={)\w+/g) ?? []);
      expect([...new Set(named)].sort()).toEqual(sent);
      expect([...new Set(labels)]).toEqual(['http_response_status_code']);
    });
  });

  it('gives the URL of the workspace without the slash that Prometheus puts at its end', () => {
    const values = { 'Workspace.PrometheusEndpoint': 'https://host/workspaces/ws-1/', 'Workspace.WorkspaceId': 'ws-1' };
    const output = (name: string) => evaluate(monitoring.Outputs[name]?.Value ?? null, values);
    expect(output('MetricsEndpoint')).toBe('https://host/workspaces/ws-1');
    expect(output('RemoteWriteUrl')).toBe('https://host/workspaces/ws-1/api/v1/remote_write');
    const accepted = application.Parameters.RemoteWriteUrl?.AllowedPattern ?? '';
    expect(output('RemoteWriteUrl')).toMatch(new RegExp(`^(?:${accepted})$`));
  });

  it('lets Grafana read only', () => {
    const role = only(monitoring, 'AWS::IAM::Role');
    const actions = [...walk(role.Policies ?? null, '')]
      .filter(({ path }) => /\.Action(\[\d+\])?$/.test(path))
      .flatMap(({ value }) => (typeof value === 'string' ? [value] : []));
    const writing = actions.filter(
      action => !/:(BatchGet|Describe|Filter|Get|List|Query|StartQuery|StopQuery)/.test(action),
    );
    expect(actions.length).toBeGreaterThan(0);
    expect(writing).toEqual([]);
  });
});

describe('application', () => {
  const containers = only(application, 'AWS::ECS::TaskDefinition').ContainerDefinitions as JsonMap[];
  const [app, collector] = ['app', 'collector'].map(name => containers.find(container => container.Name === name)) as [
    JsonMap,
    JsonMap,
  ];
  const environment = (container: JsonMap) =>
    Object.fromEntries((container.Environment as { Name: string; Value: Json }[]).map(item => [item.Name, item.Value]));

  it.each(['ImageUri', 'CollectorImageUri'])('takes %s by digest only, and assumes none', name => {
    const { Default, AllowedPattern = '' } = application.Parameters[name] as Parameter;
    const accepts = (uri: string) => new RegExp(`^(?:${AllowedPattern})$`).test(uri);
    const registry = '123456789012.dkr.ecr.eu-west-1.amazonaws.com';
    const digest = `sha256:${'0a'.repeat(32)}`;
    expect(Default).toBeUndefined();
    expect(accepts(`${registry}/zap-app@${digest}`)).toBe(true);
    expect(accepts(`${registry}/team/zap-app@${digest}`)).toBe(true);
    expect(accepts(`127.0.0.1:5000/zap-app@${digest}`)).toBe(true);
    expect(accepts(`${registry}/zap-app:1.0`)).toBe(false);
    expect(accepts(`${registry}/zap-app:1.0@${digest}`)).toBe(false);
    expect(accepts(`${registry}/zap-app@sha256:0a0a`)).toBe(false);
    expect(accepts('')).toBe(false);
  });

  it('lets a task out to the interface endpoints and to S3, and nowhere else', () => {
    const group = only(application, 'AWS::EC2::SecurityGroup');
    const rules = (group.SecurityGroupEgress as JsonMap[]).map(({ Description: _, ...rule }) => rule);
    const https = { IpProtocol: 'tcp', FromPort: 443, ToPort: 443 };
    expect(rules).toEqual([
      { ...https, DestinationSecurityGroupId: { Ref: 'EndpointSecurityGroupId' } },
      { ...https, DestinationPrefixListId: { Ref: 'S3PrefixListId' } },
    ]);
  });

  it('lets a task out to other hosts when a range is given, over HTTPS', () => {
    expect(application.Resources.ExternalEgress).toMatchObject({
      Condition: 'HasExternalEgress',
      Properties: {
        GroupId: { 'Fn::GetAtt': ['ServiceSecurityGroup', 'GroupId'] },
        FromPort: 443,
        ToPort: 443,
        CidrIp: { Ref: 'ExternalEgressCidr' },
      },
    });
    expect(application.Parameters.ExternalEgressCidr?.Default).toBe('');
  });

  it('lets only the load balancer in', () => {
    const group = only(application, 'AWS::EC2::SecurityGroup');
    const port = { Ref: 'AppPort' };
    expect(group.SecurityGroupIngress).toEqual([
      expect.objectContaining({
        FromPort: port,
        ToPort: port,
        SourceSecurityGroupId: { Ref: 'LoadBalancerSecurityGroupId' },
      }),
    ]);
  });

  it('opens the other end of each rule before the first task starts', () => {
    const service = { 'Fn::GetAtt': ['ServiceSecurityGroup', 'GroupId'] };
    expect(application.Resources.LoadBalancerEgressToService?.Properties).toMatchObject({
      GroupId: { Ref: 'LoadBalancerSecurityGroupId' },
      FromPort: { Ref: 'AppPort' },
      ToPort: { Ref: 'AppPort' },
      DestinationSecurityGroupId: service,
    });
    expect(only(application, 'AWS::EC2::SecurityGroupIngress')).toMatchObject({
      GroupId: { Ref: 'EndpointSecurityGroupId' },
      FromPort: 443,
      ToPort: 443,
      SourceSecurityGroupId: service,
    });
    const rules = Object.entries(application.Resources)
      .filter(([, { Type, Condition }]) => /^AWS::EC2::SecurityGroup(E|In)gress$/.test(Type) && !Condition)
      .map(([name]) => name);
    expect(application.Resources.Service?.DependsOn).toEqual(rules);
  });

  it('runs tasks on Fargate, in the private subnets, without a public address', () => {
    expect(only(application, 'AWS::ECS::TaskDefinition')).toMatchObject({
      RequiresCompatibilities: ['FARGATE'],
      NetworkMode: 'awsvpc',
    });
    expect(only(application, 'AWS::ECS::Service').NetworkConfiguration).toMatchObject({
      AwsvpcConfiguration: { AssignPublicIp: 'DISABLED', Subnets: { Ref: 'PrivateSubnetIds' } },
    });
  });

  it('gives up on a deployment that does not become healthy, and goes back', () => {
    expect(only(application, 'AWS::ECS::Service').DeploymentConfiguration).toMatchObject({
      DeploymentCircuitBreaker: { Enable: true, Rollback: true },
    });
  });

  it('refuses pairs of Cpu and Memory that Fargate does not have, for each Cpu', () => {
    const rules = Object.values(application.Rules ?? {}) as {
      RuleCondition: { 'Fn::Equals': [Json, string] };
      Assertions: { Assert: { 'Fn::Contains': [string[], Json] } }[];
    }[];
    const ofCpu = rules.filter(rule => JSON.stringify(rule.RuleCondition).includes('{"Ref":"Cpu"}'));
    const sizes = ofCpu.map(rule => [
      rule.RuleCondition['Fn::Equals'][1],
      rule.Assertions[0]?.Assert['Fn::Contains'][0],
    ]);
    expect(sizes.map(([cpu]) => cpu)).toEqual(application.Parameters.Cpu?.AllowedValues);
    for (const [cpu, memories] of sizes) {
      const perCpu = (memories as string[]).map(memory => Number(memory) / Number(cpu));
      expect(Math.min(...perCpu), `Cpu ${cpu}`).toBeGreaterThanOrEqual(2);
      expect(Math.max(...perCpu), `Cpu ${cpu}`).toBeLessThanOrEqual(8);
      expect(application.Parameters.Memory?.AllowedValues).toEqual(expect.arrayContaining(memories as string[]));
    }
  });

  it('leaves the application all memory but the collector’s, for each Memory', () => {
    const sizes = (application.Mappings as { AppMemory: Record<string, { MiB: number }> }).AppMemory;
    expect(app.Memory).toEqual({ 'Fn::FindInMap': ['AppMemory', { Ref: 'Memory' }, 'MiB'] });
    expect(Object.keys(sizes)).toEqual(application.Parameters.Memory?.AllowedValues);
    for (const [memory, { MiB }] of Object.entries(sizes)) expect(MiB + Number(collector.Memory)).toBe(Number(memory));
  });

  it('runs both containers without root and, unless one may log in, with file systems that nothing writes to', () => {
    expect(app.User).toEqual({ Ref: 'AppUser' });
    const root = new RegExp(`^(?:${application.Parameters.AppUser?.AllowedPattern})$`);
    expect(['0', '0:0', 'root', '1000:0', ''].filter(user => root.test(user))).toEqual([]);
    expect(collector.User).toMatch(/^[1-9]\d*:[1-9]\d*$/);
    for (const container of [app, collector]) {
      expect(container.ReadonlyRootFilesystem).toEqual({ 'Fn::If': ['HasExec', false, true] });
    }
  });

  it('scales on CPU and requests, and leaves the number of tasks to that', () => {
    const service = only(application, 'AWS::ECS::Service');
    expect(resolve(service, () => true)).not.toHaveProperty('DesiredCount');
    expect(resolve(service, () => false)).toMatchObject({ DesiredCount: { Ref: 'DesiredCount' } });
    expect(application.Resources.ScalableTarget).toMatchObject({
      Condition: 'HasAutoscaling',
      Properties: { MinCapacity: { Ref: 'DesiredCount' }, MaxCapacity: { Ref: 'MaxCount' } },
    });
    const metrics = ofType(application, 'AWS::ApplicationAutoScaling::ScalingPolicy').map(
      ([, { TargetTrackingScalingPolicyConfiguration: tracking }]) =>
        ((tracking as JsonMap).PredefinedMetricSpecification as JsonMap).PredefinedMetricType,
    );
    expect(metrics).toEqual(['ECSServiceAverageCPUUtilization', 'ALBRequestCountPerTarget']);
  });

  it('goes back when its alarms go off, with or without somebody to tell', () => {
    const { Alarms } = only(application, 'AWS::ECS::Service').DeploymentConfiguration as { Alarms: JsonMap };
    expect(Alarms).toMatchObject({ Enable: true, Rollback: true });
    for (const { Ref } of Alarms.AlarmNames as { Ref: string }[]) {
      expect(application.Resources[Ref], Ref).toMatchObject({ Type: 'AWS::CloudWatch::Alarm' });
      expect(application.Resources[Ref]?.Condition, Ref).toBeUndefined();
    }
  });

  it('keeps the application alive without its collector, and the collector alive longer than the application', () => {
    expect(app).toMatchObject({ Essential: true, DependsOn: [{ ContainerName: 'collector', Condition: 'START' }] });
    expect(collector).toMatchObject({ Essential: false, RestartPolicy: { Enabled: true } });
    for (const container of [app, collector]) {
      expect(container.StopTimeout).toBeGreaterThanOrEqual(30);
      expect(container.StopTimeout).toBeLessThanOrEqual(120);
    }
  });

  it('leaves the application at least half of the smallest task', () => {
    expect(Number(app.Cpu) + Number(collector.Cpu)).toBeLessThanOrEqual(256);
    expect(Number(collector.Cpu)).toBeLessThan(Number(app.Cpu));
    expect(Number(collector.Memory)).toBeLessThanOrEqual(512 / 2);
  });

  it('writes what each container prints to the log group of the monitoring stack', () => {
    const options = (container: JsonMap) => (container.LogConfiguration as JsonMap).Options;
    expect(options(app)).toMatchObject({ 'awslogs-group': { Ref: 'AppLogGroupName' }, mode: 'non-blocking' });
    expect(options(collector)).toMatchObject({
      'awslogs-group': { Ref: 'CollectorLogGroupName' },
      mode: 'non-blocking',
    });
  });

  it('allows the execution role to pull just these images and to write just these logs', () => {
    const values = {
      'AWS::Partition': 'aws',
      'AWS::Region': 'eu-west-1',
      'AWS::AccountId': '111111111111',
      ImageUri: '222222222222.dkr.ecr.eu-west-1.amazonaws.com/team/zap-app@sha256:00',
      CollectorImageUri: '111111111111.dkr.ecr.eu-west-1.amazonaws.com/collector@sha256:00',
      AppLogGroupName: '/zap-obs/x/app',
      CollectorLogGroupName: '/zap-obs/x/collector',
    };
    expect(permissions(application, 'ExecutionRole', values)).toEqual({
      'ecr:GetAuthorizationToken': '*',
      'ecr:BatchCheckLayerAvailability,ecr:BatchGetImage,ecr:GetDownloadUrlForLayer': [
        'arn:aws:ecr:eu-west-1:222222222222:repository/team',
        'arn:aws:ecr:eu-west-1:222222222222:repository/team/*',
        'arn:aws:ecr:eu-west-1:111111111111:repository/collector',
        'arn:aws:ecr:eu-west-1:111111111111:repository/collector/*',
      ],
      'logs:CreateLogStream,logs:PutLogEvents': [
        'arn:aws:logs:eu-west-1:111111111111:log-group:/zap-obs/x/app:log-stream:*',
        'arn:aws:logs:eu-west-1:111111111111:log-group:/zap-obs/x/collector:log-stream:*',
      ],
    });
  });

  it('allows the task role to send metrics and logs to where they belong, and traces; a shell only when asked', () => {
    const exec = ['CreateControlChannel', 'CreateDataChannel', 'OpenControlChannel', 'OpenDataChannel']
      .map(action => `ssmmessages:${action}`)
      .join();
    const values = {
      'AWS::Partition': 'aws',
      'AWS::Region': 'eu-west-1',
      'AWS::AccountId': '111111111111',
      WorkspaceArn: 'the workspace',
      TelemetryLogGroupName: '/zap-obs/x/telemetry',
    };
    const { [exec]: channels, ...telemetry } = permissions(application, 'TaskRole', values);
    expect(telemetry).toEqual({
      'aps:RemoteWrite': 'the workspace',
      'logs:CreateLogStream,logs:PutLogEvents': 'arn:aws:logs:eu-west-1:111111111111:log-group:/zap-obs/x/telemetry:*',
      'xray:PutTraceSegments': '*',
    });
    expect(channels).toBe('*');
    const role = application.Resources.TaskRole?.Properties as JsonMap;
    expect(JSON.stringify(resolve(role, () => false))).not.toContain('ssmmessages');
  });

  describe('the collector’s configuration', () => {
    type Section = Record<string, JsonMap | null>;
    const text = environment(collector).AOT_CONFIG_CONTENT as string;
    const config = parse(text) as {
      extensions: Section;
      receivers: Section;
      processors: Section;
      exporters: Section;
      service: { extensions: string[]; telemetry: Json; pipelines: Record<string, Record<Kind, string[]>> };
    };
    type Kind = 'receivers' | 'processors' | 'exporters';
    const kinds: Kind[] = ['receivers', 'processors', 'exporters'];
    const pipelines = Object.entries(config.service.pipelines);

    it('is one text, which CloudFormation passes on as it is', () => {
      expect(text).toBeTypeOf('string');
      expect(collector.Command).toEqual(['--config=env:AOT_CONFIG_CONTENT']);
    });

    it('uses only components of ADOT 0.49 that the collector built without a registry has, too', () => {
      const available = {
        extensions: ['health_check', 'sigv4auth'],
        receivers: ['otlp', 'awsecscontainermetrics'],
        processors: ['batch', 'memory_limiter', 'resourcedetection', 'filter', 'attributes', 'resource'],
        exporters: ['prometheusremotewrite', 'awsxray', 'awscloudwatchlogs', 'debug', 'file'],
      };
      const missing = Object.entries(available).flatMap(([section, types]) =>
        Object.keys(config[section as keyof typeof available])
          .filter(id => !types.includes(id.split('/')[0] ?? ''))
          .map(id => `${section}: ${id}`),
      );
      expect(missing).toEqual([]);
    });

    it('declares what its pipelines use and uses what it declares', () => {
      for (const kind of kinds) {
        const used = new Set(pipelines.flatMap(([, pipeline]) => pipeline[kind]));
        expect([...used].sort(), kind).toEqual(Object.keys(config[kind]).sort());
      }
      expect([...config.service.extensions].sort()).toEqual(Object.keys(config.extensions).sort());
    });

    it('limits memory first and batches last in every pipeline', () => {
      for (const [name, { processors }] of pipelines) {
        expect(processors[0], name).toBe('memory_limiter');
        expect(processors.at(-1), name).toBe('batch');
      }
    });

    it('limits memory below what the container has', () => {
      const { limit_mib: limit, spike_limit_mib: spike } = config.processors.memory_limiter as JsonMap;
      const garbage = Number.parseInt(environment(collector).GOMEMLIMIT as string, 10);
      expect(Number(limit)).toBeLessThan(Number(collector.Memory));
      expect(Number(spike)).toBeLessThan(Number(limit));
      expect(garbage).toBeLessThan(Number(collector.Memory));
    });

    it('has a pipeline for each signal that the application sends to it', () => {
      const sent = ['traces', 'metrics', 'logs'].filter(
        signal => environment(app)[`OTEL_${signal.toUpperCase()}_EXPORTER`] !== 'none',
      );
      const received = pipelines
        .filter(([, { receivers }]) => receivers.includes('otlp'))
        .map(([name]) => name.split('/')[0]);
      expect(received).toEqual(expect.arrayContaining(sent));
      // Another application may send its logs as well: they must not be refused.
      expect(received.sort()).toEqual(['logs', 'metrics', 'traces']);
    });

    it('listens where the application sends', () => {
      const { http } = (config.receivers.otlp as { protocols: { http: { endpoint: string } } }).protocols;
      const port = new URL(environment(app).OTEL_EXPORTER_OTLP_ENDPOINT as string).port;
      expect(http.endpoint).toBe(`127.0.0.1:${port}`);
    });

    it('sends its own metrics to itself, as often as the application does, as this task’s', () => {
      const { http } = (config.receivers.otlp as { protocols: { http: { endpoint: string } } }).protocols;
      const interval = '${env:METRIC_INTERVAL_MILLISECONDS}';
      expect(config.service.telemetry).toEqual({
        resource: { 'service.name': expect.any(String), 'service.instance.id': null },
        metrics: {
          readers: [
            {
              periodic: {
                interval,
                exporter: { otlp: { protocol: 'http/protobuf', endpoint: `http://${http.endpoint}` } },
              },
            },
          ],
        },
      });
      expect(Number(application.Parameters.MetricInterval?.Default)).toBeLessThanOrEqual(15_000);
    });

    it('retries what may arrive later, and keeps samples in order', () => {
      for (const [id, exporter] of Object.entries(config.exporters)) {
        if (id !== 'awsxray') expect(exporter, id).toHaveProperty('retry_on_failure');
        if (id.startsWith('prometheus')) expect(exporter?.remote_write_queue, id).toMatchObject({ num_consumers: 1 });
      }
    });

    it('makes the marker of a test searchable in X-Ray, on spans and resources', () => {
      const { indexed_attributes: indexed } = config.exporters.awsxray as { indexed_attributes: string[] };
      const [marker = '', ...more] = indexed;
      expect(marker).toMatch(/^\w+$/);
      expect(more).toEqual([`otel.resource.${marker}`]);
    });

    it('answers the health check that the container declares', () => {
      expect(collector.HealthCheck).toMatchObject({ Command: ['CMD', '/healthcheck'] });
      expect(config.service.extensions).toContain('health_check');
    });

    it('signs metrics for Prometheus, whatever the endpoint is called', () => {
      expect(config.extensions.sigv4auth).toEqual({ region: `\${env:AWS_REGION}`, service: 'aps' });
      for (const [id, exporter] of Object.entries(config.exporters)) {
        if (id.startsWith('prometheusremotewrite')) expect(exporter?.auth, id).toEqual({ authenticator: 'sigv4auth' });
      }
    });

    it('keeps series apart by instance, not by turning every resource attribute into a label', () => {
      expect(text).not.toContain('resource_to_telemetry_conversion');
      for (const [name, { processors }] of pipelines) {
        if (name.startsWith('metrics')) expect(processors, name).toContain('resource/instance');
      }
      expect(config.processors.resourcedetection).toEqual({ detectors: ['env', 'ecs'], override: false });
    });

    it('reads no environment variable that the container is not given', () => {
      const read = [...text.matchAll(/\$\{env:(\w+)\}/g)].map(([, name]) => name);
      expect(read.filter(name => name === undefined || !(name in environment(collector)))).toEqual([]);
    });
  });
});
