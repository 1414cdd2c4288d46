import type { Cause } from '../report/result.ts';
import { orAbort } from '../runner/cancellation.ts';
import { UserFault } from '../runner/fault.ts';
import { advise } from './advice.ts';
import type { CloudFormation, StackEvent } from './cloudformation.ts';
import { isOwnEvent, isTerminal } from './follow.ts';
import type { Template } from './template.ts';

/**
 * Reasons of resources that failed only because another one did, and of stacks that merely sum up their resources' failures.
 */
const CONSEQUENCE =
  /^Resource (creation|update|deletion|import)?\s*cancell?ed|^The following (resource\(s\)|hook\(s\)) failed|^Embedded stack .* was not successfully/i;

/** Whether an event tells of a failure that is another one's doing. */
export function isConsequence({ reason = '' }: Pick<StackEvent, 'reason'>): boolean {
  return CONSEQUENCE.test(reason);
}

/**
 * The event that made an operation fail: the earliest failed one that is not a consequence of another. Consoles show the
 * newest first, which is most often a victim. Where no resource failed, the stack's own event says why it turned back: an
 * export in use, a cancellation.
 *
 * @param events of one operation, oldest first
 */
export function firstFailure(events: readonly StackEvent[]): StackEvent | undefined {
  const failed = events.filter(({ status }) => status.endsWith('_FAILED'));
  const turnedBack = events.filter(event => isOwnEvent(event) && /ROLLBACK/.test(event.status));
  // A deletion that cannot go on may leave the stack as it was, with the reason on its own last event.
  const last = events.findLast(event => isOwnEvent(event) && isTerminal(event.status));
  return failed.find(isReal) ?? turnedBack.find(isReal) ?? (last && isReal(last) ? last : undefined) ?? failed[0];
}

function isReal({ reason }: StackEvent): boolean {
  return reason !== undefined && !CONSEQUENCE.test(reason);
}

/**
 * Every failure of an operation that is not a consequence of another, each resource's last one; a nested stack's are those
 * inside it, with the way to them as logical id. Where no resource failed, the stack's own event says why.
 *
 * @param events of one operation, oldest first
 */
export async function failuresOf(
  events: readonly StackEvent[],
  cloudFormation: Pick<CloudFormation, 'events'>,
): Promise<StackEvent[]> {
  // A nested stack's failure sums up what is inside it, which is what matters.
  const isCounted = (event: StackEvent) => !isOwnEvent(event) && (isReal(event) || isNestedStack(event));
  const resources = events.filter(event => event.status.endsWith('_FAILED') && isCounted(event));
  const last = [...new Map(resources.map(event => [event.logicalId, event])).values()];
  if (last.length === 0) return [firstFailure(events) ?? []].flat();
  const inside = last.map(async event => {
    const inner = isNestedStack(event) ? await lastOperation(event.physicalId, cloudFormation) : [];
    const hasFailed = inner.some(({ status }) => status.endsWith('_FAILED'));
    const failures = hasFailed ? await failuresOf(inner, cloudFormation) : [];
    return failures.length === 0
      ? [event]
      : failures.map(failure => ({ ...failure, logicalId: `${event.logicalId} → ${failure.logicalId}` }));
  });
  return (await Promise.all(inside)).flat();
}

/** The cause as the report shows it, with advice and the resource's line in the template. */
export function explain(event: StackEvent, template: Template | undefined): Cause {
  const reason = event.reason ?? 'CloudFormation gave no reason';
  return {
    logicalId: event.logicalId,
    type: event.type,
    status: event.status,
    reason,
    advice: advise(reason, event.type),
    place:
      template && Object.hasOwn(template.resources, event.logicalId)
        ? template.place(['Resources', event.logicalId])
        : undefined,
  };
}

/** A nested stack's failure is explained by the first failure inside it, however deep, as far as that can be read. */
export async function causeOf(
  events: readonly StackEvent[],
  template: Template | undefined,
  cloudFormation: Pick<CloudFormation, 'events'>,
): Promise<Cause | undefined> {
  const failure = firstFailure(events);
  if (!failure) return undefined;
  const cause = explain(failure, template);
  let inner: StackEvent | undefined = failure;
  while (inner && isNestedStack(inner)) {
    inner = firstFailure(await lastOperation(inner.physicalId, cloudFormation));
    if (!inner) break;
    const logicalId = `${cause.logicalId} → ${inner.logicalId}`;
    Object.assign(cause, { ...explain(inner, undefined), logicalId, place: cause.place });
  }
  return cause;
}

/** As `causeOf`, for a run that may be stopped: then the status speaks for itself. */
export async function causeInTime(
  events: readonly StackEvent[],
  template: Template | undefined,
  { cloudFormation, signal }: { cloudFormation: Pick<CloudFormation, 'events'>; signal: AbortSignal },
): Promise<Cause | undefined> {
  try {
    return await orAbort(causeOf(events, template, cloudFormation), signal);
  } catch (error) {
    if (signal.aborted) return undefined;
    throw error;
  }
}

function isNestedStack(event: StackEvent): boolean {
  return event.type === 'AWS::CloudFormation::Stack' && event.physicalId !== '' && !isOwnEvent(event);
}

const BEGINNINGS = new Set(['CREATE_IN_PROGRESS', 'UPDATE_IN_PROGRESS', 'DELETE_IN_PROGRESS', 'IMPORT_IN_PROGRESS']);

/** The events of a stack since its last operation began, oldest first; none when they cannot be read. */
export async function lastOperation(
  stackId: string,
  cloudFormation: Pick<CloudFormation, 'events'>,
): Promise<StackEvent[]> {
  const found: StackEvent[] = [];
  try {
    let page: string | undefined;
    do {
      const { events, nextPage } = await cloudFormation.events(stackId, page);
      for (const event of events) {
        found.push(event);
        if (isOwnEvent(event) && BEGINNINGS.has(event.status)) return found.reverse();
      }
      page = nextPage;
    } while (page !== undefined);
    return found.reverse();
  } catch (error) {
    // The cause known so far is worth more than a failure to learn more of it.
    if (error instanceof UserFault) return [];
    throw error;
  }
}
