import { loadAwsServiceSpecSync } from '@aws-cdk/aws-service-spec';
import type { Json, JsonMap } from './templates.ts';
import { intrinsic, isMap } from './walk.ts';

const spec = loadAwsServiceSpecSync();

export function schemaOf(type: string) {
  return spec.lookup('resource', 'cloudFormationType', 'equals', type)[0];
}

type Property = NonNullable<ReturnType<typeof schemaOf>>['properties'][string];
type PropertyType = Property['type'];

export function checkProperties(value: JsonMap, properties: Record<string, Property>, path: string): string[] {
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
