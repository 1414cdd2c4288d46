import type { Fate, PassingCall } from './fault-proxy.ts';

/** A task of a scripted service that stopped. */
export interface ScriptedTask {
  stopCode: string;
  stoppedReason: string;
  containers: readonly { name: string; exitCode?: number; reason?: string }[];
}

/** What ECS says of a scripted service at one look. */
export interface ScriptedLook {
  deployments: readonly {
    /** Its id, and the revision of the task definition `web` that it runs. */
    id: string;
    revision: number;
    status: 'PRIMARY' | 'ACTIVE';
    /** When it was made: seconds after the operation's begin. */
    at: number;
    running: number;
    rolloutState: 'IN_PROGRESS' | 'COMPLETED' | 'FAILED';
    rolloutReason?: string;
  }[];
  /** Of the deployment `ecs-svc/2`, each started when the one before had stopped. */
  stopped?: readonly ScriptedTask[];
  events?: readonly string[];
  targets?: readonly { state: string; description?: string }[];
}

export interface ScriptedService {
  /** What becomes of a call on its way to AWS: ECS, target health and log lines are answered here. */
  fate(call: PassingCall): Fate;
  /** What is told of the service from now on: one look after the other, the last one for ever. */
  play(looks: readonly ScriptedLook[], lines?: Readonly<Record<string, readonly string[]>>): void;
}

const DEFINITION = 'arn:aws:ecs:us-east-1:123456789012:task-definition/web';

/**
 * ECS, Elastic Load Balancing and the log group of one service as a test tells them, in front of a CloudFormation that knows
 * nothing of it: for what no simulation does on demand.
 */
export function scriptedService(): ScriptedService {
  let looks: readonly ScriptedLook[] = [];
  let lines: Readonly<Record<string, readonly string[]>> = {};
  let begin = 0;
  let count = 0;
  const now = (): ScriptedLook => looks[Math.min(count, looks.length) - 1] ?? { deployments: [] };
  const tasks = () =>
    (now().stopped ?? []).map(({ stopCode, stoppedReason, containers }, index) => ({
      taskArn: `arn:aws:ecs:us-east-1:123456789012:task/shop/task${index + 1}`,
      startedBy: 'ecs-svc/2',
      taskDefinitionArn: `${DEFINITION}:2`,
      stopCode,
      stoppedReason,
      createdAt: begin + index,
      stoppedAt: begin + index + 0.5,
      containers,
    }));
  const answers: Readonly<Record<string, (body: Record<string, unknown>) => object>> = {
    DescribeServices: () => {
      // The operation has begun with the service before it is looked at for the first time.
      begin ||= Date.now() / 1000;
      count += 1;
      const { deployments, events = [] } = now();
      return { services: [describe(deployments, events, begin)], failures: [] };
    },
    ListTasks: () => ({ taskArns: tasks().map(({ taskArn }) => taskArn) }),
    DescribeTasks: ({ tasks: wanted }) => ({
      tasks: tasks().filter(({ taskArn }) => (wanted as string[]).includes(taskArn)),
    }),
    DescribeTaskDefinition: () => ({
      taskDefinition: { containerDefinitions: [container('app', true), container('collector', false)] },
    }),
    GetLogEvents: ({ logGroupName }) => ({
      events: (lines[String(logGroupName)] ?? []).map(message => ({ message })),
    }),
  };
  return {
    play(told, said = {}) {
      [looks, lines, begin, count] = [told, said, 0, 0];
    },
    fate({ action, body }) {
      if (action === 'DescribeTargetHealth') return { status: 200, body: targetHealth(now().targets ?? []) };
      // CloudFormation would have to know of a deployment that ECS stops.
      if (action === 'ListServiceDeployments')
        return { status: 400, body: '{"__type":"AccessDeniedException","message":"no"}' };
      const answer = answers[action];
      return answer ? { status: 200, body: JSON.stringify(answer(JSON.parse(body))) } : 'pass';
    },
  };
}

function describe(deployments: ScriptedLook['deployments'], events: readonly string[], begin: number) {
  return {
    serviceName: 'web',
    status: 'ACTIVE',
    desiredCount: 1,
    runningCount: deployments.reduce((sum, { running }) => sum + running, 0),
    deployments: deployments.map(({ id, revision, status, at, running, rolloutState, rolloutReason }) => ({
      id,
      status,
      taskDefinition: `${DEFINITION}:${revision}`,
      desiredCount: 1,
      runningCount: running,
      failedTasks: rolloutState === 'COMPLETED' ? 0 : 1,
      rolloutState,
      rolloutStateReason: rolloutReason,
      createdAt: begin + at,
    })),
    events: events.map((message, index) => ({ id: String(index), createdAt: begin + 1, message })),
    loadBalancers: [{ targetGroupArn: 'arn:tg', containerName: 'app', containerPort: 8080 }],
  };
}

function container(name: string, essential: boolean) {
  const options = {
    'awslogs-group': `/ecs/${name}`,
    'awslogs-stream-prefix': 'ecs',
    'awslogs-region': 'us-east-1',
  };
  return { name, essential, logConfiguration: { logDriver: 'awslogs', options } };
}

function targetHealth(targets: readonly { state: string; description?: string }[]): string {
  const members = targets.map(
    ({ state, description = '' }, index) =>
      `<member><Target><Id>10.0.0.${index + 1}</Id><Port>8080</Port></Target><TargetHealth><State>${state}</State><Description>${description}</Description></TargetHealth></member>`,
  );
  return `<DescribeTargetHealthResponse><DescribeTargetHealthResult><TargetHealthDescriptions>${members.join('')}</TargetHealthDescriptions></DescribeTargetHealthResult></DescribeTargetHealthResponse>`;
}
