import type { ReachabilityView } from '../../report/plan-view.ts';
import type { RunResult } from '../../report/result.ts';
import { Cancelled } from '../../runner/cancellation.ts';
import type { ActionContext, OnRefused } from '../../runner/define-action.ts';
import { type Fault, UserFault } from '../../runner/fault.ts';
import { parseInputs } from '../../runner/inputs.ts';
import type { InputValues } from '../../runner/spec.ts';
import { spec } from './spec.ts';

type Context = ActionContext<typeof spec.inputs, typeof spec.outputs>;

/** What a run knows by and by of what its comment tells. */
export interface Seen {
  reachability?: readonly ReachabilityView[];
  run?: RunResult;
}

/** The inputs on which the comment itself depends. */
const NAMES = [
  'comment',
  'github-token',
  'dry-run',
  'stack-prefix',
  'stacks-file',
  'only',
  'aws-region',
  'role-to-assume',
] as const;
type Own = Pick<typeof spec.inputs, (typeof NAMES)[number]>;
const OWN = Object.fromEntries(NAMES.map(name => [name, spec.inputs[name]])) as Own;

export type CommentInputs = InputValues<Own>;

export type CommentContext = Pick<Context, 'host' | 'redact' | 'writeSummary' | 'signal'>;

/** The story of a deployment, and after it, however it ended, the comment on its pull request. */
export function withComment(
  story: (context: Context, note: (seen: Seen) => void) => Promise<void>,
): (context: Context) => Promise<void> {
  return async context => {
    const { inputs } = context;
    if (!inputs.comment) return await story(context, () => {});
    context.mask(inputs['github-token']);
    const seen: Seen = {};
    try {
      await story(context, part => Object.assign(seen, part));
    } catch (error) {
      await tell(inputs, context, seen, error);
      throw error;
    }
    await tell(inputs, context, seen);
  };
}

/** Inputs that are refused end a run before its story, and would leave a comment standing that is no longer true. */
export const commentOnRefusal: OnRefused = async (error, context) => {
  let inputs: CommentInputs;
  try {
    inputs = parseInputs(OWN, name => context.host.input(name));
  } catch {
    // It is not known whether, where or about what there is to be a comment.
    return;
  }
  if (!inputs.comment) return;
  context.mask(inputs['github-token']);
  await tell(inputs, context, {}, error);
};

async function tell(inputs: CommentInputs, context: CommentContext, seen: Seen, error?: unknown): Promise<void> {
  // A newer run is under way most often, and this one has seconds.
  if (context.signal.aborted)
    return context.host.line('The comment on the pull request stays as it is: the run was cancelled.');
  const { writeComment } = await import('./write-comment.ts');
  await writeComment(inputs, context, seen, error === undefined ? [] : faultsIn(error));
}

function faultsIn(error: unknown): readonly Fault[] {
  if (error instanceof UserFault) return error.faults;
  if (error instanceof Cancelled)
    return [
      {
        what: `The run was stopped: ${error.message}`,
        fix: 'See the log for what it was at; raise input `timeout` where that is too short',
      },
    ];
  return [{ what: 'zap-obs has crashed, which is a bug of its own', fix: 'Report it with the lines of the log' }];
}
