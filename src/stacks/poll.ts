/** What is known of a running operation when the next look is decided. Spans in milliseconds. */
export interface Watch {
  /** Since the operation began. */
  elapsed: number;
  /** Since the last event was seen. */
  quiet: number;
  /** Types of the resources that are being worked on, with the time since each began. */
  running: readonly { type: string; elapsed: number }[];
  /** Resources that have not begun yet. */
  waiting: number;
}

const SOONEST = 150;
const RELAXED = 2000;
const IDLE = 5000;
const ATTENTIVE = 800;

/**
 * The fastest that slow resources have been seen to finish, in seconds: before half of that, nothing is worth a look.
 * From public deployment logs (ALB 135–187 s, managed Grafana beyond 600 s, endpoints 60–180 s, an ECS service 180–360 s).
 */
const FASTEST_SECONDS: Readonly<Record<string, number>> = {
  'AWS::ElasticLoadBalancingV2::LoadBalancer': 120,
  'AWS::EC2::NatGateway': 80,
  'AWS::EC2::VPCEndpoint': 40,
  'AWS::ECS::Service': 40,
  'AWS::Grafana::Workspace': 120,
  'AWS::RDS::DBInstance': 240,
  'AWS::CloudFront::Distribution': 120,
};

/**
 * How long to wait before the next look at a stack's events.
 *
 * Looks follow activity: soon after an event, then at an eighth of the time that it has been quiet, up to a ceiling. The ceiling is
 * low when the end may be near (little is left, so the stack's own last event is what comes next), high while much is left
 * or while slow resources cannot be done yet. Operations of many minutes are watched a little less closely.
 *
 * @param random in [0, 1): spreads the looks of runs that started together
 */
export function pollDelay({ elapsed, quiet, running, waiting }: Watch, random: number): number {
  const isEndNear = waiting === 0 && running.length <= 2;
  const cannotBeDone =
    running.length > 0 && running.every(({ type, elapsed }) => elapsed < ((FASTEST_SECONDS[type] ?? 0) * 1000) / 2);
  const attentive = Math.min(Math.max(ATTENTIVE, elapsed / 500), IDLE);
  const ceiling = cannotBeDone ? IDLE : isEndNear ? attentive : Math.max(RELAXED, attentive);
  return Math.min(Math.max(quiet / 8, SOONEST), ceiling) * (0.8 + 0.4 * random);
}
