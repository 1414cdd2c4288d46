import { type DiagLogger, DiagLogLevel, diag } from '@opentelemetry/api';
import { diagLogLevelFromString } from '@opentelemetry/core';

/** The same message again within this time, in milliseconds, is left out: a collector that is down is told once a minute. */
const QUIET = 60_000;

/**
 * Makes OpenTelemetry's own troubles visible as lines of JSON on standard output, never over OTLP, which may be what is in
 * trouble. `OTEL_LOG_LEVEL` sets the level, `info` by default as the specification says.
 *
 * @returns puts them in place of whatever shows diagnostics at that time
 */
export function createDiagnostics(
  env: NodeJS.ProcessEnv,
  write: (line: string) => void,
  now: () => number,
): () => void {
  const seen = new Map<string, number>();
  const say =
    (severity: string) =>
    (...words: unknown[]) => {
      const body = words.map(String).map(explain).join(' ');
      const time = now();
      if (time - (seen.get(body) ?? Number.NEGATIVE_INFINITY) < QUIET) return;
      // Messages that are never the same must not fill the memory.
      if (seen.size > 100) seen.clear();
      seen.set(body, time);
      const timestamp = new Date().toISOString();
      write(`${JSON.stringify({ timestamp, severity, body, attributes: { 'otel.scope.name': 'opentelemetry' } })}\n`);
    };
  const logger: DiagLogger = {
    error: say('ERROR'),
    warn: say('WARN'),
    info: say('INFO'),
    debug: say('DEBUG'),
    verbose: say('TRACE'),
  };
  const logLevel = diagLogLevelFromString(env.OTEL_LOG_LEVEL?.trim() || 'info') ?? DiagLogLevel.INFO;
  return () => void diag.setLogger(logger, { logLevel, suppressOverrideMessage: true });
}

/** An error of the SDK comes as JSON with its whole stack; its message is what helps. */
function explain(word: string): string {
  if (!word.startsWith('{')) return word;
  try {
    const { message, code, name } = JSON.parse(word) as Record<string, unknown>;
    return [name, code, message].filter(Boolean).join(' ') || word;
  } catch {
    return word;
  }
}
