import { evaluate, type Scope, templateError } from './intrinsics.ts';
import { type Dict, formatError, isDict } from './template.ts';

const LANGUAGE_EXTENSIONS = 'AWS::LanguageExtensions';

/** The transforms that a template's text asks for, in order. */
export function declaredTransforms(source: Dict): string[] {
  return [source.Transform ?? []].flat().map(item => (isDict(item) ? String(item.Name) : String(item)));
}

/**
 * Runs the transforms of a template; only AWS::LanguageExtensions exists here. `scope` reaches parameters and mappings.
 * `Fn::ForEach` is unrolled; what else the transform brings is computed where it stands ("AWS::LanguageExtensions
 * transform", AWS CloudFormation Template Reference).
 */
export function runTransforms(source: Dict, scope: Scope): Dict {
  const other = declaredTransforms(source).filter(name => name !== LANGUAGE_EXTENSIONS);
  if (other.length > 0) {
    throw formatError(
      `the local AWS runs no transform but ${LANGUAGE_EXTENSIONS}; the template asks for [${other.join(', ')}]`,
    );
  }
  return scope.extended ? (unroll(source, {}, scope) as Dict) : source;
}

/** Whether a template asks for AWS::LanguageExtensions. */
export function isExtended(source: Dict): boolean {
  return declaredTransforms(source).includes(LANGUAGE_EXTENSIONS);
}

type Bindings = Readonly<Record<string, string>>;

/** Replaces every `Fn::ForEach::Name: [variable, collection, fragment]` by its copies, inner loops within outer ones. */
function unroll(value: unknown, bindings: Bindings, scope: Scope): unknown {
  if (typeof value === 'string') return fill(value, bindings);
  if (Array.isArray(value)) return value.map(item => unroll(item, bindings, scope));
  if (!isDict(value)) return value;
  if (typeof value.Ref === 'string' && Object.hasOwn(bindings, value.Ref)) return bindings[value.Ref];
  const members: [string, unknown][] = [];
  for (const [key, item] of Object.entries(value)) {
    if (!key.startsWith('Fn::ForEach::')) {
      members.push([fill(key, bindings), unroll(item, bindings, scope)]);
      continue;
    }
    const [variable, collection, fragment] = Array.isArray(item) ? item : [];
    if (typeof variable !== 'string' || !isDict(fragment)) throw templateError(`${key} could not be resolved`);
    for (const element of elements(key, unroll(collection, bindings, scope), scope)) {
      const copy = unroll(fragment, { ...bindings, [variable]: element }, scope);
      for (const [name, content] of Object.entries(copy as Dict)) {
        if (members.some(([taken]) => taken === name)) throw templateError(`${key} makes ${name} twice`);
        members.push([name, content]);
      }
    }
  }
  return Object.fromEntries(members);
}

function elements(key: string, collection: unknown, scope: Scope): string[] {
  const values = evaluate(collection, scope);
  if (!Array.isArray(values)) throw templateError(`${key} needs a list, or a parameter that holds one`);
  return values.flat().map(String);
}

/** `${Variable}` is the element itself, `&{Variable}` the element without what a logical id may not contain. */
function fill(text: string, bindings: Bindings): string {
  return text.replace(/([$&])\{([A-Za-z0-9]+)\}/g, (whole, sign: string, name: string) => {
    const element = Object.hasOwn(bindings, name) ? bindings[name] : undefined;
    if (element === undefined) return whole;
    return sign === '$' ? element : element.replace(/[^A-Za-z0-9]/g, '');
  });
}
