const METHODS = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'TRACE', 'CONNECT']);

/**
 * A method by its own name when OpenTelemetry's convention for HTTP knows it; all others are one, `_OTHER`, so that strangers
 * cannot make up label values.
 */
export function knownMethod(method = 'GET'): string {
  return METHODS.has(method) ? method : '_OTHER';
}
