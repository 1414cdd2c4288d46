import { evaluate } from '../evaluation/evaluate.ts';
import type { Scope } from '../evaluation/scope.ts';
import { every, isList, isMap, negated, same, some, type Truth, Unknown, type Value } from '../evaluation/values.ts';
import { functionOf } from './rule-functions.ts';

/**
 * Whether a rule's condition or assertion holds, before anything is deployed. What asks the account for its resources
 * (`Fn::RefAll`, `Fn::ValueOf`, `Fn::ValueOfAll`) is left for CloudFormation to judge, and so is what its documentation is
 * silent about.
 */
export function holds(expression: unknown, scope: Scope): Truth {
  const [name, argument] = functionOf(expression) ?? [];
  const items: readonly unknown[] = Array.isArray(argument) ? argument : [];
  const value = (index: number) => operand(items[index], scope);
  switch (name) {
    case 'Fn::And':
      return every(items.map(item => holds(item, scope)));
    case 'Fn::Or':
      return some(items.map(item => holds(item, scope)));
    case 'Fn::Not':
      return negated(holds(items[0], scope));
    case 'Fn::Equals':
      return equal(value(0), value(1));
    case 'Fn::Contains':
      return agreed(readings(items[0], scope).map(list => anyOf(list, value(1))));
    case 'Fn::EachMemberEquals':
      return agreed(readings(items[0], scope).map(list => every(members(list).map(member => equal(member, value(1))))));
    case 'Fn::EachMemberIn': {
      const sets = readings(items[1], scope);
      const isIn = (list: Value, set: Value) => every(members(list).map(member => anyOf(set, member)));
      return agreed(readings(items[0], scope).flatMap(list => sets.map(set => isIn(list, set))));
    }
    default:
      return new Unknown(`\`${name}\` is only worked out by AWS`);
  }
}

function operand(expression: unknown, scope: Scope): Value {
  const name = functionOf(expression)?.[0];
  if (Array.isArray(expression)) return expression.map(item => operand(item, scope));
  if (name === undefined || name === 'Ref') return evaluate(expression, scope);
  const truth = holds(expression, scope);
  return truth instanceof Unknown ? truth : String(truth);
}

/**
 * A list as it may be understood: whether a list parameter that is given nothing has no member or an empty one is not
 * documented, so that what differs between them is left for CloudFormation.
 */
function readings(expression: unknown, scope: Scope): readonly Value[] {
  const value = operand(expression, scope);
  const isNothing = isList(value) && value.length === 1 && value[0] === '';
  return isNothing && functionOf(expression)?.[0] === 'Ref' ? [[], value] : [value];
}

function agreed(truths: readonly Truth[]): Truth {
  const [first] = truths;
  if (first !== undefined && truths.every(truth => truth === first)) return first;
  return new Unknown('only AWS says whether a list of nothing has a member');
}

function anyOf(list: Value, wanted: Value): Truth {
  return some(members(list).map(member => equal(member, wanted)));
}

function members(value: Value): readonly Value[] {
  return isList(value) ? value : [value];
}

function equal(a: Value, b: Value): Truth {
  if (isComposite(a) || isComposite(b)) return new Unknown('only AWS says how it compares lists');
  // `1.10` and `1.1`, or `007` and `7`: a number or a text, that depends on who reads the template.
  if (typeof a === 'string' && typeof b === 'string' && a !== b && isNumber(a) && Number(a) === Number(b))
    return new Unknown(`only AWS says whether ${a} is ${b}`);
  return same(a, b);
}

function isComposite(value: Value): boolean {
  return value === undefined || isList(value) || isMap(value);
}

function isNumber(text: string): boolean {
  return text.trim() !== '' && !Number.isNaN(Number(text));
}
