import {
  every,
  ignorance,
  isMap,
  negated,
  rendered,
  same,
  some,
  Token,
  type Truth,
  Unknown,
  type Value,
} from '../evaluation/values.ts';
import { items, type Network } from './network.ts';

/** One call that must pass an endpoint's policy. */
export interface Call {
  action: string;
  /** ARN of what it is about; `undefined` when it is about nothing in particular or not known. */
  resource: Value;
  /** The role that calls. */
  role: Value;
  /** What is called belongs to the account of the plan, as far as that is known. */
  ownAccount: boolean;
  /** AWS advises to allow it, but does not say that it takes this way. */
  isAdvised?: true;
}

/**
 * Whether an endpoint's policy lets a call pass. Without a policy all may.
 * https://docs.aws.amazon.com/vpc/latest/privatelink/vpc-endpoints-access.html
 */
export function passes(document: Value, call: Call, network: Network): Truth {
  if (document === undefined) return true;
  if (!isMap(document)) return ignorance(document) ?? new Unknown('the policy is no document');
  const statements = items(document.Statement);
  const judged = statements.map(statement => ({
    effect: isMap(statement) ? statement.Effect : undefined,
    applies: isMap(statement)
      ? appliesTo(statement, call, network)
      : (ignorance(statement) ?? new Unknown('a statement is not readable')),
  }));
  const of = (effect: string) =>
    some(judged.filter(one => one.effect === effect || one.effect === undefined).map(({ applies }) => applies));
  return every([of('Allow'), negated(some(judged.filter(one => one.effect === 'Deny').map(({ applies }) => applies)))]);
}

function appliesTo(statement: { readonly [key: string]: Value }, call: Call, network: Network): Truth {
  return every([
    statement.NotAction === undefined
      ? some(items(statement.Action).map(pattern => hasAction(pattern, call.action)))
      : negated(some(items(statement.NotAction).map(pattern => hasAction(pattern, call.action)))),
    statement.NotResource === undefined
      ? some(items(statement.Resource).map(pattern => hasResource(pattern, call.resource)))
      : new Unknown('the endpoint policy uses NotResource'),
    hasPrincipal(statement.Principal, call),
    every(conditions(statement.Condition, call, network)),
  ]);
}

function hasAction(pattern: Value, action: string): Truth {
  return typeof pattern === 'string'
    ? wildcard(pattern.toLowerCase()).test(action.toLowerCase())
    : (ignorance(pattern) ?? false);
}

/** Account ids and names that AWS gives are compared by what they stand for; whether they match others stays open. */
function hasResource(pattern: Value, resource: Value): Truth {
  if (pattern === '*') return true;
  const unknown = ignorance(pattern) ?? ignorance(resource);
  if (unknown) return unknown;
  if (resource === undefined) return new Unknown('what the call is about is not known');
  const [shape, name] = [rendered(pattern), rendered(resource)];
  if (wildcard(shape).test(name)) return true;
  const differ = new Unknown(`whether the endpoint policy's ${shape} holds ${name} is only known to AWS`);
  return isComparable(shape) && isComparable(name) && !wildcard(anyAccount(shape)).test(anyAccount(name))
    ? false
    : differ;
}

/** An account that is written out may be the one that is deployed to. */
function anyAccount(text: string): string {
  return text.replaceAll(/‹AWS::AccountId›|\b\d{12}\b/g, 'account');
}

/** Holds nothing that only AWS knows, but for the account's own id. */
function isComparable(text: string): boolean {
  return !text.replaceAll('‹AWS::AccountId›', '').includes('‹');
}

function wildcard(pattern: string): RegExp {
  const escaped = pattern.replaceAll(/[.+^${}()|[\]\\]/g, '\\$&');
  return new RegExp(`^${escaped.replaceAll('*', '.*').replaceAll('?', '.')}$`, 's');
}

function hasPrincipal(principal: Value, { role }: Call): Truth {
  if (principal === undefined || principal === '*') return true;
  if (!isMap(principal)) return ignorance(principal) ?? false;
  const open = new Unknown('whether a principal of the endpoint policy is the task is only known to AWS');
  return some(
    items(principal.AWS).map(one => {
      if (one === '*' || rendered(one) === '‹AWS::AccountId›') return true;
      if (/^arn:[\w-]+:iam::‹AWS::AccountId›:root$/.test(rendered(one))) return true;
      return same(one, role) === true ? true : one instanceof Token && role instanceof Token ? same(one, role) : open;
    }),
  );
}

/** https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html */
function conditions(block: Value, call: Call, network: Network): Truth[] {
  if (block === undefined) return [];
  if (!isMap(block)) return [ignorance(block) ?? new Unknown('a condition of the endpoint policy is not readable')];
  return Object.entries(block).flatMap(([operator, pairs]) =>
    Object.entries(isMap(pairs) ? pairs : {}).map(([key, wanted]) => {
      const actual = contextOf(key.toLowerCase(), call, network);
      const open = new Unknown(`condition ${operator} ${key} of the endpoint policy is only worked out by AWS`);
      if (actual === undefined) return open;
      const found = some(items(wanted).map(one => (rendered(one) === rendered(actual) ? true : same(one, actual))));
      if (/^(StringEquals|StringLike|ArnEquals|ArnLike|Bool)(IfExists)?$/.test(operator)) return found;
      return /^(StringNotEquals|StringNotLike|ArnNotEquals|ArnNotLike)(IfExists)?$/.test(operator)
        ? negated(found)
        : open;
    }),
  );
}

function contextOf(key: string, { role, ownAccount }: Call, network: Network): Value {
  switch (key) {
    case 'aws:principalaccount':
      return new Token(undefined, 'AWS::AccountId');
    case 'aws:resourceaccount':
      return ownAccount ? new Token(undefined, 'AWS::AccountId') : undefined;
    case 'aws:requestedregion':
      return network.region;
    case 'aws:securetransport':
      return 'true';
    case 'aws:principalarn':
      return role;
    default:
      return undefined;
  }
}
