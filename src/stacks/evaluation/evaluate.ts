import { isRecord } from '../json-values.ts';
import { attributeOf, partition, urlSuffix } from './attributes.ts';
import { parseCidr, subdivide } from './cidr.ts';
import type { Scope } from './scope.ts';
import {
  concatenate,
  every,
  isList,
  isMap,
  NoRoom,
  negated,
  rendered,
  same,
  some,
  split,
  Token,
  type Truth,
  Unknown,
  type Value,
} from './values.ts';

/**
 * What an expression yields before anything is deployed. Functions as in
 * https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/intrinsic-function-reference.html
 */
export function evaluate(expression: unknown, scope: Scope): Value {
  if (expression === null || expression === undefined) return undefined;
  if (Array.isArray(expression))
    return expression.map(item => evaluate(item, scope)).filter(item => item !== undefined);
  if (!isRecord(expression)) return String(expression);
  const entries = Object.entries(expression);
  const [name, argument] = entries[0] ?? [];
  if (entries.length === 1 && name !== undefined) {
    const work = name === 'Ref' ? reference : name === 'Condition' ? named : FUNCTIONS[name];
    if (work && (name !== 'Condition' || typeof argument === 'string')) return work(argument, scope);
    if (name.startsWith('Fn::')) return new Unknown(`\`${name}\` is only worked out by AWS`);
  }
  return Object.fromEntries(entries.map(([key, item]) => [key, evaluate(item, scope)]));
}

type Work = (argument: unknown, scope: Scope) => Value;

const FUNCTIONS: Readonly<Record<string, Work>> = {
  'Fn::GetAtt': attribute,
  'Fn::Sub': substitute,
  'Fn::Join': (argument, scope) => join(listed(argument), scope),
  'Fn::Split': (argument, scope) => {
    const [separator, text] = listed(argument);
    return split(evaluate(text, scope), String(separator));
  },
  'Fn::Select': (argument, scope) => select(listed(argument), scope),
  'Fn::If': (argument, scope) => choose(listed(argument), scope),
  'Fn::FindInMap': (argument, scope) => findInMap(listed(argument), scope),
  'Fn::ImportValue': (argument, scope) => scope.imported(evaluate(argument, scope)),
  'Fn::Cidr': (argument, scope) => ranges(listed(argument), scope),
  'Fn::Equals': (argument, scope) => {
    const [left, right] = listed(argument).map(item => evaluate(item, scope));
    return spoken(same(left, right));
  },
  'Fn::Not': (argument, scope) => spoken(negated(every(truths(argument, scope)))),
  'Fn::And': (argument, scope) => spoken(every(truths(argument, scope))),
  'Fn::Or': (argument, scope) => spoken(some(truths(argument, scope))),
};

function listed(argument: unknown): unknown[] {
  return Array.isArray(argument) ? argument : [argument];
}

function spoken(truth: Truth): Value {
  return truth instanceof Unknown ? truth : String(truth);
}

function truths(argument: unknown, scope: Scope): Truth[] {
  return listed(argument).map(item => {
    const value = evaluate(item, scope);
    return value === 'true'
      ? true
      : value === 'false'
        ? false
        : unknownOf(value, 'a condition is neither true nor false');
  });
}

function unknownOf(value: Value, otherwise: string): Unknown {
  return value instanceof Unknown ? value : new Unknown(otherwise);
}

function named(argument: unknown, scope: Scope): Value {
  return spoken(scope.condition(String(argument)));
}

function reference(argument: unknown, scope: Scope): Value {
  const name = String(argument);
  if (!name.startsWith('AWS::')) {
    const resource = scope.resources.get(name);
    return resource ? attributeOf(resource, 'Ref', scope.region) : scope.parameter(name);
  }
  switch (name) {
    case 'AWS::Region':
      return scope.region;
    case 'AWS::StackName':
      return scope.stack.stackName;
    case 'AWS::Partition':
      return partition(scope.region);
    case 'AWS::URLSuffix':
      return urlSuffix(scope.region);
    case 'AWS::NoValue':
      return undefined;
    case 'AWS::AccountId':
      return new Token(undefined, name);
    default:
      return new Unknown(`\`${name}\` is only known to AWS`);
  }
}

function attribute(argument: unknown, scope: Scope): Value {
  const [id, ...rest] = (Array.isArray(argument) ? argument : String(argument).split('.')).map(part =>
    rendered(evaluate(part, scope)),
  );
  const resource = scope.resources.get(id ?? '');
  return resource
    ? attributeOf(resource, rest.join('.'), scope.region)
    : new Unknown(`resource \`${id}\` is not in the template`);
}

function substitute(argument: unknown, scope: Scope): Value {
  const [text, given] = listed(argument);
  const own = isRecord(given) ? given : {};
  const pieces = String(text).split(/(\$\{[^}]*\})/);
  return concatenate(
    pieces.map(piece => {
      const name = /^\$\{(.*)\}$/.exec(piece)?.[1]?.trim();
      if (name === undefined) return piece;
      if (name.startsWith('!')) return `\${${name.slice(1)}}`;
      if (name in own) return evaluate(own[name], scope);
      return name.includes('.') ? attribute(name, scope) : reference(name, scope);
    }),
  );
}

function join([separator, items]: unknown[], scope: Scope): Value {
  const values = evaluate(items, scope);
  if (!isList(values)) return unknownOf(values, '`Fn::Join` is given no list');
  return concatenate(values.flatMap((value, index) => (index === 0 ? [value] : [String(separator), value])));
}

function select([index, items]: unknown[], scope: Scope): Value {
  const [at, values] = [evaluate(index, scope), evaluate(items, scope)];
  if (!isList(values)) return unknownOf(values, '`Fn::Select` is given no list');
  return typeof at === 'string' ? values[Number(at)] : unknownOf(at, '`Fn::Select` is given no number');
}

function choose([condition, yes, no]: unknown[], scope: Scope): Value {
  const truth = scope.condition(String(condition));
  if (!(truth instanceof Unknown)) return evaluate(truth ? yes : no, scope);
  const [first, second] = [evaluate(yes, scope), evaluate(no, scope)];
  return same(first, second) === true ? first : new Unknown(`condition \`${condition}\` is open: ${truth.why}`);
}

function findInMap([map, ...keys]: unknown[], scope: Scope): Value {
  const { Mappings } = scope.stack.template.value;
  let found: unknown = isRecord(Mappings) ? Mappings : {};
  for (const step of [map, ...keys.slice(0, 2)]) {
    const key = evaluate(step, scope);
    if (typeof key !== 'string') return unknownOf(key, 'the key of a mapping is only known to AWS');
    found = isRecord(found) ? found[key] : undefined;
  }
  if (found !== undefined) return evaluate(found, scope);
  const fallback = isRecord(keys[2]) && 'DefaultValue' in keys[2] ? keys[2].DefaultValue : undefined;
  return fallback === undefined ? new Unknown(`mapping \`${map}\` has no such key`) : evaluate(fallback, scope);
}

function ranges([block, count, bits]: unknown[], scope: Scope): Value {
  const [text, number, hostBits] = [block, count, bits].map(item => evaluate(item, scope));
  if (typeof text !== 'string') return unknownOf(text, 'an address range is only known to AWS');
  if (isMap(number) || typeof number !== 'string' || typeof hostBits !== 'string')
    return new Unknown('`Fn::Cidr` is given no numbers');
  const [parts, size] = [Number(number), Number(hostBits)];
  const found = subdivide(text, parts, size);
  if (found) return found;
  const isMeant = parseCidr(text) && parts > 0 && size > 0 && size <= 32;
  return isMeant ? new NoRoom(text, parts, size, block) : new Unknown(`\`Fn::Cidr\` does not fit into ${text}`);
}
