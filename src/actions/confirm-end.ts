import { blocks, code, prose, table } from '../report/markdown.ts';
import { duration } from '../report/words.ts';
import { listenForCancellation } from '../runner/cancellation.ts';
import { systemClock } from '../runner/clock.ts';
import { renderFault, UserFault } from '../runner/fault.ts';
import { type Host, inGroup } from '../runner/host.ts';
import { parseInputs } from '../runner/inputs.ts';
import { cloudFormationOf } from '../stacks/cloudformation.aws.ts';
import { confirmEnds, type End } from '../stacks/confirm.ts';
import { type Unfinished, unfinishedIn } from '../stacks/unfinished.ts';
import { sessionFor } from './session-for.ts';
import { credentialInputs, stackInputs } from './shared-inputs.ts';
import { REGION_STATE } from './stack-run.ts';

/**
 * So long stacks are waited for: GitHub ends a cancelled job after five minutes, and other steps have their clean-up too.
 * https://docs.github.com/en/actions/reference/workflow-cancellation-reference
 */
const PATIENCE = 3 * 60_000;

/**
 * After the job: sees what a step that was stopped, or killed, has left under way at AWS to its end, and says how it ended.
 * It changes nothing about how the job ends.
 */
export async function confirmEnd(host: Host): Promise<void> {
  const states = host.savedStates();
  const unfinished = unfinishedIn(states);
  if (unfinished.length === 0) return;
  const signal = listenForCancellation();
  try {
    const ends = await inGroup(host, 'What the run left under way', () =>
      look(unfinished, states[REGION_STATE], signal, host),
    );
    for (const { subject, is, fix } of ends) {
      const text = `${subject} ${is}.${fix ? ` ${fix}.` : ''}`;
      host.annotate(fix ? 'warning' : 'notice', text, { title: 'After the run' });
    }
    await host.summary(markdown(ends));
  } catch (error) {
    if (!(error instanceof UserFault)) throw error;
    const names = unfinished.map(({ stackName }) => stackName).join(', ');
    const why = error.faults.map(renderFault).join(' ');
    host.annotate('warning', `It could not be seen how the run left ${names}. ${why}`, { title: 'After the run' });
  }
}

async function look(unfinished: Unfinished[], region: string | undefined, signal: AbortSignal, host: Host) {
  const inputs = parseInputs({ ...stackInputs, ...credentialInputs }, name => host.input(name));
  const session = sessionFor({ ...inputs, 'aws-region': region ?? inputs['aws-region'] }, host);
  const started = Date.now();
  return await confirmEnds(unfinished, PATIENCE, {
    cloudFormation: cloudFormationOf(session),
    clock: systemClock,
    signal,
    random: Math.random,
    onStatus: (stackName, status) => host.line(`${stackName}: ${status} after ${duration(Date.now() - started)}`),
  });
}

function markdown(ends: readonly End[]): string {
  const rows = ends.map(({ subject, is, fix }) => [fix ? '⚠️' : '✅', code(subject), prose(is), prose(fix ?? '')]);
  return blocks('### After the run', table(['', 'What was under way', 'How it ended', 'What to do'], rows));
}
