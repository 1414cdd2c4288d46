import { type Context, ROOT_CONTEXT, SamplingDecision, SpanKind, TraceFlags, trace } from '@opentelemetry/api';
import { expect, it } from 'vitest';
import { createSampler } from './sampler.ts';

const SPAN = '00f067aa0ba902b7';
/** A trace id that every ratio above 0 takes. */
const LOW = '0'.repeat(31).concat('1');
/** One that no ratio below 1 takes. */
const HIGH = 'ffffffff000000000000000000000000';

const parent = (traceId: string, { isSampled = true, isRemote = true } = {}) =>
  trace.setSpanContext(ROOT_CONTEXT, {
    traceId,
    spanId: SPAN,
    traceFlags: isSampled ? TraceFlags.SAMPLED : TraceFlags.NONE,
    isRemote,
  });

/** How many of so many are sampled. */
function sampled(
  env: NodeJS.ProcessEnv,
  context: Context,
  { traceId = LOW, count = 1000, trustedPerSecond = 10 } = {},
) {
  const sampler = createSampler(env, { trustedPerSecond, now: () => 0 });
  const decide = () => sampler.shouldSample(context, traceId, 'GET', SpanKind.SERVER, {}, []).decision;
  return Array.from({ length: count }, decide).filter(d => d === SamplingDecision.RECORD_AND_SAMPLED).length;
}

it.each([
  [undefined, undefined, LOW, 1000],
  ['always_on', undefined, LOW, 1000],
  ['always_off', undefined, LOW, 0],
  ['parentbased_always_off', undefined, LOW, 0],
  ['traceidratio', '0.5', LOW, 1000],
  ['traceidratio', '0.5', HIGH, 0],
  ['parentbased_traceidratio', '0.5', LOW, 1000],
  ['parentbased_traceidratio', '0.5', HIGH, 0],
  ['parentbased_traceidratio', '0', LOW, 0],
  ['parentbased_traceidratio', undefined, HIGH, 1000],
  ['parentbased_traceidratio', '1.5', HIGH, 1000],
  ['no_such_sampler', '0', HIGH, 1000],
])('a trace of our own under %s %s', (name, argument, traceId, expected) => {
  const env = { ...(name && { OTEL_TRACES_SAMPLER: name }), ...(argument && { OTEL_TRACES_SAMPLER_ARG: argument }) };
  expect(sampled(env, ROOT_CONTEXT, { traceId })).toBe(expected);
});

it('follows a parent of our own without a bound', () => {
  const off = { OTEL_TRACES_SAMPLER: 'parentbased_always_off' };
  expect(sampled(off, parent(LOW, { isRemote: false }))).toBe(1000);
  expect(sampled({}, parent(LOW, { isRemote: false, isSampled: false }))).toBe(0);
});

it("grants a caller's wish for a trace up to the bound", () => {
  expect(sampled({ OTEL_TRACES_SAMPLER: 'parentbased_always_off' }, parent(LOW))).toBe(10);
});

it("grants a caller's wish for no trace always", () => {
  expect(sampled({}, parent(LOW, { isSampled: false }))).toBe(0);
});

it('beyond the bound takes a share, whatever trace id a caller has chosen', () => {
  const env = { OTEL_TRACES_SAMPLER: 'parentbased_traceidratio', OTEL_TRACES_SAMPLER_ARG: '0.1' };
  for (const traceId of [LOW, HIGH]) {
    const count = sampled(env, parent(traceId), { traceId, count: 10_000, trustedPerSecond: 0 });
    // Ten standard deviations.
    expect(Math.abs(count - 1000)).toBeLessThan(300);
  }
});

it('does not look at parents when it is not parent-based', () => {
  expect(sampled({ OTEL_TRACES_SAMPLER: 'always_off' }, parent(LOW))).toBe(0);
  expect(sampled({ OTEL_TRACES_SAMPLER: 'always_on' }, parent(LOW, { isSampled: false }))).toBe(1000);
});
