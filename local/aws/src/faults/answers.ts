import { describeStack } from '../cloudformation/stack-answers.ts';
import { text } from '../wire/params.ts';
import type { Answer } from '../wire/xml.ts';
import type { Effect } from './effect.ts';

type Event = Readonly<Record<string, unknown>> & { EventId: string; Timestamp: string };

/** Changes the events of a page; the answer stays as it is when that gives `undefined`. */
function changingEvents(
  change: (events: Event[], ...more: Parameters<NonNullable<Effect['answer']>>) => unknown,
): Effect {
  return {
    answer(asked, answer, fault) {
      if (asked.action !== 'DescribeStackEvents') return undefined;
      const given = answer();
      const StackEvents = change(given.StackEvents as Event[], asked, answer, fault);
      return StackEvents === undefined ? undefined : { ...given, StackEvents };
    },
  };
}

/** Reads are eventually consistent: for a while, a stack looks as it did before its last operation began. */
export const staleRead: Effect = {
  answer({ action, context, params }, _, { parameters }) {
    const name = text(params, 'StackName');
    if (action !== 'DescribeStacks' || name === undefined) return undefined;
    const { engine, region } = context;
    const former = engine.formerly(region, name);
    if (!former || Date.parse(engine.now()) - Date.parse(former.until) > parameters.seconds * 1000) return undefined;
    return { Stacks: [describeStack(former.stack)] };
  },
};

export const lostPage = changingEvents(events => (events.length > 0 ? [] : undefined));

export const repeatedPage = changingEvents(events => (events.length > 0 ? [...events, ...events] : undefined));

/** About half of the events are late; newer ones are there before them. */
export const lateEvents = changingEvents((events, { context }, _, { parameters }) => {
  const now = Date.parse(context.engine.now());
  const isLate = ({ EventId, Timestamp }: Event) =>
    EventId.charCodeAt(0) % 2 === 0 && now - Date.parse(Timestamp) < parameters.seconds * 1000;
  return events.some(isLate) ? events.filter(event => !isLate(event)) : undefined;
});

/** Events of one second have one time, and come in any order; those of different operations are never of one second. */
export const disorderedEvents = changingEvents((events, _asked, _answer, { random }) => {
  let operation = 0;
  const placed = events.map((event, index) => {
    if (index > 0 && event.ClientRequestToken !== events[index - 1]?.ClientRequestToken) operation += 1;
    const Timestamp = event.Timestamp.replace(/\.\d+/, '.000');
    return { event: { ...event, Timestamp }, operation, place: random() };
  });
  return placed
    .sort(
      (a, b) => a.operation - b.operation || b.event.Timestamp.localeCompare(a.event.Timestamp) || a.place - b.place,
    )
    .map(({ event }): Answer => event);
});
