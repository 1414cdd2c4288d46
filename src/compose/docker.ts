/** What a command of Docker printed, and the code with which it ended. */
export interface Finished {
  code: number;
  stdout: string;
  stderr: string;
}

export interface RunOptions {
  /** Ends the command, and everything that it started; the promise then rejects with the signal's reason. */
  signal?: AbortSignal | undefined;
  /** Variables of the command, beside those of this process. Secrets travel here and never as an argument. */
  env?: Readonly<Record<string, string>> | undefined;
  /** What the command reads on its standard input, such as a password; without it, nothing. */
  input?: string | undefined;
  /** Each line as it is printed, of both streams; without colours. */
  onLine?: ((line: string) => void) | undefined;
}

/**
 * Runs `docker` with these arguments, without a shell, and resolves however it ends.
 *
 * @throws UserFault when there is no such program
 */
export type RunDocker = (args: readonly string[], options?: RunOptions) => Promise<Finished>;
