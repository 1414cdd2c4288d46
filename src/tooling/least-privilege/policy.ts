import { matchesGlob } from './glob.ts';

/** A statement of a policy document, as IAM takes it. */
export interface Statement {
  Sid?: string;
  Effect: string;
  Action?: string | readonly string[];
  NotAction?: string | readonly string[];
  Resource?: string | readonly string[];
  Principal?: unknown;
  Condition?: Readonly<Record<string, Readonly<Record<string, string | readonly string[]>>>>;
}

export interface PolicyDocument {
  Version: string;
  Statement: readonly Statement[];
}

/** What somebody wants to do. */
export interface Request {
  action: string;
  /** An ARN, or `*` where the action knows no resources. */
  resource: string;
  /** Values of condition keys. */
  context: Readonly<Record<string, string>>;
}

/**
 * Whether policies of an identity allow a request: some statement does, and none denies it. Boundaries, policies of resources
 * and of organizations are not looked at.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
 *
 * @throws Error for an operator that it does not know, so that none is taken for fulfilled or not
 */
export function isAllowed(policies: readonly PolicyDocument[], request: Request): boolean {
  const that = policies.flatMap(({ Statement }) => Statement).filter(statement => applies(statement, request));
  return that.some(({ Effect }) => Effect === 'Allow') && that.every(({ Effect }) => Effect === 'Allow');
}

/** Whether a statement says something of a request. */
export function applies(statement: Statement, request: Request): boolean {
  return (
    namesAction(statement, request.action) &&
    listed(statement.Resource).some(resource => matchesGlob(request.resource, resource)) &&
    isFulfilled(statement.Condition ?? {}, request.context)
  );
}

function namesAction({ Action, NotAction }: Statement, action: string): boolean {
  // Names of actions know no case.
  const named = (patterns: string | readonly string[] | undefined) =>
    listed(patterns).some(pattern => matchesGlob(action.toLowerCase(), pattern.toLowerCase()));
  return NotAction === undefined ? named(Action) : !named(NotAction);
}

/**
 * All operators and all keys of each must hold; of the values of a key, any. A key that is absent fulfils `…IfExists`, and
 * `Null` that asks for it.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
 */
function isFulfilled(condition: NonNullable<Statement['Condition']>, context: Request['context']): boolean {
  return Object.entries(condition).every(([operator, keys]) => {
    const holds = operator === 'Null' ? isNull : OPERATORS[operator.replace(/IfExists$/, '')];
    if (!holds) throw new Error(`The operator ${operator} is not known here`);
    return Object.entries(keys).every(([key, values]) => {
      const actual = Object.entries(context).find(([name]) => name.toLowerCase() === key.toLowerCase())?.[1];
      if (actual === undefined && operator !== 'Null') return operator.endsWith('IfExists');
      return listed(values).some(value => holds(actual ?? '', value));
    });
  });
}

/** Whether a key is absent, as `"true"` asks, or there, as `"false"` does; no key of a request is empty. */
function isNull(actual: string, value: string): boolean {
  return (actual === '') === (value === 'true');
}

const OPERATORS: Readonly<Record<string, (actual: string, value: string) => boolean>> = {
  StringEquals: (actual, value) => actual === value,
  StringLike: matchesGlob,
  ArnEquals: matchesGlob,
  ArnLike: matchesGlob,
};

/** One or several, as policies may write everything. */
export function listed(value: string | readonly string[] | undefined): readonly string[] {
  return value === undefined ? [] : typeof value === 'string' ? [value] : value;
}
