import type { ProofResult } from '../../report/proof-result.ts';
import { Cancelled } from '../../runner/cancellation.ts';
import { systemClock } from '../../runner/clock.ts';
import { type ActionContext, defineAction } from '../../runner/define-action.ts';
import { type Fault, throwIfAny, UserFault } from '../../runner/fault.ts';
import { judgeRun, type Surroundings } from '../../telemetry/judge-run.ts';
import { type ProofPlan, proveRun } from '../../telemetry/proof-run.ts';
import { mintRun } from '../../telemetry/trace-id.ts';
import { progressOf } from '../progress.ts';
import { checkFaults, reportProof } from '../proof-report.ts';
import { makeRunFolder } from '../run-folder.ts';
import { sessionFor } from '../session-for.ts';
import { backendsOf } from './backends.ts';
import { spec } from './spec.ts';
import { subjectOf } from './subject.ts';
import { surroundingsOf } from './surroundings.ts';

export const action = defineAction(spec, async context => {
  const { inputs, host, folders } = context;
  const subject = await subjectOf(inputs, folders.workspace);
  const session = sessionFor(inputs, host);
  const plan: ProofPlan = {
    expectations: subject.expectations,
    backends: backendsOf(subject, session),
    target: inputs['target-url'],
    run: mintRun(),
    count: inputs.requests,
    rate: inputs.rate,
    exclusive: inputs.exclusive,
    maxArrival: inputs['max-arrival'],
  };
  const folder = await makeRunFolder('validate');
  host.line(
    `Run ${plan.run} sends requests to ${plan.target}, and looks for the telemetry of ${plan.expectations.service}.`,
  );

  const { result, failure } = await attemptOf(plan, surroundingsOf(subject, session, plan), context);
  await reportProof(result, folder, context);
  if (failure) throw failure;
  throwIfAny(checkFaults(result.checks));
});

type Context = ActionContext<typeof spec.inputs, typeof spec.outputs>;

/** Proves what can be proven; what keeps it from that is given back with a result that says so. */
async function attemptOf(
  plan: ProofPlan,
  surroundings: Surroundings,
  { inputs, host, signal }: Context,
): Promise<{ result: ProofResult; failure?: UserFault | Cancelled }> {
  const startedAt = systemClock.now();
  const progress = progressOf(host, systemClock);
  try {
    const watching = { signal, clock: systemClock, patience: inputs.timeout, mustReach: true, progress };
    return { result: await judgeRun(await proveRun(plan, watching), surroundings) };
  } catch (failure) {
    if (!(failure instanceof UserFault || failure instanceof Cancelled)) throw failure;
    return { result: nothingProven(plan, startedAt, surroundings, faultsOf(failure)), failure };
  } finally {
    host.status?.('');
  }
}

function nothingProven(
  { expectations, run, target }: ProofPlan,
  startedAt: number,
  { simulated }: Surroundings,
  faults: readonly Fault[],
): ProofResult {
  return {
    ...{ service: expectations.service, run, target, passed: false, startedAt, simulated, faults },
    ...{ duration: systemClock.now() - startedAt, calls: 0 },
    ...{ requests: [], checks: [], signals: [], ledgers: [], links: [] },
  };
}

function faultsOf(failure: UserFault | Cancelled): readonly Fault[] {
  return failure instanceof UserFault
    ? failure.faults
    : [{ what: `Before the proof was complete, ${failure.message}`, fix: 'Run it again: it begins anew' }];
}
