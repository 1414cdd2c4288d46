import type { Cause } from '../report/result.ts';
import { advise } from './advice.ts';
import type { CloudFormation, StackEvent } from './cloudformation.ts';
import type { Template } from './template.ts';

/**
 * Reasons of resources that failed only because another one did. Stacks and nested stacks that merely sum up their
 * resources' failures count too.
 */
const CONSEQUENCE =
  /^Resource (creation|update|deletion|import)?\s*cancell?ed|^The following (resource\(s\)|hook\(s\)) failed|^Embedded stack .* was not successfully/i;

/**
 * The event that made an operation fail: the earliest failed one that is not a consequence of another. Consoles show the
 * newest first, which is most often a victim.
 *
 * @param events of one operation, oldest first
 */
export function firstFailure(events: readonly StackEvent[]): StackEvent | undefined {
  const failed = events.filter(({ status }) => status.endsWith('_FAILED'));
  return failed.find(({ reason }) => reason !== undefined && !CONSEQUENCE.test(reason)) ?? failed[0];
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
      template && event.logicalId in template.resources ? template.place(['Resources', event.logicalId]) : undefined,
  };
}

/** A nested stack's failure is explained by the first failure inside it, however deep. */
export async function causeOf(
  events: readonly StackEvent[],
  template: Template | undefined,
  cloudFormation: Pick<CloudFormation, 'events'>,
): Promise<Cause | undefined> {
  const failure = firstFailure(events);
  if (!failure) return undefined;
  const cause = explain(failure, template);
  let inner: StackEvent | undefined = failure;
  while (
    inner?.type === 'AWS::CloudFormation::Stack' &&
    inner.physicalId !== '' &&
    inner.physicalId !== inner.stackId
  ) {
    const history = await cloudFormation.events(inner.physicalId);
    inner = firstFailure(history.events.toReversed());
    if (inner)
      Object.assign(cause, {
        ...explain(inner, undefined),
        logicalId: `${cause.logicalId} → ${inner.logicalId}`,
        place: cause.place,
      });
  }
  return cause;
}
