import type { Session } from '../../aws/session.aws.ts';
import { TransientError } from '../../aws/transient-error.ts';
import { proofLinks } from '../../report/console-links.ts';
import { UserFault } from '../../runner/fault.ts';
import { ERROR_TERMS, isCollectorLine } from '../../telemetry/collector-log.ts';
import type { Facts } from '../../telemetry/facts.ts';
import type { Surroundings } from '../../telemetry/judge-run.ts';
import type { ProofPlan, ProofRun } from '../../telemetry/proof-run.ts';
import type { Subject } from './subject.ts';

/** Of each kind, from each log group. */
const MOST_LINES = 100;
/** Retries may have begun before this run, in milliseconds. */
const BEFORE = 60_000;

/** What is known of a run against AWS beside what it finds: the collector's own log, where the groups have it, and consoles. */
export function surroundingsOf(
  { metricsEndpoint, logGroups }: Subject,
  session: Session,
  { run }: ProofPlan,
): Surroundings {
  const { region, endpoint } = session;
  return {
    facts: collectorLines,
    links: traceId =>
      proofLinks({ region, endpoint, groups: logGroups, run, traceId, workspaceUrl: metricsEndpoint || undefined }),
    simulated: endpoint === undefined ? [] : [`AWS is what answers at ${endpoint}`],
  };
}

/** Its lines on errors since before the traffic; none where the groups cannot be asked, which the proof has told already. */
async function collectorLines({ plan: { backends }, startedAt }: ProofRun): Promise<Partial<Facts>> {
  const { logs } = backends;
  try {
    const found = await Promise.all(
      ERROR_TERMS.map(async terms => (await logs.holding?.(terms, startedAt - BEFORE, MOST_LINES)) ?? []),
    );
    const inOrder = found.flat().toSorted((one, other) => (one.timestamp ?? 0) - (other.timestamp ?? 0));
    return { collectorLog: [...new Set(inOrder.map(({ message }) => message))].filter(isCollectorLine) };
  } catch (error) {
    if (error instanceof UserFault || error instanceof TransientError) return {};
    throw error;
  }
}
