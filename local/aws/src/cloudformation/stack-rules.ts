import { AwsError, constraintError, validationError } from '../wire/aws-error.ts';
import type { Stack } from './state.ts';
import type { Template } from './template.ts';

/** Throws unless the text may name a stack (API reference, CreateStack). */
export function checkStackName(name: string): void {
  if (/^[a-zA-Z][-a-zA-Z0-9]{0,127}$/.test(name)) return;
  throw constraintError('stackName', name, 'Member must satisfy regular expression pattern: [a-zA-Z][-a-zA-Z0-9]*');
}

/**
 * Whether this very request was accepted before, so that repeating it does nothing: its ClientRequestToken began an operation
 * of this kind on the stack. Throws AWS's TokenAlreadyExistsException when it began another one.
 */
export function isRepeated(stack: Stack, token: string | undefined, status: string): boolean {
  const begun = token === undefined ? undefined : stack.events.find(event => event.token === token);
  if (!begun) return false;
  if (begun.status === status) return true;
  throw new AwsError('TokenAlreadyExistsException', `The client request token ${token} was used for another operation`);
}

/** The states from which a stack takes an update ("Stack status codes", AWS CloudFormation User Guide). */
const UPDATABLE = new Set([
  'CREATE_COMPLETE',
  'CREATE_FAILED',
  'UPDATE_COMPLETE',
  'UPDATE_FAILED',
  'UPDATE_ROLLBACK_COMPLETE',
]);

/** Throws unless the stack takes an update in its present state. */
export function checkUpdatable(stack: Stack): void {
  if (!UPDATABLE.has(stack.status))
    throw validationError(`Stack:${stack.id} is in ${stack.status} state and can not be updated.`);
}

/** Throws when the template gives a logical id of the stack to another type. */
export function checkTypes(stack: Stack, next: Template): void {
  const changed = Object.values(stack.resources).filter(({ logicalId, type, status }) => {
    const wanted = next.resources[logicalId]?.type;
    return wanted !== undefined && wanted !== type && !status.startsWith('DELETE_');
  });
  if (changed.length === 0) return;
  const names = changed.map(resource => resource.logicalId).join(', ');
  throw validationError(
    `Update of resource type is not permitted. The new template modifies resource type of the following resources: [${names}]`,
  );
}
