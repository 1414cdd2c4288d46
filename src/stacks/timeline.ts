import type { ResourceTime } from '../report/result.ts';
import type { StackEvent } from './cloudformation.ts';
import { isOwnEvent } from './follow.ts';

/**
 * How long each resource of an operation took: from its first event to its last. Roll-back and clean-up count as part of it.
 *
 * @param events of one operation, oldest first
 */
export function timelineOf(events: readonly StackEvent[]): ResourceTime[] {
  const times = new Map<string, ResourceTime>();
  for (const event of events) {
    if (isOwnEvent(event)) continue;
    const time = times.get(event.logicalId) ?? {
      logicalId: event.logicalId,
      type: event.type,
      from: event.at,
      to: event.at,
      failed: false,
    };
    times.set(event.logicalId, { ...time, to: event.at, failed: time.failed || event.status.endsWith('_FAILED') });
  }
  return [...times.values()];
}
