import type { Place } from './fault.ts';

export type Severity = 'error' | 'warning' | 'notice';

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
