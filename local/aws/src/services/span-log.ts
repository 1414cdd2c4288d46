import type { LogEvents } from './log-events.ts';
import type { LogGroups } from './log-groups.ts';
import type { Segment } from './segments.ts';
import { spanDocuments } from './span-document.ts';

/** Where Transaction Search keeps spans (CloudWatch User Guide). */
export const SPAN_GROUP = 'aws/spans';
const STREAM = 'default';

/** The log group of spans, which X-Ray makes and writes. */
export class SpanLog {
  readonly #groups: LogGroups;
  readonly #events: LogEvents;

  constructor(groups: LogGroups, events: LogEvents) {
    this.#groups = groups;
    this.#events = events;
  }

  /** @param at milliseconds since 1970 */
  put(region: string, segment: Segment, at: number): void {
    const streams = this.#events.streams(this.open(region));
    const stream = streams.get(STREAM) ?? { name: STREAM, createdAt: at, events: [] };
    streams.set(STREAM, stream);
    for (const document of spanDocuments(segment)) {
      const timestamp = Math.floor(segment.start_time * 1000);
      this.#events.put(stream, at, [{ timestamp, message: JSON.stringify(document) }]);
    }
  }

  /** Makes the group where it is not there, as switching Transaction Search on does; gives its key. */
  open(region: string): string {
    const find = () => this.#groups.list(region).find(({ name }) => name === SPAN_GROUP);
    if (!find()) this.#groups.create(region, SPAN_GROUP, {});
    return find()?.key ?? '';
  }
}
