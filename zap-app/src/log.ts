import {
  type Attributes,
  type Context,
  context,
  isSpanContextValid,
  type Logger,
  SeverityNumber,
  type SpanContext,
  trace,
} from '@opentelemetry/api';
import { type DestinationStream, pino } from 'pino';
import { xrayTraceId } from './xray-trace-id.ts';

export type Severity = 'INFO' | 'WARN' | 'ERROR';

/** Writes one record. Trace and span are those of `within`, by default of the present context. */
export type Log = (severity: Severity, body: string, attributes?: Attributes, within?: Context) => void;

/** Where records go. */
export interface LogOptions {
  /** Takes one line of JSON for each record. */
  destination: DestinationStream;
  /** Takes the same records for OTLP; does nothing when no exporter is set up. */
  otlp: Logger;
  /** What sends the records; on every line, as OTLP has it on every batch. */
  resource: Attributes;
}

const LEVELS = { INFO: 'info', WARN: 'warn', ERROR: 'error' } as const;

/** Records as lines of JSON, and over OTLP: the same trace, span, severity, body and attributes both ways. */
export function createLog({ destination, otlp, resource }: LogOptions): Log {
  const lines = pino(
    {
      base: { resource },
      messageKey: 'body',
      timestamp: () => `,"timestamp":"${new Date().toISOString()}"`,
      formatters: { level: label => ({ severity: label.toUpperCase() }) },
    },
    destination,
  );
  return (severity, body, attributes = {}, within = context.active()) => {
    const active = trace.getSpanContext(within);
    const span = active && isSpanContextValid(active) ? active : undefined;
    const all = span === undefined ? attributes : { ...attributes, xray_trace_id: xrayTraceId(span.traceId) };
    lines[LEVELS[severity]]({ ...(span && correlation(span)), attributes: all }, body);
    otlp.emit({
      severityNumber: SeverityNumber[severity],
      severityText: severity,
      body,
      attributes: all,
      context: within,
    });
  };
}

/** By the names that OpenTelemetry gives them in formats other than OTLP. */
function correlation({ traceId, spanId, traceFlags }: SpanContext) {
  return { trace_id: traceId, span_id: spanId, trace_flags: traceFlags.toString(16).padStart(2, '0') };
}

/** An exception as attributes, by OpenTelemetry's convention for exceptions. */
export function exceptionAttributes(error: unknown): Attributes {
  if (!(error instanceof Error)) return { 'exception.message': String(error) };
  return {
    'exception.type': error.name,
    'exception.message': error.message,
    ...(error.stack !== undefined && { 'exception.stacktrace': error.stack }),
  };
}
