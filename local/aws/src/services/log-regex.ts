/**
 * The regular expressions that filter patterns may hold: letters and digits, the symbols and operators named there, no
 * parentheses, nothing beyond ASCII ("Supported regular expressions (regex) syntax", CloudWatch Logs User Guide,
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/FilterAndPatternSyntax.html#regex-expressions). Its examples have
 * spaces too.
 */
const SUPPORTED = /^[A-Za-z0-9:_#=@/;, ^$?[\]{}|\\*+.-]+$/;

/** A backslash and what it stands for, or one more character. */
const PART = /\\x([0-9A-Fa-f]{2})|\\(.?)|\{,(\d+)\}|[^\\]/gs;

/**
 * Reads `%…%`.
 *
 * @returns undefined for what CloudWatch Logs does not take
 */
export function readLogRegex(text: string): RegExp | undefined {
  const inner = /^%([^%]+)%$/.exec(text)?.[1];
  if (inner === undefined || !SUPPORTED.test(inner)) return undefined;
  let isUnknown = false;
  const source = inner.replaceAll(PART, (part, code?: string, escaped?: string, most?: string) => {
    if (code !== undefined) return `\\x${code}`;
    // Either bound may be left out; JavaScript wants the first.
    if (most !== undefined) return `{0,${most}}`;
    if (escaped === undefined) return part;
    if (/^[dDsSwW]$/.test(escaped)) return part;
    if (escaped === '' || /[A-Za-z0-9]/.test(escaped)) isUnknown = true;
    return `\\x${escaped.charCodeAt(0).toString(16).padStart(2, '0')}`;
  });
  if (isUnknown) return undefined;
  try {
    // With `u`, what has no meaning is refused rather than taken literally.
    return new RegExp(source, 'su');
  } catch {
    return undefined;
  }
}
