/** One instruction of a Dockerfile. */
interface Instruction {
  /** In capitals. */
  keyword: string;
  /** What follows it, continued lines joined as Docker joins them, without comments in between. */
  rest: string;
  /** The line, from 1, on which it begins. */
  line: number;
  /** Number of the stage that it belongs to, from 0; -1 before the first. */
  stage: number;
}

/** An image that a Dockerfile builds on. */
export interface Base {
  /** As Docker asks for it, build arguments put in. */
  image: string;
  line: number;
}

/**
 * A Dockerfile, read as far as it matters what its images are and on which line a step stands.
 * https://docs.docker.com/reference/dockerfile
 */
export class Dockerfile {
  readonly #instructions: readonly Instruction[];

  constructor(text: string) {
    this.#instructions = instructionsOf(text);
  }

  /** The names of its stages, in their order; '' for one without. */
  stages(): string[] {
    return this.#of('FROM').map(({ rest }) => /\sAS\s+(\S+)\s*$/i.exec(rest)?.[1]?.toLowerCase() ?? '');
  }

  /**
   * The images that come from elsewhere: of `FROM`, and of `--from` in `COPY` and `RUN --mount`.
   *
   * @param args build arguments; those that Docker sets by itself stand for the platform of this machine
   */
  bases(args: Readonly<Record<string, string>>): Base[] {
    const stages = this.stages();
    const variables = this.#globalArguments(args);
    const isStage = (name: string, before: number) =>
      name === 'scratch' || /^\d+$/.test(name) || stages.slice(0, before).includes(name.toLowerCase());
    const named = this.#instructions.flatMap(({ keyword, rest, line, stage }): Base[] => {
      if (keyword === 'FROM') {
        const image = substitute(imageOf(rest), variables);
        return image === '' || isStage(image, stage) ? [] : [{ image, line }];
      }
      const from = keyword === 'COPY' ? /^(?:--\S+\s+)*?--from=(\S+)/.exec(rest) : undefined;
      const mounted = keyword === 'RUN' ? /^(?:--\S+\s+)*?--mount=\S*?\bfrom=([^\s,]+)/.exec(rest) : undefined;
      const image = (from ?? mounted)?.[1];
      return image === undefined || isStage(image, stages.length) ? [] : [{ image, line }];
    });
    return [...new Map(named.map(base => [base.image, base])).values()];
  }

  /** The line of the stage that builds on this image, as it is written. */
  lineOfFrom(written: string): number | undefined {
    return this.#of('FROM').find(({ rest }) => imageOf(rest) === written)?.line;
  }

  /** Where files are fetched from addresses: what stands there is no part of a hash of the content. */
  remoteFiles(): number[] {
    return this.#of('ADD').flatMap(({ rest, line }) => (/(?:^|\s|["'])(?:https?:\/\/|git@)/.test(rest) ? [line] : []));
  }

  /**
   * The line on which a step of a build stands.
   *
   * @param step as BuildKit names it, such as `[build 2/5] RUN npm ci`
   */
  lineOf(step: string): number | undefined {
    const [, place = '', text = ''] = /^\[([^\]]+)\]\s+(.*)$/s.exec(step) ?? [];
    const wanted = normal(text);
    if (wanted === '') return undefined;
    const stage = this.#stageOf(place);
    if (wanted.startsWith('FROM ')) return this.#of('FROM')[stage]?.line;
    const matching = this.#instructions.filter(({ keyword, rest }) => isOf(wanted, normal(`${keyword} ${rest}`)));
    return (matching.find(one => one.stage === stage) ?? matching.at(-1))?.line;
  }

  /** In `linux/arm64 build 2/5`, `stage-1 3/3` or `2/3` the number of the stage. */
  #stageOf(place: string): number {
    const name = place.split(' ').at(-2)?.toLowerCase();
    const stages = this.stages();
    if (name === undefined || name.includes('/')) return stages.length - 1;
    const number = /^stage-(\d+)$/.exec(name)?.[1];
    return number === undefined ? stages.indexOf(name) : Number(number);
  }

  #of(keyword: string): Instruction[] {
    return this.#instructions.filter(one => one.keyword === keyword);
  }

  /** Arguments that stand before the first stage, which alone count in `FROM`. */
  #globalArguments(args: Readonly<Record<string, string>>): Map<string, string> {
    const variables = new Map<string, string>();
    for (const { keyword, rest, stage } of this.#instructions) {
      if (stage >= 0 || keyword !== 'ARG') continue;
      for (const [, name = '', , quoted, plain = ''] of rest.matchAll(/([A-Za-z_]\w*)(=(?:"([^"]*)"|(\S*)))?/g)) {
        const fallback = substitute(quoted ?? plain.replaceAll(/^'|'$/g, ''), variables);
        variables.set(name, args[name] ?? fallback);
      }
    }
    return variables;
  }
}

const HEREDOC = /<<-?(?:"([\w.-]+)"|'([\w.-]+)'|([\w.-]+))/g;

function instructionsOf(text: string): Instruction[] {
  const lines = text.replace(/^\uFEFF/, '').split(/\r?\n/);
  const continues = /^#\s*escape\s*=\s*`/im.test(directives(lines)) ? '`' : '\\';
  const instructions: Instruction[] = [];
  let stage = -1;
  for (let at = 0; at < lines.length; at += 1) {
    const line = at + 1;
    let whole = (lines[at] ?? '').trim();
    if (whole === '' || whole.startsWith('#')) continue;
    while (whole.endsWith(continues) && at + 1 < lines.length) {
      at += 1;
      const next = lines[at] ?? '';
      // Comments and empty lines between continued ones are passed over.
      if (/^\s*(#|$)/.test(next)) continue;
      whole = whole.slice(0, -1) + next.trimEnd();
    }
    const [, keyword = '', rest = ''] = /^(\S+)\s*(.*)$/s.exec(whole) ?? [];
    const capitals = keyword.toUpperCase();
    if (capitals === 'FROM') stage += 1;
    instructions.push({ keyword: capitals, rest: rest.trim(), line, stage });
    if (!['RUN', 'COPY', 'ADD'].includes(capitals)) continue;
    for (const [, double, single, bare] of rest.matchAll(HEREDOC))
      at = endOfHeredoc(lines, at, double ?? single ?? bare);
  }
  return instructions;
}

/** The number, from 0, of the line that ends a document that begins after line `at`; `at` when none does. */
function endOfHeredoc(lines: readonly string[], at: number, word: string | undefined): number {
  const end = lines.findIndex((line, index) => index > at && line.replace(/^\t+/, '') === word);
  return end < 0 ? at : end;
}

/** The comments at the very top, which alone may set the escape character. */
function directives(lines: readonly string[]): string {
  const end = lines.findIndex(line => !/^#\s*\w+\s*=/.test(line));
  return lines.slice(0, end < 0 ? lines.length : end).join('\n');
}

/** `$NAME`, `${NAME}`, `${NAME:-default}` and `${NAME:+other}`. */
function substitute(text: string, variables: ReadonlyMap<string, string>): string {
  return text.replaceAll(/\$(?:\{(\w+)(?::([-+])([^}]*))?\}|(\w+))/g, (_, braced, operator, word = '', bare) => {
    const value = variables.get(braced ?? bare) ?? '';
    if (operator === '-') return value || substitute(word, variables);
    if (operator === '+') return value && substitute(word, variables);
    return value;
  });
}

/** What stands after `FROM` and its flags. */
function imageOf(rest: string): string {
  return rest.replace(/^(?:--\S+\s+)*/, '').split(/\s+/)[0] ?? '';
}

function normal(text: string): string {
  return text.replaceAll(/\s+/g, ' ').trim();
}

/** Whether BuildKit's name of a step is that of an instruction; it shows variables with their values, documents by their start. */
function isOf(step: string, instruction: string): boolean {
  if (step === instruction) return true;
  if (instruction.includes('<<') && step.startsWith(instruction)) return true;
  if (!instruction.includes('$')) return false;
  const parts = instruction.split(/\$(?:\{[^}]*\}|\w+)/).map(part => part.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${parts.join('.*')}$`, 's').test(step);
}
