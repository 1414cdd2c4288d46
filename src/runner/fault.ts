import { visible } from './visible.ts';

/** A place in a user's file, lines and columns counted from 1; `file` as the user would write it. */
export interface Place {
  file: string;
  line?: number;
  column?: number;
}

/** One thing that the user can mend. */
export interface Fault {
  /** What is wrong, as one sentence without a closing full stop. */
  what: string;
  /** What was found instead, shown as it was seen. */
  seen?: string | undefined;
  /** The next step, as an imperative sentence without a closing full stop. */
  fix?: string | undefined;
  place?: Place | undefined;
}

/**
 * Thrown when the user, not zap-obs, has something to mend. It may carry several faults, so that one run shows them all.
 * Everything else that is thrown counts as a bug and is shown with its stack trace.
 */
export class UserFault extends Error {
  readonly faults: readonly Fault[];

  constructor(faults: Fault | readonly Fault[], options?: ErrorOptions) {
    const all = 'what' in faults ? [faults] : faults;
    super(all.map(renderFault).join('\n'), options);
    this.name = 'UserFault';
    this.faults = all;
  }
}

/** Throws one `UserFault` with all the faults when there are any. */
export function throwIfAny(faults: readonly Fault[]): void {
  if (faults.length > 0) throw new UserFault(faults);
}

/**
 * `file:line:column: what. Seen: … Fix.`; the parts that are absent are left out. What an input or a file has put into them is
 * shortened, and nothing in it is hidden.
 */
export function renderFault(fault: Fault): string {
  const parts = [`${visible(fault.what)}.`];
  if (fault.seen !== undefined) parts.push(`Seen: ${visible(fault.seen)}.`);
  if (fault.fix !== undefined) parts.push(`${visible(fault.fix)}.`);
  const where = fault.place ? `${visible(renderPlace(fault.place))}: ` : '';
  return where + parts.join(' ').replaceAll(/([.?!])\.(?= |$)/g, '$1');
}

/** `file:line:column`, as compilers write it and editors make clickable. */
export function renderPlace({ file, line, column }: Place): string {
  return [file, line, column].filter(part => part !== undefined).join(':');
}

/** What an error says, whatever was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
