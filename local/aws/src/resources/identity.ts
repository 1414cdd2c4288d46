import { createHash } from 'node:crypto';
import type { PropertyType, ResourceSchema } from './catalog.ts';
import { wellKnown } from './well-known.ts';

/** Where a resource stands; together with `generation`, which counts replacements from 1, it seeds every made-up id. */
export interface ResourcePlace {
  region: string;
  account: string;
  stackName: string;
  stackId: string;
  logicalId: string;
  generation: number;
}

/** What the cloud says about a resource once it exists: `ref` is its physical id and what `Ref` yields. */
export interface Identity {
  ref: string;
  attributes: Record<string, unknown>;
}

/** The parts that identities are made of. */
export interface Clay extends ResourcePlace {
  properties: Readonly<Record<string, unknown>>;
  /** The user's name for it, or the one that CloudFormation makes up. */
  name: string;
  /** That many hexadecimal digits, always the same ones for the same purpose. */
  hex(digits: number, purpose?: string): string;
  uuid(purpose?: string): string;
  /** Twelve or so capital letters and digits, as CloudFormation ends the names that it makes. */
  random(length: number): string;
  arn(service: string, resource: string): string;
}

/** Makes up the identity of a resource from its schema; the same place always gets the same one. */
export function identify(
  type: string,
  schema: ResourceSchema,
  properties: Readonly<Record<string, unknown>>,
  place: ResourcePlace,
): Identity {
  const clay = makeClay(type, schema, properties, place);
  const known = wellKnown(type, clay);
  const id = known?.id ?? clay.name;
  const own = known?.attributes ?? {};
  const arn = own.Arn ?? fillArn(schema, type, clay, id);
  const answer = (attribute: string, kind: PropertyType): unknown =>
    own[attribute] ?? properties[attribute] ?? generic(attribute, kind, { schema, clay, id, arn: String(arn) });
  const attributes = Object.fromEntries(
    Object.entries(schema.attributes).map(([attribute, { type: kind }]) => [attribute, answer(attribute, kind)]),
  );
  return { ref: known?.ref ?? reference(schema, type, clay, { ...attributes, ...own }, id), attributes };
}

/** The property with which a user names a resource; undefined when the type has none. */
export function nameProperty(schema: ResourceSchema, type: string): string | undefined {
  const kind = type.split('::').at(-1) ?? '';
  const candidates = [NAME_PROPERTIES[type], `${kind}Name`, 'Name', `${kind}Identifier`];
  return candidates.find(name => name !== undefined && schema.properties[name]?.type.type === 'string');
}

/** The name that a user gave a resource, if it is one that nothing else in the region may have. */
export function customName(
  schema: ResourceSchema,
  type: string,
  properties: Readonly<Record<string, unknown>>,
): { property: string; value: string } | undefined {
  const property = nameProperty(schema, type);
  const value = property === undefined ? undefined : properties[property];
  const unique = UNIQUELY_NAMED.has(type) || schema.primaryIdentifier?.join() === property;
  return property !== undefined && typeof value === 'string' && unique ? { property, value } : undefined;
}

/** Types whose name is unique although it is not what identifies them. */
const UNIQUELY_NAMED = new Set([
  'AWS::ElasticLoadBalancingV2::LoadBalancer',
  'AWS::ElasticLoadBalancingV2::TargetGroup',
  'AWS::IAM::ManagedPolicy',
  'AWS::SecretsManager::Secret',
  'AWS::SNS::Topic',
  'AWS::SQS::Queue',
]);

/** Where the naming property is not called after the type. */
const NAME_PROPERTIES: Readonly<Record<string, string>> = {
  'AWS::ECS::TaskDefinition': 'Family',
  'AWS::EC2::SecurityGroup': 'GroupName',
  'AWS::KMS::Alias': 'AliasName',
  'AWS::Logs::SubscriptionFilter': 'FilterName',
};

function makeClay(
  type: string,
  schema: ResourceSchema,
  properties: Readonly<Record<string, unknown>>,
  place: ResourcePlace,
): Clay {
  const digest = (purpose: string) =>
    createHash('sha256').update(`${place.stackId}/${place.logicalId}/${place.generation}/${purpose}`).digest();
  const hex = (digits: number, purpose = 'id') => digest(purpose).toString('hex').slice(0, digits);
  const random = (length: number) =>
    [...digest('name')]
      .map(byte => LETTERS[byte % LETTERS.length])
      .join('')
      .slice(0, length);
  const named = nameProperty(schema, type);
  const given = named === undefined ? undefined : properties[named];
  return {
    ...place,
    properties,
    hex,
    random,
    name: typeof given === 'string' ? given : madeUpName(type, place, random),
    uuid: purpose => hex(32, purpose).replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5'),
    arn: (service, resource) =>
      `arn:aws:${service}:${GLOBAL.has(service) ? '' : place.region}:${place.account}:${resource}`,
  };
}

const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789';
const GLOBAL = new Set(['iam', 'cloudfront', 'route53']);

/** The longest names that a service takes, where CloudFormation has to shorten its own. */
const NAME_LIMITS: Readonly<Record<string, number>> = {
  'AWS::ElasticLoadBalancingV2::LoadBalancer': 32,
  'AWS::ElasticLoadBalancingV2::TargetGroup': 32,
  'AWS::IAM::Role': 64,
  'AWS::Lambda::Function': 64,
  'AWS::S3::Bucket': 63,
};

function madeUpName(type: string, place: ResourcePlace, random: (length: number) => string): string {
  const limit = NAME_LIMITS[type] ?? 255;
  const room = Math.floor((limit - 14) / 2);
  const name = `${place.stackName.slice(0, room)}-${place.logicalId.slice(0, room)}-${random(12)}`;
  return ['AWS::S3::Bucket', 'AWS::ECR::Repository'].includes(type) ? name.toLowerCase() : name;
}

function fillArn(schema: ResourceSchema, type: string, clay: Clay, id: string): string {
  const [, service = '', kind = ''] = type.split('::');
  if (schema.arnTemplate === undefined) return clay.arn(service.toLowerCase(), `${kind.toLowerCase()}/${id}`);
  return schema.arnTemplate.replace(/\$\{(\w+)\}/g, (_, variable: string) => {
    if (variable === 'Partition') return 'aws';
    if (variable === 'Region') return clay.region;
    if (variable === 'Account') return clay.account;
    if (variable.endsWith('WithPath')) return `${String(clay.properties.Path ?? '/').slice(1)}${clay.name}`;
    return variable.endsWith('WithoutLeadingSlash') ? id.replace(/^\//, '') : id.replace(/^alias\//, '');
  });
}

function reference(
  schema: ResourceSchema,
  type: string,
  clay: Clay,
  attributes: Readonly<Record<string, unknown>>,
  id: string,
): string {
  const parts = schema.cfnRefIdentifier ?? schema.primaryIdentifier;
  if (!parts) return id;
  const name = nameProperty(schema, type);
  return parts
    .map(part => String(clay.properties[part] ?? (part === name ? clay.name : (attributes[part] ?? id))))
    .join('|');
}

function generic(
  attribute: string,
  kind: PropertyType,
  { schema, clay, id, arn }: { schema: ResourceSchema; clay: Clay; id: string; arn: string },
): unknown {
  if (kind.type === 'integer' || kind.type === 'number') return 0;
  if (kind.type === 'boolean') return false;
  if (kind.type === 'array') return [];
  if (kind.type !== 'string') return {};
  if (/arn$/i.test(attribute)) return arn;
  if (schema.primaryIdentifier?.join() === attribute) return id;
  if (/(Address|Endpoint|DNSName|DomainName|Url)$/.test(attribute)) {
    const service = schema.cloudFormationType.split('::')[1]?.toLowerCase() ?? '';
    return `${clay.name.toLowerCase()}.${clay.hex(12)}.${clay.region}.${service}.amazonaws.com`;
  }
  return /Name$/.test(attribute) ? clay.name : `${attribute.toLowerCase()}-${clay.hex(12, attribute)}`;
}
