import type { ServiceReport } from '../report/result.ts';
import { cleanLine, type Evidence } from './evidence.ts';
import type { FollowedService } from './follow-service.ts';
import { culprit, exitWords } from './stopped-tasks.ts';

/** So many failed tasks are shown: the newest. */
const TASKS = 5;

/** What the report shows of a service whose deployment failed. */
export function reportOf({ logicalId, name }: FollowedService, evidence: Evidence): ServiceReport {
  const { tasks, definitions, logs, says, notes } = evidence;
  return {
    logicalId,
    service: name.name,
    says: [...says],
    tasks: tasks.slice(-TASKS).map(task => {
      const container = culprit(task, definitions);
      const reasons = [task.stoppedReason, container?.reason ?? ''].filter(Boolean).map(cleanLine);
      return {
        id: task.id,
        container: container?.name ?? '',
        exit: exitWords(container?.exitCode),
        reason: [...new Set(reasons)].join('; '),
      };
    }),
    logs: logs.map(({ container, group, stream, lines }) => ({ container, group, stream, lines: [...lines] })),
    notes: [...notes],
  };
}
