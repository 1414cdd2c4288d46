import type { PropertySchema, PropertyType, ResourceCatalog } from './catalog.ts';

/** Why a resource could not be made, changed or removed, in the words of the event that says so. */
export class ResourceFailure extends Error {
  override readonly name = 'ResourceFailure';
}

/**
 * Checks resolved properties against the type's schema. The result has its scalars in the schema's kinds ("5" → 5 for an
 * integer), as CloudFormation passes them on; `problems` holds one line for each violation.
 */
export function coerceProperties(
  catalog: ResourceCatalog,
  type: string,
  properties: Record<string, unknown>,
): { properties: Record<string, unknown>; problems: string[] } {
  const problems: string[] = [];
  return { properties: checkMembers(catalog, catalog.schema(type).properties, properties, '#', problems), problems };
}

/** The coerced properties; throws `ResourceFailure` when the schema is violated. */
export function checkProperties(
  catalog: ResourceCatalog,
  type: string,
  logicalId: string,
  given: Record<string, unknown>,
): Record<string, unknown> {
  const { properties, problems } = coerceProperties(catalog, type, given);
  if (problems.length === 0) return properties;
  throw new ResourceFailure(
    `Properties validation failed for resource ${logicalId} with message:\n${problems.join('\n')}`,
  );
}

function checkMembers(
  catalog: ResourceCatalog,
  members: Readonly<Record<string, PropertySchema>>,
  value: Record<string, unknown>,
  path: string,
  problems: string[],
): Record<string, unknown> {
  for (const [name, { required }] of Object.entries(members)) {
    if (required && value[name] === undefined) problems.push(`${path}: required key [${name}] not found`);
  }
  const result: Record<string, unknown> = {};
  for (const [name, item] of Object.entries(value)) {
    const member = Object.hasOwn(members, name) ? members[name] : undefined;
    if (member) result[name] = checkValue(catalog, member.type, item, `${path}/${name}`, problems);
    else problems.push(`${path}: extraneous key [${name}] is not permitted`);
  }
  return result;
}

function checkValue(
  catalog: ResourceCatalog,
  type: PropertyType,
  value: unknown,
  path: string,
  problems: string[],
): unknown {
  const wrong = (expected: string) => {
    problems.push(`${path}: expected type: ${expected}, found: ${kindOf(value)}`);
    return value;
  };
  switch (type.type) {
    case 'string':
      if (typeof value === 'object') return wrong('String');
      if (type.allowedValues && !type.allowedValues.includes(String(value))) {
        problems.push(`${path}: ${String(value)} is not a valid enum value`);
      }
      return String(value);
    case 'integer':
    case 'number': {
      const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
      if (typeof number !== 'number' || Number.isNaN(number))
        return wrong(type.type === 'integer' ? 'Integer' : 'Number');
      return type.type === 'number' || Number.isInteger(number) ? number : wrong('Integer');
    }
    case 'boolean':
      return typeof value === 'boolean'
        ? value
        : value === 'true' || value === 'false'
          ? value === 'true'
          : wrong('Boolean');
    case 'array':
      if (!Array.isArray(value)) return wrong('JSONArray');
      return value.map((item, index) => checkValue(catalog, type.element, item, `${path}/${index}`, problems));
    case 'map':
      if (!isObject(value)) return wrong('JSONObject');
      return Object.fromEntries(
        Object.entries(value).map(([key, item]) => [
          key,
          checkValue(catalog, type.element, item, `${path}/${key}`, problems),
        ]),
      );
    case 'ref':
      return isObject(value)
        ? checkMembers(catalog, catalog.membersOf(type) ?? {}, value, path, problems)
        : wrong('JSONObject');
    case 'tag':
      return isObject(value) ? checkMembers(catalog, TAG, value, path, problems) : wrong('JSONObject');
    case 'union':
      return checkUnion(catalog, type.types, value, path, problems);
    default:
      // json, date-time and null: free-form.
      return value;
  }
}

/** The first alternative that fits counts; when none does, the problems of the first are shown. */
function checkUnion(
  catalog: ResourceCatalog,
  types: readonly PropertyType[],
  value: unknown,
  path: string,
  problems: string[],
): unknown {
  let first: string[] | undefined;
  for (const type of types) {
    const found: string[] = [];
    const checked = checkValue(catalog, type, value, path, found);
    if (found.length === 0) return checked;
    first ??= found;
  }
  problems.push(...(first ?? []));
  return value;
}

const TAG: Readonly<Record<string, PropertySchema>> = {
  Key: { type: { type: 'string' }, required: true },
  Value: { type: { type: 'string' }, required: true },
};

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function kindOf(value: unknown): string {
  if (value === null) return 'Null';
  if (Array.isArray(value)) return 'JSONArray';
  return (
    { string: 'String', number: 'Number', boolean: 'Boolean', object: 'JSONObject' }[typeof value as string] ??
    typeof value
  );
}
