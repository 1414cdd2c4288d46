/** A workflow command as the runner reads it from a step's log. */
export interface RunnerCommand {
  name: string;
  properties: Readonly<Record<string, string>>;
  data: string;
}

/** What a step's log is to the runner. */
export interface RunnerLog {
  commands: RunnerCommand[];
  /** What it shows as it is. */
  lines: string[];
}

/**
 * Reads a log as the runner does, which is by line, of both streams: `::name key=value::data` after any blanks, else
 * `##[name key=value]data` anywhere in the line.
 * https://github.com/actions/runner/blob/main/src/Runner.Common/ActionCommand.cs
 */
export function readLog(log: string): RunnerLog {
  const read: RunnerLog = { commands: [], lines: [] };
  // .NET ends a line at a carriage return, too.
  for (const line of log.split(/\r\n|\r|\n/)) {
    // What .NET calls white space: JavaScript has no U+0085 in its own, and has U+FEFF.
    const start = line.replace(/^(?:(?!\ufeff)[\s\u0085])+/, '');
    const [, head, data = ''] =
      /^::([a-z][\w-]*(?: [^\n]*?)?)::(.*)$/is.exec(start) ?? /##\[([a-z][\w-]*(?: [^\]]*)?)\](.*)$/is.exec(line) ?? [];
    if (head === undefined) read.lines.push(line);
    else read.commands.push(commandOf(head, data));
  }
  return read;
}

function commandOf(head: string, data: string): RunnerCommand {
  const [name = '', ...rest] = head.split(' ');
  const pairs = rest
    .join(' ')
    .split(/[,;]/)
    .filter(pair => pair.includes('='))
    .map(pair => [pair.slice(0, pair.indexOf('=')).trim(), decoded(pair.slice(pair.indexOf('=') + 1))]);
  return { name, properties: Object.fromEntries(pairs), data: decoded(data) };
}

function decoded(text: string): string {
  const codes: Record<string, string> = { '%0D': '\r', '%0A': '\n', '%3A': ':', '%2C': ',', '%25': '%' };
  return text.replaceAll(/%(0D|0A|3A|2C|25)/gi, code => codes[code.toUpperCase()] ?? code);
}

/**
 * Reads a file of outputs or states as the runner does, and takes nothing but what its library writes: `name<<delimiter`, lines,
 * `delimiter`. https://github.com/actions/runner/blob/main/src/Runner.Worker/FileCommandManager.cs
 *
 * @throws Error for any line that stands outside of such a block
 */
export function readPairs(text: string): [string, string][] {
  const found: [string, string][] = [];
  const lines = text.split('\n');
  while (lines.length > 0) {
    const line = lines.shift() ?? '';
    if (line === '' && lines.length === 0) break;
    const [, name, delimiter] = /^([^<=]+)<<(ghadelimiter_[0-9a-f-]{36})$/.exec(line) ?? [];
    const end = delimiter === undefined ? -1 : lines.indexOf(delimiter);
    if (name === undefined || end < 0) throw new Error(`no output of the action: ${line}`);
    found.push([
      name,
      lines
        .splice(0, end + 1)
        .slice(0, -1)
        .join('\n'),
    ]);
  }
  return found;
}
