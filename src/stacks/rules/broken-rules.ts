import type { Combination } from '../combinations/combination.ts';
import { evaluate } from '../evaluation/evaluate.ts';
import { changingMacro } from '../evaluation/hidden-resources.ts';
import type { Scope } from '../evaluation/scope.ts';
import { described, isList, Unknown, type Value } from '../evaluation/values.ts';
import { isRecord } from '../json-values.ts';
import { alternatives, settingOf, sourceWords } from '../origins.ts';
import type { PlannedStack } from '../plan.ts';
import { referred } from './rule-functions.ts';
import { holds } from './rule-truth.ts';

/**
 * The assertions of a template's `Rules` that these values make false, as CloudFormation would find when it comes to the
 * stack: what is not known yet breaks no rule.
 *
 * https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/rules-section-structure.html
 */
export function brokenRules(scope: Scope, stacks: readonly PlannedStack[]): Combination[] {
  const { template } = scope.stack;
  if (changingMacro(template.value) !== undefined) return [];
  const rules = isRecord(template.value.Rules) ? template.value.Rules : {};
  return Object.entries(rules).flatMap(([name, rule]) => {
    if (!isRecord(rule) || !Array.isArray(rule.Assertions)) return [];
    if (rule.RuleCondition !== undefined && holds(rule.RuleCondition, scope) !== true) return [];
    return rule.Assertions.flatMap((assertion: unknown, index): Combination[] => {
      if (!isRecord(assertion) || holds(assertion.Assert, scope) !== false) return [];
      const names = referred([rule.RuleCondition, assertion.Assert]);
      const place = template.place(['Rules', name, 'Assertions', index]);
      return [{ ...broken(name, assertion.AssertDescription, names, scope, stacks), place }];
    });
  });
}

function broken(
  rule: string,
  description: unknown,
  names: readonly string[],
  scope: Scope,
  stacks: readonly PlannedStack[],
): Combination {
  const { stack } = scope;
  const parameters = names.filter(name => Object.hasOwn(stack.template.parameters, name));
  const says = typeof description === 'string' ? description.trim().replaceAll(/\s+/g, ' ') : 'an assertion is false';
  const settings = parameters.map(name => settingOf(name, stack, stacks));
  return {
    stack: stack.shortName,
    parameters,
    what: `Rule \`${rule}\` of stack \`${stack.shortName}\` does not hold: ${says}`,
    seen: names.map(name => sight(name, scope, stacks)).join(', '),
    fix: parameters.length > 0 ? `Change ${alternatives(settings)}` : 'Change what the rule asks for',
  };
}

/** A parameter with its value, and where that comes from. */
function sight(name: string, scope: Scope, stacks: readonly PlannedStack[]): string {
  const { stack } = scope;
  const declaration = stack.template.parameters[name];
  const text = declaration?.noEcho ? 'a NoEcho value' : words(evaluate({ Ref: name }, scope));
  return `\`${name}\` ${text}${declaration ? ` (${sourceWords(name, stack, stacks)})` : ''}`;
}

function words(value: Value): string {
  if (value instanceof Unknown) return 'not known yet';
  const isEmpty = value === '' || (isList(value) && value.every(item => item === ''));
  return isEmpty ? 'empty' : described(value);
}
