import { count } from '../report/words.ts';
import type { ExpectedSpan } from './expectations.ts';
import type { Finding } from './finding.ts';
import { blankSpan, judgeSpan } from './span-finding.ts';
import { CLOCK, judgeSpanClock } from './trace-clock.ts';
import { xrayTraceId } from './trace-id.ts';
import type { TraceState, TraceStates } from './trace-state.ts';

/** What findings are made of. */
export interface TracesSeen {
  service: string;
  spans: readonly ExpectedSpan[];
  states: TraceStates;
  isUnsampled(traceId: string): boolean;
}

/** What is to be found, as long as nothing is: the names of {@link judgeTraces}, in the same order. */
export function blankTraces(spans: readonly ExpectedSpan[], requests: number): Finding[] {
  const named = (name: string): Finding => ({ name, passed: false });
  return [named(tracesName(requests)), ...spans.map(blankSpan), named(WHOLE), named(CLOCK)];
}

const tracesName = (requests: number) =>
  requests < 2 ? 'a trace of the request' : `a trace of each of ${requests} requests`;
const WHOLE = 'spans of each trace';

/**
 * Each request has left a trace; each expected span is in the traces of the requests that begin it, or in one of all where none
 * does in particular; each trace is whole; and spans bear the time of their requests.
 */
export function judgeTraces(seen: TracesSeen): Finding[] {
  return [
    judgePresence(seen),
    ...seen.spans.map((span, index) => judgeExpected(span, index, seen)),
    judgeWholeness(seen),
    neverToCome(seen, seen.states.all, judgeSpanClock(seen.states.all)),
  ];
}

/** What could only be in traces that were not sampled is not waited for. */
function neverToCome(seen: TracesSeen, among: readonly TraceState[], finding: Finding): Finding {
  const isFinal = !finding.passed && among.length > 0 && among.every(state => isSampledOut(state, seen));
  return isFinal ? { ...finding, isFinal, ...SAMPLED } : finding;
}

/** Nothing has come of it, and nothing can: its records say so. */
export function isSampledOut({ facts, sent }: TraceState, { isUnsampled }: Pick<TracesSeen, 'isUnsampled'>): boolean {
  return !facts && isUnsampled(sent.traceId);
}

const TOLD = 5;

/** The first of them by the request's name and X-Ray's id, and how many more there are. */
function named(states: readonly TraceState[], more: (state: TraceState) => string = () => ''): string {
  const told = states
    .slice(0, TOLD)
    .map(state => `${state.sent.request.name} (${xrayTraceId(state.sent.traceId)})${more(state)}`);
  const rest = states.length - told.length;
  return `${told.join(', ')}${rest > 0 ? ` and ${rest} more` : ''}`;
}

function judgePresence(seen: TracesSeen): Finding {
  const { all } = seen.states;
  const name = tracesName(all.length);
  const unsampled = all.filter(state => isSampledOut(state, seen));
  const lost = all.filter(state => !state.facts && !unsampled.includes(state));
  const found = `${all.length - lost.length - unsampled.length} of ${all.length}`;
  if (lost.length + unsampled.length === 0) return { name, passed: true, seen: found };
  const parts = [
    ...(unsampled.length > 0
      ? [`${unsampled.length} of ${count(all.length, 'request')} were not sampled (log records say so)`]
      : []),
    ...(lost.length > 0 ? [`not ${named(lost)}`] : []),
  ];
  const finding: Finding = { name, passed: false, seen: [found, ...parts].join('; ') };
  return lost.length > 0 ? finding : { ...finding, isFinal: true, ...SAMPLED };
}

/** Of what was not sampled; never of what was lost. */
export const SAMPLED: Pick<Finding, 'cause' | 'fix'> = {
  cause:
    'The application has not sampled these requests, although their `traceparent` asks for it: this is sampling, not loss',
  fix: "Set `OTEL_TRACES_SAMPLER=parentbased_always_on` without `OTEL_TRACES_SAMPLER_ARG`: a sampler such as `traceidratio` ignores the sampled flag of the request's `traceparent`",
};

function judgeExpected(span: ExpectedSpan, index: number, seen: TracesSeen): Finding {
  const { states, service } = seen;
  const owners = states.beginning(index);
  const candidates = owners.length > 0 ? owners : states.all;
  const arrived = candidates.filter(({ facts }) => facts);
  if (arrived.length === 0) return neverToCome(seen, candidates, blankSpan(span));
  const having = arrived.filter(({ facts }) => facts?.has[index]);
  const lacking = arrived.filter(state => !having.includes(state));
  const isFound = owners.length > 0 ? lacking.length === 0 : having.length > 0;
  const judged = judgeSpan(span, segmentsOf(isFound ? having.slice(0, 1) : lacking), service);
  // Any of the traces could hold it: also one that was not sampled.
  if (
    owners.length === 0 &&
    !isFound &&
    candidates.every(state => isSampledOut(state, seen) || states.isWhole(state))
  ) {
    const unsampled = candidates.length - arrived.length;
    if (unsampled > 0)
      return { ...blankSpan(span), isFinal: true, seen: `not in ${count(arrived.length, 'trace')}`, ...SAMPLED };
  }
  if (owners.length < 2 || judged.seen === undefined) return { ...judged, passed: isFound };
  const figure = `in ${having.length} of ${count(arrived.length, 'trace')}`;
  if (isFound) return { ...judged, seen: `${figure}, such as ${judged.seen}` };
  // What other traces of this request have is not misnamed, but missing here.
  if (having.length > 0) return { ...blankSpan(span), seen: `${figure}; not in ${named(lacking)}` };
  return { ...judged, seen: `${figure}; ${judged.seen}` };
}

function segmentsOf(states: readonly TraceState[]) {
  return states.flatMap(({ segments }) => [...segments.values()]).filter(({ isInferred }) => !isInferred);
}

function judgeWholeness(seen: TracesSeen): Finding {
  const { states, service } = seen;
  const sampled = states.all.filter(state => !isSampledOut(state, seen));
  const arrived = sampled.filter(({ facts }) => facts);
  const found = arrived.reduce((sum, { facts }) => sum + (facts?.spans ?? 0), 0);
  const expected = sampled.reduce((sum, state) => sum + states.expected(state), 0);
  const broken = arrived.filter(state => !states.isWhole(state));
  if (arrived.length === 0) return neverToCome(seen, states.all, { name: WHOLE, passed: false });
  const figure = `${found} of ${count(expected, 'span')}`;
  if (broken.length === 0) {
    // A trace that is missing whole is told by its absence.
    const absent = sampled.length - arrived.length;
    return { name: WHOLE, passed: true, seen: absent > 0 ? `${found} of ${count(arrived.length, 'trace')}` : figure };
  }
  const finding: Finding = {
    name: WHOLE,
    passed: false,
    seen: `${figure}; incomplete: ${named(broken, state => `: ${lackOf(state, seen)}`)}`,
  };
  if (broken.every(({ facts }) => facts?.hasServer)) return finding;
  const others = [...new Set(broken.flatMap(({ facts }) => (facts?.hasServer ? [] : (facts?.servers ?? []))))];
  const isElsewhere = others.length > 0 && arrived.every(({ facts }) => !facts?.hasServer);
  if (!isElsewhere) return finding;
  return {
    ...finding,
    cause: `Traces have segments of ${others.map(name => `\`${name}\``).join(', ')}, and none of \`${service}\``,
    fix: `Set \`OTEL_SERVICE_NAME=${service}\` for the application, or change what is expected as \`service\``,
  };
}

/** What a trace lacks, in few words. */
function lackOf(state: TraceState, { states, spans, service }: TracesSeen): string {
  const { facts } = state;
  const [there, expected] = [facts?.spans ?? 0, states.expected(state)];
  const absent = states.absentParents(state);
  const without = state.spans.filter(index => !facts?.has[index]).map(index => `\`${spans[index]?.name}\``);
  const parts = [
    ...(there < expected ? [`${there} of ${expected}`] : []),
    ...(absent > 0 ? [`${count(absent, 'parent')} absent`] : []),
    ...(facts && facts.inProgress > 0 ? [`${facts.inProgress} in progress`] : []),
    ...(facts && !facts.hasServer ? [`no segment of ${service}`] : []),
    ...(facts?.hasServer && without.length > 0 ? [`without ${without.join(', ')}`] : []),
  ];
  return parts.join(', ');
}
