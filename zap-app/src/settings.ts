/** Where the app listens and whom it calls. */
export interface Settings {
  /** 0: any free port. */
  readonly port: number;
  /** The address to listen on; absent: all of them. */
  readonly host: string | undefined;
  /** What `/external` calls; absent: the app's own `/api/data`. */
  readonly externalUrl: URL | undefined;
  /** Milliseconds. */
  readonly externalTimeout: number;
}

/** A setting that the operator has to mend; the message ends in the next step. */
export class SettingFault extends Error {}

/**
 * Reads the app's own settings. Those of OpenTelemetry (`OTEL_*`) are read by its SDK.
 *
 * @throws SettingFault for a value that cannot be used
 */
export function readSettings(env: NodeJS.ProcessEnv): Settings {
  return {
    port: readNumber(env, 'PORT', { fallback: 5000, min: 0, max: 65_535 }),
    host: env.HOST || undefined,
    externalUrl: readUrl(env, 'EXTERNAL_URL'),
    externalTimeout: readNumber(env, 'EXTERNAL_TIMEOUT_MS', { fallback: 2000, min: 1, max: 60_000 }),
  };
}

/**
 * A whole number from the environment; empty counts as absent.
 *
 * @throws SettingFault when it is none, or out of bounds
 */
export function readNumber(
  env: NodeJS.ProcessEnv,
  name: string,
  { fallback, min, max }: { fallback: number; min: number; max: number },
): number {
  const text = env[name]?.trim();
  if (!text) return fallback;
  const value = Number(text);
  if (/^\d+$/.test(text) && value >= min && value <= max) return value;
  throw new SettingFault(
    `${name} must be a whole number from ${min} to ${max}. Seen: ${JSON.stringify(text)}. ` +
      `Correct it, or leave it out for ${fallback}.`,
  );
}

function readUrl(env: NodeJS.ProcessEnv, name: string): URL | undefined {
  const text = env[name]?.trim();
  if (!text) return undefined;
  const url = URL.parse(text);
  if (url && /^https?:$/.test(url.protocol)) return url;
  throw new SettingFault(
    `${name} must be an address that begins with http:// or https://. Seen: ${JSON.stringify(text)}. ` +
      "Correct it, or leave it out for the app's own /api/data.",
  );
}
