import type { Finished, RunDocker, RunOptions } from '../compose/docker.ts';

/** A command that was given to a scripted Docker. */
export interface Asked {
  args: readonly string[];
  env: Readonly<Record<string, string>>;
  input: string | undefined;
}

/** What a command answers: what it prints, and how it ends. */
export type Answer = Partial<Finished> & {
  /** Done before it ends, such as writing a file that it was told to write. */
  effect?: (asked: Asked) => Promise<void> | void;
};

/**
 * For tests: a Docker that does what a script says.
 *
 * @param script gives the answer to a command, named by its arguments joined by blanks; `undefined` is success without a word
 */
export function scriptedDocker(script: (command: string, asked: Asked) => Answer | undefined): {
  run: RunDocker;
  asked: Asked[];
  /** The commands so far, arguments joined by blanks. */
  commands(): string[];
} {
  const asked: Asked[] = [];
  const run: RunDocker = async (args, { env = {}, input, onLine, signal }: RunOptions = {}) => {
    signal?.throwIfAborted();
    const one = { args, env, input };
    asked.push(one);
    const { code = 0, stdout = '', stderr = '', effect } = script(args.join(' '), one) ?? {};
    await effect?.(one);
    for (const line of `${stdout}${stderr}`.split('\n')) if (line !== '') onLine?.(line);
    return { code, stdout, stderr };
  };
  return { run, asked, commands: () => asked.map(({ args }) => args.join(' ')) };
}
