import { findChangeSet } from '../cloudformation/change-set-actions.ts';
import { updateOperation } from '../cloudformation/operations.ts';
import { cloudFormationActions } from '../cloudformation/stack-actions.ts';
import { checkUpdatable } from '../cloudformation/stack-rules.ts';
import type { ChangeSet, Stack } from '../cloudformation/state.ts';
import { AwsError } from '../wire/aws-error.ts';
import type { Params } from '../wire/params.ts';
import type { Asked, Effect } from './effect.ts';

/** Whether something could happen; what AWS would refuse to anybody cannot. */
function couldDo(work: () => void): boolean {
  try {
    work();
    return true;
  } catch (error) {
    if (error instanceof AwsError) return false;
    throw error;
  }
}

/** Somebody else calls, with a token of their own. */
function somebodyCalls(action: string, { context }: Asked, params: Params): boolean {
  return couldDo(() => {
    cloudFormationActions[action]?.(context, { ...params, ClientRequestToken: 'somebody-else' });
  });
}

/** Something that needs the stack, and cannot happen to one that is not there. */
function toStack(happen: (stack: Stack, asked: Asked, seconds: number) => boolean): Effect {
  return {
    happen(asked, { parameters }) {
      const { engine, region } = asked.context;
      const stack = asked.stack === undefined ? undefined : engine.find(region, asked.stack);
      return stack !== undefined && happen(stack, asked, parameters.seconds);
    },
  };
}

/** An update that changes nothing and takes its time; change sets made before it are obsolete. */
export const foreignUpdate = toStack((stack, { context: { engine } }, seconds) =>
  couldDo(() => {
    checkUpdatable(stack);
    for (const changeSet of stack.changeSets) {
      if (changeSet.executionStatus === 'AVAILABLE') changeSet.executionStatus = 'OBSOLETE';
    }
    void engine.start(stack, 'UPDATE_IN_PROGRESS', { token: 'somebody-else' }, async run => {
      await run.hold(seconds);
      await updateOperation(run, stack.definition, { disableRollback: false, retainExceptOnCreate: false });
    });
  }),
);

export const foreignDeletion = toStack(
  (stack, asked) => !/^DELETE_/.test(stack.status) && somebodyCalls('DeleteStack', asked, { StackName: stack.id }),
);

export const foreignCancellation = toStack((stack, asked) =>
  somebodyCalls('CancelUpdateStack', asked, { StackName: stack.name }),
);

/** Somebody else makes the stack that the change set is meant to make. */
export const foreignCreation: Effect = {
  happen(asked) {
    const { engine, region } = asked.context;
    if (asked.action !== 'CreateChangeSet' || asked.stack === undefined || engine.find(region, asked.stack))
      return false;
    return somebodyCalls('CreateStack', asked, asked.params);
  },
};

/** Something about the change set that a call names, as long as that waits for its execution. */
function toChangeSet(happen: (changeSet: ChangeSet, stack: Stack, reason: string) => void): Effect {
  return {
    happen({ context, params }, { parameters }) {
      let could = false;
      couldDo(() => {
        const { stack, changeSet } = findChangeSet(context, params);
        if (changeSet.executionStatus !== 'AVAILABLE') return;
        happen(changeSet, stack, parameters.reason);
        could = true;
      });
      return could;
    },
  };
}

export const changeSetVanishes = toChangeSet((changeSet, stack) => {
  stack.changeSets = stack.changeSets.filter(other => other !== changeSet);
});

export const changeSetFails = toChangeSet((changeSet, _, reason) => {
  Object.assign(changeSet, { status: 'FAILED', executionStatus: 'UNAVAILABLE', reason, changes: [] });
});
