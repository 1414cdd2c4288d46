import { validationError } from '../wire/aws-error.ts';

/** What an update does to a resource, as stack policies call it. */
export type PolicyAction = 'Update:Modify' | 'Update:Replace' | 'Update:Delete';

interface Statement {
  Effect?: unknown;
  Action?: unknown;
  NotAction?: unknown;
  Resource?: unknown;
  NotResource?: unknown;
  Condition?: Record<string, Record<string, unknown>>;
}

/** The statements of a stack policy; throws ValidationError for a text that is none. */
export function statementsOf(policy: string): Statement[] {
  try {
    const { Statement: statements } = JSON.parse(policy) as { Statement?: unknown };
    if (statements !== undefined) return [statements].flat() as Statement[];
  } catch {
    // Answered like any other policy that cannot be read.
  }
  throw validationError('Error validating stack policy: Invalid stack policy');
}

/**
 * Why a stack policy does not let an update touch a resource, or `undefined` when it does. Once a stack has a policy, what
 * no statement allows is denied: https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/protect-stack-resources.html
 */
export function denial(
  policy: string | undefined,
  action: PolicyAction,
  resource: { logicalId: string; type: string },
): string | undefined {
  if (policy === undefined) return undefined;
  const applying = statementsOf(policy)
    .map((statement, index) => ({ statement, number: index + 1 }))
    .filter(({ statement }) => applies(statement, action, resource));
  const denying = applying.find(({ statement }) => statement.Effect === 'Deny');
  if (denying) {
    return `Action denied by stack policy: Statement [#${denying.number}] does not allow [${action}] for resource [LogicalResourceId/${resource.logicalId}]`;
  }
  return applying.length > 0
    ? undefined
    : `Action not allowed by stack policy: no statement allows [${action}] for resource [LogicalResourceId/${resource.logicalId}]`;
}

function applies(statement: Statement, action: PolicyAction, resource: { logicalId: string; type: string }): boolean {
  const { Action, NotAction, Resource, NotResource, Condition = {} } = statement;
  const name = `LogicalResourceId/${resource.logicalId}`;
  return (
    (NotAction === undefined ? matches(Action, action) : !matches(NotAction, action)) &&
    (NotResource === undefined ? matches(Resource, name) : !matches(NotResource, name)) &&
    Object.values(Condition).every(({ ResourceType }) => matches(ResourceType, resource.type))
  );
}

function matches(patterns: unknown, text: string): boolean {
  return [patterns].flat().some(pattern => {
    const escaped = String(pattern).replaceAll(/[.+^${}()|[\]\\?]/g, '\\$&');
    return new RegExp(`^${escaped.replaceAll('*', '.*')}$`).test(text);
  });
}
