/** An instant, in milliseconds since 1970, as signatures write it: `20260101T120000Z`. */
export function amzDate(at: number): string {
  return new Date(at).toISOString().replaceAll(/[-:]|\.\d+/g, '');
}

/** Milliseconds since 1970; undefined for what is no such date. */
export function parseAmzDate(text: unknown): number | undefined {
  const parts = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(String(text))?.slice(1).map(Number);
  if (!parts) return undefined;
  const [year = 0, month = 1, ...rest] = parts;
  return Date.UTC(year, month - 1, ...rest);
}

/** AWS takes a signature for five minutes ("Troubleshooting AWS SigV4", IAM User Guide). */
const TOLERANCE = 5 * 60_000;

/** Why a signature of `signed` is not taken at `now`, in AWS's words; undefined when it is. Both in milliseconds. */
export function skewBetween(signed: number, now: number): string | undefined {
  const [sent, current] = [amzDate(signed), amzDate(now)];
  if (now - signed > TOLERANCE) {
    return `Signature expired: ${sent} is now earlier than ${amzDate(now - TOLERANCE)} (${current} - 5 min.)`;
  }
  if (signed - now > TOLERANCE) {
    return `Signature not yet current: ${sent} is still later than ${amzDate(now + TOLERANCE)} (${current} + 5 min.)`;
  }
  return undefined;
}
