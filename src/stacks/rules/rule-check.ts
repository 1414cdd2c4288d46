import type { Fault, Place } from '../../runner/fault.ts';
import { suggest } from '../../runner/suggest.ts';
import { hasTransform } from '../capabilities.ts';
import { isRecord } from '../json-values.ts';
import type { PathStep } from '../source-document.ts';
import { functionOf, RULE_FUNCTIONS } from './rule-functions.ts';

/**
 * What is wrong with the `Rules` of a template as far as its text tells. CloudFormation's own validation takes neither
 * `Fn::If` nor `Condition` there (aws-cloudformation/cloudformation-coverage-roadmap#921 and #1183), and documents that rules
 * are made of rule functions and `Ref` alone. A template with a transform is left alone, which may change them.
 *
 * https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/rules-section-structure.html
 */
export function malformedRules(
  template: Readonly<Record<string, unknown>>,
  place: (path: readonly PathStep[]) => Place,
): Fault[] {
  const { Rules, Parameters } = template;
  if (Rules === undefined || hasTransform(template)) return [];
  if (!isRecord(Rules)) {
    return [
      { what: '`Rules` must be a mapping', fix: 'Add at least one entry, or remove it', place: place(['Rules']) },
    ];
  }
  const parameters = isRecord(Parameters) ? Object.keys(Parameters) : [];
  return Object.entries(Rules).flatMap(([name, rule]) => {
    const path = ['Rules', name];
    if (!isRecord(rule) || !Array.isArray(rule.Assertions) || rule.Assertions.length === 0) {
      const what = `Rule \`${name}\` has no \`Assertions\``;
      return [{ what, fix: 'Give it a list, each item with `Assert` and `AssertDescription`', place: place(path) }];
    }
    const check = (expression: unknown, at: PathStep[]) =>
      [...misfits(expression, at), ...misuses(expression, at, parameters)].map(({ path: step, ...misuse }) => ({
        ...misuse,
        what: `Rule \`${name}\` ${misuse.what}`,
        place: place(step),
      }));
    return [
      ...(rule.RuleCondition === undefined ? [] : check(rule.RuleCondition, [...path, 'RuleCondition'])),
      ...rule.Assertions.flatMap((assertion: unknown, index) => {
        const at = [...path, 'Assertions', index];
        if (isRecord(assertion) && assertion.Assert !== undefined) return check(assertion.Assert, [...at, 'Assert']);
        const fix = 'Give it a rule function, such as `Assert: !Equals [!Ref P, x]`';
        return [{ what: `An assertion of rule \`${name}\` has no \`Assert\``, fix, place: place(at) }];
      }),
    ];
  });
}

interface Misuse {
  what: string;
  seen?: string;
  fix: string;
  path: PathStep[];
}

/** What may be true or false: a rule function that gives that, or a value that may be the word for it. */
const MAY_BE_TRUE = new Set(
  ['And', 'Or', 'Not', 'Equals', 'Contains', 'EachMemberEquals', 'EachMemberIn', 'ValueOf'].map(name => `Fn::${name}`),
).add('Ref');

/**
 * What stands where true or false must come out, and cannot: "the final result of a rule condition or assertion must be
 * either true or false". Whether AWS takes the words themselves, or a `Ref` to one, is not documented: they are left to it.
 */
function* misfits(expression: unknown, path: PathStep[]): Generator<Misuse> {
  const found = functionOf(expression);
  const [name, argument] = found ?? [];
  if (name !== undefined && Object.hasOwn(RULE_FUNCTIONS, name) && !MAY_BE_TRUE.has(name)) {
    yield { what: `asks for true or false, which \`${name}\` does not give`, fix: A_TRUTH, path };
  } else if (!found && !/^(true|false)$/i.test(String(expression))) {
    yield { what: 'asks for true or false where none can come out', seen: kindOf(expression), fix: A_TRUTH, path };
  }
  if (!/^Fn::(And|Or|Not)$/.test(name ?? '') || !Array.isArray(argument)) return;
  for (const [index, item] of argument.entries()) yield* misfits(item, [...path, name ?? '', index]);
}

const A_TRUTH = 'Give one rule function, such as `!Equals [!Ref P, x]`';

function kindOf(expression: unknown): string {
  if (Array.isArray(expression)) return 'a list';
  if (!isRecord(expression)) return expression === null ? 'nothing' : `\`${String(expression)}\``;
  const keys = Object.keys(expression);
  return keys.length === 0 ? 'an empty mapping' : `a mapping with ${keys.map(key => `\`${key}\``).join(' and ')}`;
}

function* misuses(expression: unknown, path: PathStep[], parameters: readonly string[]): Generator<Misuse> {
  const found = functionOf(expression);
  if (found?.[0] === 'Ref') {
    const name = String(found[1]);
    if (!name.startsWith('AWS::') && !parameters.includes(name))
      yield { what: `refers to parameter \`${name}\`, which is not defined`, fix: suggest(name, parameters), path };
    return;
  }
  if (found) {
    const [name, argument] = found;
    if (!Object.hasOwn(RULE_FUNCTIONS, name)) {
      const bare = Object.keys(RULE_FUNCTIONS).map(known => known.replace('Fn::', ''));
      const fix = suggest(name.replace('Fn::', ''), bare).replaceAll(/`(\w+)`/g, '`Fn::$1`');
      yield { what: `uses \`${name}\`, which is no function of rules`, fix, path };
      return;
    }
    const [least, most] = RULE_FUNCTIONS[name] ?? [];
    const count = Array.isArray(argument) ? argument.length : 0;
    if (least !== undefined && most !== undefined && (count < least || count > most)) {
      const takes = least === most ? `${least}` : `${least} to ${most}`;
      const seen = Array.isArray(argument) ? `${count}` : 'no list';
      yield { what: `uses \`${name}\` with a wrong number of arguments`, seen, fix: `Give a list of ${takes}`, path };
    }
  }
  const inner = typeof expression === 'object' && expression !== null ? Object.entries(expression) : [];
  for (const [step, item] of inner) yield* misuses(item, [...path, step], parameters);
}
