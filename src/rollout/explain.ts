import type { ContainerDefinition, Task } from './ecs.ts';
import { cleanLine, type Evidence, tellingLine } from './evidence.ts';
import { culprit, type FailureKind, failureKind, isOutOfMemory } from './stopped-tasks.ts';

/** Why a deployment failed, for people. */
export interface Explanation {
  /** A clause; backticks mark code. */
  explanation: string;
  /** What was seen: untrusted text of one line. */
  reason: string;
  /** An imperative sentence without a closing full stop; backticks mark code. */
  advice: string;
}

const SAYS: Readonly<Record<FailureKind, string>> = {
  exit: 'its new tasks keep stopping',
  'no start': 'its new tasks cannot start',
  'health check': 'its new tasks fail their health checks',
};

/**
 * Explains a failed deployment.
 *
 * @param has whether the template has a parameter of this name, which advice then points to
 * @param otherwise what is known when no task tells anything, as of a deployment that an alarm has ended
 */
export function explainFailure(
  { tasks, definitions, logs, targets, says }: Evidence,
  has: (parameter: string) => boolean,
  otherwise = 'ECS gave no reason',
): Explanation {
  const last = tasks.at(-1);
  const kind = last && failureKind(last);
  if (!last || !kind) {
    const advice = 'Look at the service in the ECS console, at its alarms, and at its log groups';
    return { explanation: 'its deployment failed', reason: cleanLine(otherwise), advice };
  }
  const container = culprit(last, definitions);
  const own = logs.find(log => log.container === container?.name);
  const line = kind === 'no start' ? undefined : tellingLine(own?.lines ?? []);
  const seen = {
    exit: exitReason(tasks, last, definitions),
    'no start': startReason(last),
    'health check': healthReason(last, targets, says),
  }[kind];
  const reason = [seen, line].filter(Boolean).join(': ');
  return { explanation: SAYS[kind], reason, advice: advise(kind, last, reason, container?.exitCode, has) };
}

/** `container app exited with code 1, 3 times`. */
function exitReason(tasks: readonly Task[], last: Task, definitions: readonly ContainerDefinition[]): string {
  const container = culprit(last, definitions);
  if (!container) return cleanLine(last.stoppedReason);
  const alike = tasks.filter(task => {
    const other = failureKind(task) === 'exit' ? culprit(task, definitions) : undefined;
    return other?.name === container.name && other.exitCode === container.exitCode;
  });
  const times = alike.length > 1 ? `, ${alike.length} times` : '';
  const code = container.exitCode === undefined ? 'without a code' : `with code ${container.exitCode}`;
  const why = container.reason ? ` (${cleanLine(container.reason)})` : '';
  return `container ${container.name} exited ${code}${why}${times}`;
}

function startReason({ stoppedReason, containers }: Task): string {
  return cleanLine(containers.find(({ reason }) => reason)?.reason ?? stoppedReason);
}

/** ECS's own words in a service event: `… is unhealthy in (target-group …) due to (reason Health checks failed …)`. */
const DUE_TO = /due to \(reason (.+?)\)\.?$/i;

function healthReason(last: Task, targets: Evidence['targets'], says: readonly string[]): string {
  const due = says.map(message => DUE_TO.exec(message)?.[1]).find(Boolean);
  const why = due ?? targets.map(({ description, reason }) => description ?? reason).find(Boolean);
  return `${cleanLine(last.stoppedReason)}${why ? ` (${cleanLine(why)})` : ''}`;
}

type Has = (parameter: string) => boolean;
interface Advice {
  kind?: FailureKind;
  applies: (found: { reason: string; exitCode: number | undefined; task: Task }) => boolean;
  says: (named: (parameter: string, words: string) => string) => string;
}

/** The first that applies is meant. */
const ADVICE: readonly Advice[] = [
  {
    applies: ({ reason }) =>
      /exec format error|no matching manifest|descriptor matching platform|does not match the .*platform/i.test(reason),
    says: named =>
      `The image is built for another architecture than the tasks have: build it for theirs${named('CpuArchitecture', ', or set parameter `CpuArchitecture` to its own')}`,
  },
  {
    applies: ({ task, exitCode }) => isOutOfMemory(task) || (exitCode === 137 && failureKind(task) === 'exit'),
    says: named => `Give the task more memory${named('Memory', ' by parameter `Memory`')}, or find what uses it up`,
  },
  {
    kind: 'no start',
    applies: ({ reason }) =>
      /timeout|timed out|deadline exceeded|no route|connection (issue|reset)|unable to retrieve/i.test(reason),
    says: () =>
      'Let the subnets of the tasks reach what they need to start (ECR and its layers in S3, Secrets Manager, CloudWatch Logs), by endpoints or a NAT gateway, and let the security groups allow it',
  },
  {
    kind: 'no start',
    applies: ({ reason }) => /secret|ssm|parameter/i.test(reason),
    says: () => 'Check that the secret exists, and that the execution role may read and decrypt it',
  },
  {
    kind: 'no start',
    applies: ({ reason }) => /CannotPull|pull|manifest|not found/i.test(reason),
    says: () => 'Check that the image of this digest exists in this region, and that the execution role may pull it',
  },
  {
    kind: 'no start',
    applies: () => true,
    says: () =>
      'Mend what ECS says; https://docs.aws.amazon.com/AmazonECS/latest/developerguide/stopped-task-error-codes.html explains it',
  },
  {
    kind: 'health check',
    applies: ({ reason }) => /codes?:? \[?5\d\d/i.test(reason),
    says: named =>
      `The application answers its health check with an error of its own: mend what its log says${named('HealthCheckPath', ', or let parameter `HealthCheckPath` name a path that answers 200')}`,
  },
  {
    kind: 'health check',
    applies: ({ reason }) => /codes?:? \[?[34]\d\d/i.test(reason),
    says: named =>
      `The application does not answer 200 on the path of its health check: mend the path${named('HealthCheckPath', ' in parameter `HealthCheckPath`')}`,
  },
  {
    kind: 'health check',
    applies: ({ reason }) => /container health/i.test(reason),
    says: () =>
      "Run the container's health check command in the image by hand; if the application merely starts slowly, give it a longer start period",
  },
  {
    kind: 'health check',
    applies: () => true,
    says: named =>
      `Nothing answers where the load balancer asks: let the application listen on all addresses (0.0.0.0) and on the port that the service names${named('AppPort', ' (parameter `AppPort`, in the container as `PORT`)')}; if it merely starts slowly, give it a longer grace period`,
  },
  {
    applies: ({ exitCode }) => exitCode === 126 || exitCode === 127,
    says: () =>
      "The image's command cannot be run: check its entry point and command, and that the file is there and executable",
  },
  {
    applies: ({ exitCode }) => exitCode === 0,
    says: () =>
      'The container ended by itself without an error, but a service must stay up: let its command stay in the foreground',
  },
  {
    applies: () => true,
    says: () => 'Mend what the log of the container says, of which the job summary has the last lines',
  },
];

function advise(kind: FailureKind, task: Task, reason: string, exitCode: number | undefined, has: Has): string {
  const named = (parameter: string, words: string) => (has(parameter) ? words : '');
  const found = { reason, exitCode, task };
  const advice = ADVICE.find(rule => (rule.kind ?? kind) === kind && rule.applies(found));
  return advice?.says(named) ?? '';
}
