import { AwsError, validationError } from '../wire/aws-error.ts';
import { flag, requiredText, text, texts } from '../wire/params.ts';
import { type ApiAction, stackOf } from './api.ts';
import { changeSetActions } from './change-set-actions.ts';
import { settleDefinition } from './definition.ts';
import { createOperation, deleteOperation, type OnFailure, rollBackOperation, updateOperation } from './operations.ts';
import { planChanges } from './plan.ts';
import { readActions } from './read-actions.ts';
import { statementsOf } from './stack-policy.ts';
import { checkStackName, checkTypes, checkUpdatable, isRepeated } from './stack-rules.ts';

const createStack: ApiAction = ({ engine, region }, params) => {
  const name = requiredText(params, 'StackName');
  checkStackName(name);
  const token = text(params, 'ClientRequestToken');
  const existing = engine.find(region, name);
  if (existing && isRepeated(existing, token, 'CREATE_IN_PROGRESS')) return { StackId: existing.id };
  if (existing) throw new AwsError('AlreadyExistsException', `Stack [${name}] already exists`);
  const onFailure = text(params, 'OnFailure');
  const disabled = flag(params, 'DisableRollback');
  if (onFailure !== undefined && disabled !== undefined) {
    throw validationError('You can specify either DisableRollback or OnFailure, but not both.');
  }
  const timeout = text(params, 'TimeoutInMinutes');
  const definition = settleDefinition(engine, { id: '', name, region }, params);
  const stack = engine.addStack(region, name, definition, {
    terminationProtection: flag(params, 'EnableTerminationProtection') === true,
    disableRollback: disabled === true,
    timeoutInMinutes: timeout === undefined ? undefined : Number(timeout),
  });
  const reaction: OnFailure = disabled
    ? 'DO_NOTHING'
    : onFailure === 'DELETE' || onFailure === 'DO_NOTHING'
      ? onFailure
      : 'ROLLBACK';
  void engine.start(stack, 'CREATE_IN_PROGRESS', { token }, run =>
    createOperation(run, reaction, flag(params, 'RetainExceptOnCreate') === true),
  );
  return { StackId: stack.id };
};

const updateStack: ApiAction = (context, params) => {
  const { engine } = context;
  const stack = stackOf(context, params, 'brackets');
  const token = text(params, 'ClientRequestToken');
  if (isRepeated(stack, token, 'UPDATE_IN_PROGRESS')) return { StackId: stack.id };
  checkUpdatable(stack);
  const definition = settleDefinition(engine, stack, params, stack.definition);
  checkTypes(stack, definition.template);
  const { changes, otherChanges } = planChanges(engine, stack, definition);
  if (changes.length === 0 && !otherChanges) throw validationError('No updates are to be performed.');
  for (const changeSet of stack.changeSets) {
    if (changeSet.executionStatus === 'AVAILABLE') changeSet.executionStatus = 'OBSOLETE';
  }
  const options = {
    disableRollback: flag(params, 'DisableRollback') === true,
    retainExceptOnCreate: flag(params, 'RetainExceptOnCreate') === true,
  };
  void engine.start(stack, 'UPDATE_IN_PROGRESS', { token }, run => updateOperation(run, definition, options));
  stack.updatedAt = engine.now();
  return { StackId: stack.id };
};

/** The operations under way that a deletion cuts short; all others must end first. */
const INTERRUPTIBLE = new Set(['CREATE_IN_PROGRESS', 'REVIEW_IN_PROGRESS']);

const deleteStack: ApiAction = ({ engine, region }, params) => {
  const name = requiredText(params, 'StackName');
  const stack = engine.find(region, name);
  // Deleting what is not there succeeds, as on AWS; so does repeating a deletion.
  if (!stack || /^DELETE_(COMPLETE|IN_PROGRESS)$/.test(stack.status)) return {};
  if (stack.terminationProtection) {
    throw validationError(`Stack [${stack.name}] cannot be deleted while TerminationProtection is enabled`);
  }
  if (stack.status.endsWith('_IN_PROGRESS') && !INTERRUPTIBLE.has(stack.status)) {
    throw validationError(`Stack [${stack.name}] cannot be deleted while in status ${stack.status}`);
  }
  const retain = texts(params, 'RetainResources') ?? [];
  const force = text(params, 'DeletionMode') === 'FORCE_DELETE_STACK';
  if ((retain.length > 0 || force) && stack.status !== 'DELETE_FAILED') {
    const what = force ? 'DeletionMode FORCE_DELETE_STACK' : 'RetainResources';
    throw validationError(
      `Invalid operation on stack [${stack.name}]. ${what} is only allowed for stacks in DELETE_FAILED state.`,
    );
  }
  const unknown = retain.filter(id => !(id in stack.resources));
  if (unknown.length > 0)
    throw validationError(`Resources [${unknown.join(', ')}] do not exist in stack [${stack.name}]`);
  if (retain.some(id => stack.resources[id]?.status === 'DELETE_COMPLETE'))
    throw validationError(
      'The specified resources to retain must be in a valid state. Do not specify resources that are in the DELETE_COMPLETE state.',
    );
  const token = text(params, 'ClientRequestToken');
  engine.cancel(stack);
  void engine.start(stack, 'DELETE_IN_PROGRESS', { token }, run => deleteOperation(run, { retain, force }));
  return {};
};

const cancelUpdateStack: ApiAction = (context, params) => {
  const stack = stackOf(context, params, 'brackets');
  if (stack.status !== 'UPDATE_IN_PROGRESS')
    throw validationError('CancelUpdateStack cannot be called from current stack status');
  context.engine.cancel(stack, text(params, 'ClientRequestToken'));
  return {};
};

const continueUpdateRollback: ApiAction = (context, params) => {
  const stack = stackOf(context, params, 'brackets');
  const point = stack.rollbackPoint;
  const token = text(params, 'ClientRequestToken');
  if (isRepeated(stack, token, 'UPDATE_ROLLBACK_IN_PROGRESS')) return {};
  if (stack.status !== 'UPDATE_ROLLBACK_FAILED' || !point) {
    throw validationError(`Stack:${stack.id} is in ${stack.status} state and can not continue to roll back an update.`);
  }
  const skip = texts(params, 'ResourcesToSkip') ?? [];
  const wrong = skip.filter(id => stack.resources[id]?.status !== 'UPDATE_FAILED');
  if (wrong.length > 0)
    throw validationError(`Resources [${wrong.join(', ')}] are not in UPDATE_FAILED state and cannot be skipped.`);
  void context.engine.start(stack, 'UPDATE_ROLLBACK_IN_PROGRESS', { token }, run =>
    rollBackOperation(run, point, { skip, retainExceptOnCreate: false }),
  );
  return {};
};

/** Back to where an update started that was kept as it failed; a stack that never was complete is deleted. */
const rollbackStack: ApiAction = (context, params) => {
  const stack = stackOf(context, params, 'brackets');
  const point = stack.rollbackPoint;
  const token = text(params, 'ClientRequestToken');
  const status = point ? 'UPDATE_ROLLBACK_IN_PROGRESS' : 'DELETE_IN_PROGRESS';
  if (isRepeated(stack, token, status)) return { StackId: stack.id };
  if (!/^(CREATE|UPDATE)_FAILED$/.test(stack.status))
    throw validationError(`Stack:${stack.id} is in ${stack.status} state and can not be rolled back.`);
  const retainExceptOnCreate = flag(params, 'RetainExceptOnCreate') === true;
  void context.engine.start(stack, status, { token }, run =>
    point
      ? rollBackOperation(run, point, { retainExceptOnCreate })
      : deleteOperation(run, { retain: [], force: false }),
  );
  return { StackId: stack.id };
};

const updateTerminationProtection: ApiAction = (context, params) => {
  const stack = stackOf(context, params, 'brackets');
  if (stack.parentId) throw validationError('Termination protection of a nested stack is set on its root stack.');
  stack.terminationProtection = flag(params, 'EnableTerminationProtection') === true;
  return { StackId: stack.id };
};

const setStackPolicy: ApiAction = (context, params) => {
  const policy = requiredText(params, 'StackPolicyBody');
  statementsOf(policy);
  stackOf(context, params, 'brackets').policy = policy;
  return {};
};

/** Every CloudFormation call that exists here. */
export const cloudFormationActions: Readonly<Record<string, ApiAction>> = {
  CreateStack: createStack,
  UpdateStack: updateStack,
  DeleteStack: deleteStack,
  CancelUpdateStack: cancelUpdateStack,
  ContinueUpdateRollback: continueUpdateRollback,
  RollbackStack: rollbackStack,
  UpdateTerminationProtection: updateTerminationProtection,
  SetStackPolicy: setStackPolicy,
  ...changeSetActions,
  ...readActions,
};
