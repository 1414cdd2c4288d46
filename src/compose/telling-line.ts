/** Words with which programs begin what went wrong. */
const TELLING = /\b(error|fatal|panic|exception|traceback|cannot|can't|failed|invalid|unknown|refused|denied)\b/i;

/** So much of a line is shown, in characters. */
const LONGEST = 400;

/**
 * The line of a log that most likely names the cause: the last one that speaks of an error, else the last one.
 *
 * @param lines oldest first
 */
export function tellingLine(lines: readonly string[]): string | undefined {
  const words = lines.map(line => line.trim()).filter(line => line !== '');
  const line = words.findLast(text => TELLING.test(text)) ?? words.at(-1);
  return line !== undefined && line.length > LONGEST ? `${line.slice(0, LONGEST)} …` : line;
}
