/**
 * A trace id as X-Ray shows it, `1-8hex-24hex`: searching the logs for it is what its console does.
 * Source: X-Ray developer guide, "Tracing header" and "W3C format trace IDs".
 */
export function xrayTraceId(traceId: string): string {
  return `1-${traceId.slice(0, 8)}-${traceId.slice(8)}`;
}
