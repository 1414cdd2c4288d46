import { randomBytes } from 'node:crypto';

/** Gives so many random bytes; tests pass their own. */
export type RandomBytes = (size: number) => Uint8Array;

/** A place in a trace that begins here. */
export interface TraceContext {
  /** 32 hexadecimal digits, as W3C has it. */
  traceId: string;
  /** 16 of them: of the caller, which is nobody's span. */
  spanId: string;
  /** The header that carries both, sampled: https://www.w3.org/TR/trace-context/#traceparent-header */
  traceparent: string;
}

/** What all trace ids of a run begin with: 16 hexadecimal digits. */
export function tracePrefix(startedAt: number, run: string): string {
  const seconds = Math.floor(startedAt / 1000)
    .toString(16)
    .padStart(8, '0')
    .slice(-8);
  return seconds + run;
}

/** Names a run: 8 hexadecimal digits. */
export function mintRun(random: RandomBytes = randomBytes): string {
  return hex(random(4));
}

/**
 * Begins a trace. The ids of a run begin with the time in seconds, which is what X-Ray's own ids do and what older collectors
 * ask for, and with the run's name, so that one pattern finds them all; the other half is random, which is the half that
 * samplers look at.
 *
 * @param prefix of the run's ids, see {@link tracePrefix}
 */
export function mintTrace(prefix: string, random: RandomBytes = randomBytes): TraceContext {
  const traceId = prefix + hex(random(8));
  const spanId = hex(random(8));
  return { traceId, spanId, traceparent: `00-${traceId}-${spanId}-01` };
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}

/**
 * A trace's id as 32 small hexadecimal digits, from that or from X-Ray's form `1-<8>-<24>`, also with `Root=` before it and
 * more after it, as in `X-Amzn-Trace-Id`; `undefined` when it is neither.
 */
export function plainTraceId(text: string): string | undefined {
  const xray = /^(?:.*\bRoot=)?1-([0-9a-f]{8})-([0-9a-f]{24})(?:[;@].*)?$/i.exec(text.trim());
  const plain = xray ? `${xray[1]}${xray[2]}` : text.trim();
  return /^[0-9a-f]{32}$/i.test(plain) && !/^0+$/.test(plain) ? plain.toLowerCase() : undefined;
}

/** The form in which X-Ray has an id: `1-<8>-<24>`. */
export function xrayTraceId(traceId: string): string {
  return `1-${traceId.slice(0, 8)}-${traceId.slice(8)}`;
}
