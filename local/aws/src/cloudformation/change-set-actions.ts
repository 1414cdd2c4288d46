import { AwsError, constraintError, validationError } from '../wire/aws-error.ts';
import { flag, type Params, requiredText, text } from '../wire/params.ts';
import { type ApiAction, type ApiContext, pageOf, shownParameters, stackOf } from './api.ts';
import { emptyDefinition, settleDefinition } from './definition.ts';
import { EARLY_VALIDATION, validate } from './early-validation.ts';
import { deterministicUuid, type Engine } from './engine.ts';
import { createOperation, type OnFailure, updateOperation } from './operations.ts';
import { planChanges } from './plan.ts';
import { checkStackName, checkTypes, checkUpdatable } from './stack-rules.ts';
import type { ChangeSet, Stack } from './state.ts';

/** How long AWS typically takes to compute a change set, in seconds. */
const SECONDS_TO_CREATE = 5;
const CHANGES_PER_PAGE = 100;

/** The change set that a request names, by its ARN or by its name and its stack's; throws ChangeSetNotFound. */
export function findChangeSet(context: ApiContext, params: Params): { stack: Stack; changeSet: ChangeSet } {
  const name = requiredText(params, 'ChangeSetName');
  const missing = () => new AwsError('ChangeSetNotFound', `ChangeSet [${name}] does not exist`, 404);
  if (name.startsWith('arn:')) {
    for (const stack of context.engine.stacks(context.region)) {
      const changeSet = stack.changeSets.find(({ id }) => id === name);
      if (changeSet) return { stack, changeSet };
    }
    throw missing();
  }
  if (text(params, 'StackName') === undefined)
    throw validationError('StackName must be specified if ChangeSetName is not specified as an ARN.');
  const stack = stackOf(context, params, 'brackets');
  // The executed one stays findable, also when a newer one has its name.
  const changeSet = stack.changeSets.findLast(candidate => candidate.name === name);
  if (!changeSet) throw missing();
  return { stack, changeSet };
}

const createChangeSet: ApiAction = (context, params) => {
  const { engine, region } = context;
  const name = requiredText(params, 'ChangeSetName');
  const stackName = requiredText(params, 'StackName');
  if (!/^[a-zA-Z][-a-zA-Z0-9]{0,127}$/.test(name)) {
    throw constraintError(
      'changeSetName',
      name,
      'Member must satisfy regular expression pattern: [a-zA-Z][-a-zA-Z0-9]*',
    );
  }
  const type = text(params, 'ChangeSetType') ?? 'UPDATE';
  if (type === 'IMPORT') throw validationError('The local AWS makes no change sets of type IMPORT');
  const existing = engine.find(region, stackName);
  const token = text(params, 'ClientToken');
  const same = existing?.changeSets.find(
    changeSet => changeSet.name === name && changeSet.executionStatus !== 'EXECUTE_COMPLETE',
  );
  if (existing && same && token !== undefined && same.token === token) return { Id: same.id, StackId: existing.id };
  if (existing && same) throw new AwsError('AlreadyExistsException', `ChangeSet ${name} already exists`);
  if (type === 'CREATE' && existing && existing.status !== 'REVIEW_IN_PROGRESS') {
    throw validationError(
      `Stack [${existing.name}] already exists and cannot be created again with the changeSet [${name}].`,
    );
  }
  if (type === 'UPDATE') checkUpdatable(stackOf(context, params, 'brackets'));
  else checkStackName(stackName);

  const before = existing?.status === 'REVIEW_IN_PROGRESS' ? undefined : existing?.definition;
  // Only an accepted request brings a stack into being, so the definition is settled for a stack-to-be first.
  const definition = settleDefinition(engine, existing ?? { id: '', name: stackName, region }, params, before, {
    reviewed: true,
  });
  if (existing) checkTypes(existing, definition.template);
  const stack = existing ?? reviewStack(engine, region, stackName);
  const id = stack.id
    .replace(':stack/', ':changeSet/')
    .replace(
      /\/.*$/,
      `/${name}/${deterministicUuid(`${stack.id}/${name}/${stack.changeSets.length}/${stack.events.length}`)}`,
    );
  const changeSet: ChangeSet = {
    id,
    name,
    type: type === 'CREATE' ? 'CREATE' : 'UPDATE',
    description: text(params, 'Description'),
    token,
    createdAt: engine.now(),
    status: 'CREATE_PENDING',
    executionStatus: 'UNAVAILABLE',
    definition,
    changes: [],
    validations: [],
    onStackFailure: text(params, 'OnStackFailure'),
  };
  stack.changeSets.push(changeSet);
  engine.later(0, () => {
    changeSet.status = 'CREATE_IN_PROGRESS';
    engine.later(SECONDS_TO_CREATE, () => compute(engine, stack, changeSet));
  });
  return { Id: id, StackId: stack.id };
};

function reviewStack(engine: Engine, region: string, name: string): Stack {
  const stack = engine.addStack(region, name, emptyDefinition());
  void engine.start(stack, 'REVIEW_IN_PROGRESS', {}, async () => {});
  return stack;
}

function compute(engine: Engine, stack: Stack, changeSet: ChangeSet): void {
  changeSet.computedAt = engine.now();
  try {
    const { changes, otherChanges } = planChanges(engine, stack, changeSet.definition);
    changeSet.validations = validate(engine, stack, changeSet.definition, changes);
    if (changes.length === 0 && !otherChanges) {
      changeSet.status = 'FAILED';
      changeSet.reason =
        "The submitted information didn't contain changes. Submit different information to create a change set.";
      return;
    }
    if (changeSet.validations.some(({ mode }) => mode === 'FAIL')) {
      changeSet.status = 'FAILED';
      changeSet.reason = EARLY_VALIDATION;
      return;
    }
    Object.assign(changeSet, { changes, status: 'CREATE_COMPLETE', executionStatus: 'AVAILABLE' });
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    changeSet.status = 'FAILED';
    changeSet.reason = error.message;
  }
}

const describeChangeSet: ApiAction = (context, params) => {
  const { stack, changeSet } = findChangeSet(context, params);
  const { items, NextToken } = pageOf(changeSet.changes, params, CHANGES_PER_PAGE);
  const values = flag(params, 'IncludePropertyValues') === true;
  return {
    ...summarize(stack, changeSet),
    Parameters: shownParameters(changeSet.definition),
    NotificationARNs: changeSet.definition.notificationArns,
    RollbackConfiguration: {},
    Capabilities: changeSet.definition.capabilities,
    Tags: changeSet.definition.tags,
    OnStackFailure: changeSet.onStackFailure,
    Changes: items.map(change => ({ Type: 'Resource', ResourceChange: values ? change : withoutValues(change) })),
    NextToken,
  };
};

/** Without property values a property counts once per cause, however many places in it differ. */
function withoutValues(change: ChangeSet['changes'][number]) {
  const { BeforeContext: _before, AfterContext: _after, ...rest } = change;
  const seen = new Set<string>();
  const details = change.Details.map(({ Target: { Attribute, Name, RequiresRecreation }, ...detail }) => ({
    Target: { Attribute, Name, RequiresRecreation },
    ...detail,
  })).filter(detail => {
    const key = JSON.stringify(detail);
    return !seen.has(key) && seen.add(key);
  });
  return { ...rest, Details: details };
}

function summarize(stack: Stack, changeSet: ChangeSet) {
  return {
    ChangeSetName: changeSet.name,
    ChangeSetId: changeSet.id,
    StackId: stack.id,
    StackName: stack.name,
    Description: changeSet.description,
    CreationTime: changeSet.createdAt,
    ExecutionStatus: changeSet.executionStatus,
    Status: changeSet.status,
    StatusReason: changeSet.reason,
    IncludeNestedStacks: false,
  };
}

const listChangeSets: ApiAction = (context, params) => {
  const stack = stackOf(context, params, 'brackets');
  const { items, NextToken } = pageOf(stack.changeSets, params);
  return { Summaries: items.map(changeSet => summarize(stack, changeSet)), NextToken };
};

const executeChangeSet: ApiAction = (context, params) => {
  const { engine } = context;
  const { stack, changeSet } = findChangeSet(context, params);
  const token = text(params, 'ClientRequestToken');
  if (token !== undefined && changeSet.executedBy === token) return {};
  if (changeSet.status !== 'CREATE_COMPLETE') {
    throw new AwsError(
      'InvalidChangeSetStatus',
      `ChangeSet [${changeSet.id}] cannot be executed in its current status of [${changeSet.status}]`,
    );
  }
  if (changeSet.executionStatus !== 'AVAILABLE') {
    throw new AwsError(
      'InvalidChangeSetStatus',
      `ChangeSet [${changeSet.id}] cannot be executed in its current execution status of [${changeSet.executionStatus}]`,
    );
  }
  // Somebody may have deleted the stack that was to be made.
  if (changeSet.type === 'UPDATE' || stack.status !== 'REVIEW_IN_PROGRESS') checkUpdatable(stack);
  stack.changeSets = [changeSet];
  stack.changeSetId = changeSet.id;
  changeSet.executedBy = token;
  changeSet.executionStatus = 'EXECUTE_IN_PROGRESS';
  const disableRollback = flag(params, 'DisableRollback') ?? changeSet.onStackFailure === 'DO_NOTHING';
  const retainExceptOnCreate = flag(params, 'RetainExceptOnCreate') === true;
  stack.disableRollback = disableRollback;
  const creating = changeSet.type === 'CREATE';
  if (creating) stack.definition = changeSet.definition;
  void engine.start(stack, creating ? 'CREATE_IN_PROGRESS' : 'UPDATE_IN_PROGRESS', { token }, async run => {
    if (creating) {
      const fallback: OnFailure = changeSet.onStackFailure === 'DELETE' ? 'DELETE' : 'ROLLBACK';
      await createOperation(run, disableRollback ? 'DO_NOTHING' : fallback, retainExceptOnCreate);
    } else {
      await updateOperation(run, changeSet.definition, { disableRollback, retainExceptOnCreate });
    }
    changeSet.executionStatus = /^(CREATE|UPDATE)_COMPLETE$/.test(stack.status) ? 'EXECUTE_COMPLETE' : 'EXECUTE_FAILED';
  });
  // After the start, which keeps the stack as it was for stale reads.
  stack.updatedAt = engine.now();
  return {};
};

/** Deleting the last change set of a stack under review leaves the stack: only DeleteStack removes it. */
const deleteChangeSet: ApiAction = (context, params) => {
  if (text(params, 'ChangeSetName')?.startsWith('arn:') !== true) stackOf(context, params, 'brackets');
  try {
    const { stack, changeSet } = findChangeSet(context, params);
    if (changeSet.executionStatus === 'EXECUTE_IN_PROGRESS') {
      throw new AwsError('InvalidChangeSetStatus', 'An operation on this ChangeSet is currently in progress.');
    }
    if (/^CREATE_(PENDING|IN_PROGRESS)$/.test(changeSet.status)) {
      // Seen of AWS in public issue threads (Sparta#45).
      throw new AwsError('InvalidChangeSetStatus', `Cannot delete ChangeSet in status ${changeSet.status}`);
    }
    stack.changeSets = stack.changeSets.filter(other => other !== changeSet);
  } catch (error) {
    // "If the call successfully completes, CloudFormation successfully deleted the change set": also when it was gone.
    if (!(error instanceof AwsError && error.code === 'ChangeSetNotFound')) throw error;
  }
  return {};
};

/** The calls about change sets. */
export const changeSetActions: Readonly<Record<string, ApiAction>> = {
  CreateChangeSet: createChangeSet,
  DescribeChangeSet: describeChangeSet,
  ListChangeSets: listChangeSets,
  ExecuteChangeSet: executeChangeSet,
  DeleteChangeSet: deleteChangeSet,
};
