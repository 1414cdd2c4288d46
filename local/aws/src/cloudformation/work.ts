import type { Stack, StackEvent } from './state.ts';

/** A time in which AWS was at work on a stack, in milliseconds since 1970. */
export interface Work {
  what: 'change set' | 'operation';
  from: number;
  to: number;
}

/**
 * When AWS was at work on a stack: the making of its change sets, and its operations from their first event to their last. Who
 * waits longer than that waits for something else. What is not over yet is left out.
 */
export function workOn(stack: Stack): Work[] {
  const changeSets = stack.changeSets.flatMap(({ createdAt, computedAt }): Work[] =>
    computedAt === undefined ? [] : [{ what: 'change set', from: Date.parse(createdAt), to: Date.parse(computedAt) }],
  );
  return [...changeSets, ...operationsOf(stack)].sort((a, b) => a.from - b.from);
}

function operationsOf(stack: Stack): Work[] {
  const operations: Work[] = [];
  let begin: StackEvent | undefined;
  for (const event of stack.events) {
    if (event.physicalId !== stack.id || event.status === 'REVIEW_IN_PROGRESS') continue;
    if (event.status.endsWith('_IN_PROGRESS')) begin ??= event;
    else if (begin) {
      operations.push({ what: 'operation', from: Date.parse(begin.at), to: Date.parse(event.at) });
      begin = undefined;
    }
  }
  return operations;
}
