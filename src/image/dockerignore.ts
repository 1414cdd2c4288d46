/**
 * What a `.dockerignore` leaves out, judged as Docker judges it: the rules of github.com/moby/patternmatcher, which BuildKit's
 * walk through a context applies folder by folder. No library on npm is used: the known ones follow `.gitignore`, or leave out
 * that what stands under an ignored folder is ignored by that folder's match.
 */
export class Dockerignore {
  readonly #patterns: readonly Pattern[];

  private constructor(patterns: readonly Pattern[]) {
    this.#patterns = patterns;
  }

  /**
   * @param text of the file; '' leaves nothing out
   * @throws SyntaxError naming the line that Docker refuses
   */
  static parse(text: string): Dockerignore {
    const lines = text.replace(/^\uFEFF/, '').split(/\r?\n/);
    return new Dockerignore(lines.flatMap(patternOf));
  }

  /**
   * Judges one path, relative to the context, with `/` between its parts.
   *
   * @param folder the verdict on the folder in which it stands; none for what stands at the top
   */
  judge(path: string, folder?: Verdict): Verdict {
    let isIgnored = false;
    const matched: boolean[] = [];
    for (const [index, { isException, regex }] of this.#patterns.entries()) {
      const inherited = folder?.matched[index] ?? false;
      // A pattern that could not change the verdict is not tried, and so it has not matched for what stands below either.
      const matches = inherited || (isException === isIgnored && regex.test(path));
      matched.push(matches);
      if (matches) isIgnored = !isException;
    }
    return { isIgnored, matched };
  }

  /** Whether an exception may bring back something that stands in an ignored folder. */
  mayKeepBelow(folder: string): boolean {
    const parts = folder.split('/');
    return this.#patterns.some(({ isException, literal }) => {
      if (!isException) return false;
      const common = Math.min(parts.length, literal.length);
      return parts.slice(0, common).every((part, index) => part === literal[index]);
    });
  }
}

/** The verdict on one path, with what the judgement of paths below it needs. */
export interface Verdict {
  isIgnored: boolean;
  /** By pattern: whether it has matched here or above. */
  matched: readonly boolean[];
}

interface Pattern {
  /** Begins with `!`: what matches is kept. */
  isException: boolean;
  regex: RegExp;
  /** Its parts up to the first that has a wildcard. */
  literal: readonly string[];
}

function patternOf(line: string): Pattern[] {
  if (line.startsWith('#')) return [];
  const text = line.trim();
  const isException = text.startsWith('!');
  const written = isException ? text.slice(1).trim() : text;
  if (written === '') {
    if (isException) throw new SyntaxError('illegal exclusion pattern: "!"');
    return [];
  }
  const path = cleaned(written);
  const parts = path.split('/');
  const wild = parts.findIndex(part => /[*?[\\]/.test(part));
  return [{ isException, regex: regexOf(path, written), literal: wild < 0 ? parts : parts.slice(0, wild) }];
}

/** As Go's `filepath.Clean` has it, without the slash in front. */
function cleaned(path: string): string {
  const parts: string[] = [];
  const isRooted = path.startsWith('/');
  for (const part of path.split('/')) {
    if (part === '' || part === '.') continue;
    if (part !== '..') parts.push(part);
    else if (parts.length > 0 && parts.at(-1) !== '..') parts.pop();
    else if (!isRooted) parts.push(part);
  }
  return parts.join('/') || '.';
}

function regexOf(path: string, written: string): RegExp {
  let source = '';
  for (let at = 0; at < path.length; at += 1) {
    const char = path.charAt(at);
    if (path.startsWith('**', at)) {
      at += path.startsWith('**/', at) ? 2 : 1;
      source += at === path.length - 1 ? '.*' : '(.*/)?';
    } else if (char === '*') source += '[^/]*';
    else if (char === '?') source += '[^/]';
    else if ('[]-^'.includes(char)) source += char;
    else if (char === '\\') {
      at += 1;
      source += literal(path.charAt(at) || '\\');
    } else source += literal(char);
  }
  try {
    return new RegExp(`^${source}$`, 's');
  } catch (cause) {
    throw new SyntaxError(`syntax error in pattern: "${written}"`, { cause });
  }
}

function literal(char: string): string {
  return /[a-z0-9_]/i.test(char) ? char : `\\${char}`;
}
