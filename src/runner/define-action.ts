import { Cancelled, listenForCancellation } from './cancellation.ts';
import { messageOf, renderFault, UserFault } from './fault.ts';
import type { Host } from './host.ts';
import { parseInputs } from './inputs.ts';
import type { ActionSpec, InputSpecs, InputValues, OutputSpec } from './spec.ts';

/** What a run of an action may use. */
export interface ActionContext<I extends InputSpecs, O extends Readonly<Record<string, OutputSpec>>> {
  inputs: InputValues<I>;
  host: Host;
  /** Gives an output; one that cannot be written fails the action in the end, without keeping the rest from being done. */
  setOutput(name: keyof O & string, value: string): void;
  /** Appends Markdown to the job summary; where that cannot be written, a warning says so. */
  writeSummary(markdown: string): Promise<void>;
  /** Keeps a value out of log and summary. */
  mask(secret: string): void;
  /** A text as it may be shown: what was masked is replaced. */
  redact(text: string): string;
  /** Aborts with `Cancelled` when the job is cancelled. */
  signal: AbortSignal;
  folders: Folders;
}

/** Absolute paths. */
export interface Folders {
  /** The user's checkout, against which their paths are resolved. */
  workspace: string;
  /** This toolkit: what it ships, such as `cloudformation/`, stands under it. */
  toolkit: string;
}

/** An action that can be run: its declaration, and its story bound to it. */
export interface Action {
  spec: ActionSpec;
  /** Runs to the end and returns the process's exit code; never throws. */
  run(host: Host, folders: Folders, signal?: AbortSignal): Promise<number>;
}

/** What an action does about inputs that are refused, before that is told: it cannot change how the run ends. */
export type OnRefused = (
  error: unknown,
  context: Omit<ActionContext<InputSpecs, never>, 'inputs' | 'setOutput'>,
) => Promise<void>;

/**
 * Binds a declaration to its story and puts the one error handler around it: a `UserFault` becomes an annotation a fault,
 * a cancellation says so, and anything else is shown as a bug with its stack trace.
 */
export function defineAction<I extends InputSpecs, O extends Readonly<Record<string, OutputSpec>>>(
  spec: ActionSpec<I, O>,
  story: (context: ActionContext<I, O>) => Promise<void>,
  onRefused: OnRefused = async () => {},
): Action {
  return {
    spec,
    async run(host, folders, signal = listenForCancellation()) {
      const writing = guardedWriting(host);
      try {
        const inputs = await accepted(spec.inputs, host, error =>
          onRefused(error, { host, folders, signal, ...writing }),
        );
        await story({ inputs, host, folders, signal, ...writing });
        return writing.hasFailed() ? 1 : 0;
      } catch (error) {
        return report(error, spec.name, host);
      } finally {
        host.status?.('');
      }
    },
  };
}

/** The inputs. @param refused told when they are refused */
async function accepted<I extends InputSpecs>(
  specs: I,
  host: Host,
  refused: (error: unknown) => Promise<void>,
): Promise<InputValues<I>> {
  try {
    return parseInputs(specs, name => host.input(name));
  } catch (error) {
    await refused(error);
    throw error;
  }
}

/** Outputs and summary go to files of the runner, and a full disk must not hide what the action has done. */
function guardedWriting(host: Host) {
  const secrets = new Set<string>();
  let hasFailed = false;
  // Also in the form that it has in JSON, in which much of what is shown stands.
  const formsOf = (secret: string) => [secret, JSON.stringify(secret).slice(1, -1)];
  const redact = (text: string) =>
    [...secrets].flatMap(formsOf).reduce((shown, form) => shown.replaceAll(form, '***'), text);
  return {
    hasFailed: () => hasFailed,
    redact,
    mask(secret: string) {
      if (secret === '') return;
      secrets.add(secret);
      host.mask(secret);
    },
    setOutput(name: string, value: string) {
      try {
        host.output(name, value);
      } catch (error) {
        hasFailed = true;
        host.annotate('error', `Output \`${name}\` could not be written: ${messageOf(error)}. Its value: ${value}`);
      }
    },
    async writeSummary(markdown: string) {
      try {
        await host.summary(redact(markdown));
      } catch (error) {
        host.annotate('warning', `The job summary could not be written: ${messageOf(error)}`);
      }
    },
  };
}

/** Faults that are told; more would hide what they have in common. */
const MOST_FAULTS = 20;

function report(error: unknown, action: string, host: Host): number {
  if (error instanceof UserFault) {
    const title = `${action} failed`;
    for (const fault of error.faults.slice(0, MOST_FAULTS))
      host.annotate('error', renderFault(fault), { title, place: fault.place });
    const more = error.faults.length - MOST_FAULTS;
    if (more > 0) host.annotate('error', `… and ${more.toLocaleString('en')} more. Mend these first.`, { title });
    return 1;
  }
  if (error instanceof Cancelled) {
    const isLate = error.by === 'timeout';
    host.annotate('error', `Stopped: ${error.message}.`, { title: `${action} ${isLate ? 'failed' : 'cancelled'}` });
    if (isLate) return 1;
    return error.by === 'SIGTERM' ? 143 : 130;
  }
  const trace = error instanceof Error ? (error.stack ?? error.message) : String(error);
  host.annotate('error', `This is a bug in zap-obs; please report it with the lines that follow.\n${trace}`, {
    title: `${action} crashed`,
  });
  return 1;
}
