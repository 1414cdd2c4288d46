import { validationError } from '../wire/aws-error.ts';
import { evaluate, type Scope, templateError } from './intrinsics.ts';
import { type Dict, isDict, type Template } from './template.ts';

/** Checks the template's Rules section ("CloudFormation template Rules syntax"); throws for the first assertion that is false. */
export function checkRules(template: Template, scope: Scope): void {
  for (const [name, rule] of Object.entries(template.rules)) {
    if (!isDict(rule)) throw templateError(`Rule ${name} is malformed`);
    checkFunctions(name, rule);
    if (rule.RuleCondition !== undefined && !holds(rule.RuleCondition, scope)) continue;
    for (const assertion of [rule.Assertions ?? []].flat()) {
      const { Assert: claim, AssertDescription: description } = assertion as Dict;
      if (!holds(claim, scope))
        throw validationError(`Rule ${name} failed: ${String(description ?? 'an assertion is false')}`);
    }
  }
}

/** All that a rule is made of ("Rule functions", AWS CloudFormation Template Reference). */
const FUNCTIONS = new Set(
  ['And', 'Or', 'Not', 'Equals', 'Contains', 'EachMemberEquals', 'EachMemberIn', 'RefAll', 'ValueOf', 'ValueOfAll'].map(
    name => `Fn::${name}`,
  ),
);

/** Public reports show that CloudFormation refuses other functions in rules, also those that conditions have. */
function checkFunctions(rule: string, value: unknown): void {
  if (Array.isArray(value)) for (const item of value) checkFunctions(rule, item);
  if (!isDict(value)) return;
  for (const [key, item] of Object.entries(value)) {
    if (key === 'Condition' || (key.startsWith('Fn::') && !FUNCTIONS.has(key)))
      throw templateError(`Rule ${rule} uses ${key}, which is no function of rules`);
    checkFunctions(rule, item);
  }
}

/** The functions that exist in rules only come first; the rest are those of conditions. */
function holds(value: unknown, scope: Scope): boolean {
  const [name, argument] = isDict(value) ? (Object.entries(value)[0] ?? []) : [];
  const items = Array.isArray(argument) ? argument : [];
  switch (name) {
    case 'Fn::And':
      return items.every(item => holds(item, scope));
    case 'Fn::Or':
      return items.some(item => holds(item, scope));
    case 'Fn::Not':
      return !holds(items[0], scope);
    case 'Fn::Contains': {
      const [list, member] = values(items, scope);
      return (list ?? []).includes(member?.[0] ?? '');
    }
    case 'Fn::EachMemberIn': {
      const [members, list] = values(items, scope);
      return (members ?? []).every(member => list?.includes(member));
    }
    case 'Fn::EachMemberEquals': {
      const [members, single] = values(items, scope);
      return (members ?? []).every(member => member === single?.[0]);
    }
    default:
      return String(evaluate(value, scope)) === 'true';
  }
}

function values(items: readonly unknown[], scope: Scope): string[][] {
  return items.map(item => [evaluate(item, scope)].flat().map(String));
}
