import { diag, type TextMapPropagator } from '@opentelemetry/api';
import { CompositePropagator, W3CBaggagePropagator, W3CTraceContextPropagator } from '@opentelemetry/core';
import { B3InjectEncoding, B3Propagator } from '@opentelemetry/propagator-b3';
import type { ContinuedIds } from './continued-ids.ts';
import { XRayPropagator } from './xray-propagator.ts';

/**
 * What `OTEL_PROPAGATORS` names, `tracecontext,baggage` by default as the specification says. Without the setting
 * `X-Amzn-Trace-Id` is read as well, where there is no `traceparent`; named as `xray` it is also sent.
 *
 * @returns null for none
 */
export function createPropagator(env: NodeJS.ProcessEnv, ids: ContinuedIds): TextMapPropagator | null {
  const names = (env.OTEL_PROPAGATORS ?? '').split(',').map(name => name.trim());
  const wanted = new Set(names.filter(name => name !== ''));
  if (wanted.has('none')) return null;
  const known: Record<string, () => TextMapPropagator> = {
    tracecontext: () => new W3CTraceContextPropagator(),
    baggage: () => new W3CBaggagePropagator(),
    b3: () => new B3Propagator(),
    b3multi: () => new B3Propagator({ injectEncoding: B3InjectEncoding.MULTI_HEADER }),
    // Last, because it only reads what no other has found.
    xray: () => new XRayPropagator(ids, { injects: wanted.has('xray') }),
  };
  for (const name of wanted) {
    if (!Object.hasOwn(known, name)) {
      diag.error(`OTEL_PROPAGATORS names ${name}, which is not one of ${Object.keys(known).join(', ')}, none`);
    }
  }
  const used = wanted.size === 0 ? ['tracecontext', 'baggage', 'xray'] : Object.keys(known).filter(n => wanted.has(n));
  return new CompositePropagator({ propagators: used.flatMap(name => known[name]?.() ?? []) });
}
