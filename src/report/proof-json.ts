import type { ProofResult } from './proof-result.ts';

/** Raised when a field is taken away or means something else; fields may be added. */
const VERSION = 1;

/**
 * The result as JSON for other programs: `format` and `version` first, then all of {@link ProofResult} as it is. Times are
 * milliseconds, instants milliseconds since the Unix epoch; what is not known is absent, never 0 or null.
 */
export function proofJson(result: ProofResult): string {
  return `${JSON.stringify({ format: 'zap-obs-proof', version: VERSION, ...result }, null, 2)}\n`;
}
