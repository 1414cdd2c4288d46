/**
 * All that a rule may use beside `Ref`, and how many arguments each takes at least and at most; one that takes no list has
 * none. https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference-rules.html
 */
export const RULE_FUNCTIONS: Readonly<Record<string, readonly [least: number, most: number] | undefined>> = {
  'Fn::And': [2, 10],
  'Fn::Or': [2, 10],
  'Fn::Not': [1, 1],
  'Fn::Equals': [2, 2],
  'Fn::Contains': [2, 2],
  'Fn::EachMemberEquals': [2, 2],
  'Fn::EachMemberIn': [2, 2],
  'Fn::RefAll': undefined,
  'Fn::ValueOf': [2, 2],
  'Fn::ValueOfAll': [2, 2],
};

/** A function's name and argument: a mapping of just that. Other functions than those of rules are told too. */
export function functionOf(expression: unknown): [name: string, argument: unknown] | undefined {
  if (typeof expression !== 'object' || expression === null || Array.isArray(expression)) return undefined;
  const [entry, ...more] = Object.entries(expression);
  if (entry === undefined || more.length > 0) return undefined;
  return /^(Ref|Condition|Fn::.*)$/.test(entry[0]) ? entry : undefined;
}

/** The names that `Ref` takes anywhere in an expression, once each. */
export function referred(expression: unknown): string[] {
  const [name, argument] = functionOf(expression) ?? [];
  if (name === 'Ref') return typeof argument === 'string' ? [argument] : [];
  const inner = typeof expression === 'object' && expression !== null ? Object.values(expression) : [];
  return [...new Set(inner.flatMap(referred))];
}
