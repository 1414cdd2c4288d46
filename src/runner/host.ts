import type { Place } from './fault.ts';

export type Severity = 'error' | 'warning' | 'notice';

/** What a job of GitHub Actions knows of itself. Addresses have no slash at their end. */
export interface Job {
  /** `owner/name` */
  repository: string;
  /** What started the workflow, such as `pull_request`. */
  eventName: string;
  /** What GitHub says of it: untrusted, as whoever opens a pull request writes much of it; `undefined` when it cannot be read. */
  event: unknown;
  /** The commit that is checked out; of a pull request, the one that merges it. */
  sha: string;
  /** Of the workflow's run; a later run has a higher one. */
  runId: number;
  /** Counted from 1. */
  runAttempt: number;
  /** Where people look, such as `https://github.com`. */
  serverUrl: string;
  /** Where programs ask, such as `https://api.github.com`. */
  apiUrl: string;
}

/** Where an action runs: the GitHub runner, a terminal, or a test. Nothing else in the toolkit prints. */
export interface Host {
  /** An input's raw text, '' when absent. */
  input(name: string): string;
  output(name: string, value: string): void;
  /** Appends Markdown to the job summary. */
  summary(markdown: string): Promise<void>;
  /** Writes one line, or several, to the log. */
  line(text: string): void;
  /** Opens a group of the log, until `closeGroup`. Groups do not nest. */
  openGroup(name: string): void;
  closeGroup(): void;
  /** A message that the host shows apart from the log: on GitHub an annotation, on the line of `place` when given. */
  annotate(severity: Severity, message: string, options?: { title?: string; place?: Place | undefined }): void;
  /** Keeps a value out of everything that is printed after. */
  mask(secret: string): void;
  /** Keeps a text for the step's own clean-up after the job; '' takes it back. Nothing where no such step comes. */
  saveState(name: string, value: string): void;
  /** What this step has kept, by name. */
  savedStates(): Record<string, string>;
  /** The job of GitHub Actions that this is a step of; `undefined` elsewhere. */
  job(): Job | undefined;
  /** The runner's OIDC token for an audience. Rejects when the job may not have one. */
  idToken(audience: string): Promise<string>;
  /** Shows one line that the next call replaces; '' removes it. Absent where lines cannot be replaced. */
  status?(text: string): void;
}

/** Does work inside a group of the log, which is closed however the work ends. */
export async function inGroup<T>(host: Host, name: string, work: () => Promise<T>): Promise<T> {
  host.openGroup(name);
  try {
    return await work();
  } finally {
    host.closeGroup();
  }
}
