import {
  type Context,
  createContextKey,
  type TextMapGetter,
  type TextMapPropagator,
  type TextMapSetter,
  TraceFlags,
  trace,
} from '@opentelemetry/api';
import { isTracingSuppressed } from '@opentelemetry/core';
import { xrayTraceId } from '../xray-trace-id.ts';
import type { ContinuedIds } from './continued-ids.ts';
import { parseXRayHeader, type XRayHeader } from './xray-header.ts';

const HEADER = 'X-Amzn-Trace-Id';
const LOWER_CASE = HEADER.toLowerCase();

const WISH = createContextKey('what X-Amzn-Trace-Id wishes about sampling');

/**
 * What the header that was read wishes about sampling; undefined when none was. Beside the flags of a parent, because a header
 * may have no parent, and may leave the decision open.
 */
export function xrayWish(context: Context): XRayHeader['wish'] | undefined {
  return context.getValue(WISH) as XRayHeader['wish'] | undefined;
}

/**
 * Reads `X-Amzn-Trace-Id` where no propagator before it has found a parent, also when it names no parent: the trace id is
 * kept, so that the load balancer's access log leads to the trace. AWS's own propagator ignores such a header.
 */
export class XRayPropagator implements TextMapPropagator {
  readonly #ids: ContinuedIds;
  readonly #injects: boolean;

  /** @param injects whether calls to others carry the header, too */
  constructor(ids: ContinuedIds, { injects }: { injects: boolean }) {
    this.#ids = ids;
    this.#injects = injects;
  }

  extract(context: Context, carrier: unknown, getter: TextMapGetter): Context {
    this.#ids.continueWith(undefined);
    if (trace.getSpanContext(context) !== undefined) return context;
    const raw = getter.get(carrier, LOWER_CASE) ?? getter.get(carrier, HEADER);
    const text = Array.isArray(raw) ? raw[0] : raw;
    const header = text === undefined ? undefined : parseXRayHeader(text);
    if (header === undefined) return context;
    const { traceId, parentId, wish } = header;
    const wishing = context.setValue(WISH, wish);
    if (parentId === undefined) {
      this.#ids.continueWith(traceId);
      return wishing;
    }
    const traceFlags = wish === 'sampled' ? TraceFlags.SAMPLED : TraceFlags.NONE;
    return trace.setSpanContext(wishing, { traceId, spanId: parentId, traceFlags, isRemote: true });
  }

  inject(context: Context, carrier: unknown, setter: TextMapSetter): void {
    const span = trace.getSpanContext(context);
    if (!this.#injects || span === undefined || isTracingSuppressed(context)) return;
    const sampled = span.traceFlags & TraceFlags.SAMPLED ? 1 : 0;
    setter.set(carrier, HEADER, `Root=${xrayTraceId(span.traceId)};Parent=${span.spanId};Sampled=${sampled}`);
  }

  fields(): string[] {
    return this.#injects ? [HEADER] : [];
  }
}
