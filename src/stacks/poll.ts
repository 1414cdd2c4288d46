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
  /** How often it was looked at so far. */
  looks: number;
}

const RELAXED = 2000;
const IDLE = 12_000;
const ATTENTIVE = 700;

/** So long an operation is watched as closely as if looks cost nothing. */
const SHORT = 27_000;
/** Then the pause is this part of the time that it has taken, unless looks are left for more. */
const PART = 1 / 12;
/** The looks that an operation of ten minutes may take. */
const LOOKS = 88;
const TEN_MINUTES = 600_000;
const LONGEST = 11_000;

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
 * or while slow resources cannot be done yet. After the first half minute, the pause grows with the time that the operation has
 * taken, so that the end of a short one is noticed at once and that of a long one within a small part of its time; looks that
 * were saved until then make it shorter again.
 *
 * @param random in [0, 1): spreads the looks of runs that started together
 */
export function pollDelay({ elapsed, quiet, running, waiting, looks }: Watch, random: number): number {
  const jitter = 0.8 + 0.4 * random;
  const isEndNear = waiting === 0 && running.length <= 2;
  const cannotBeDone =
    running.length > 0 && running.every(({ type, elapsed }) => elapsed < ((FASTEST_SECONDS[type] ?? 0) * 1000) / 2);
  // The stack's end comes after its last resources: until they begin, looks only tell how far it is.
  if (elapsed > SHORT && (!isEndNear || cannotBeDone)) return IDLE * jitter;
  const soonest = Math.min(Math.max(elapsed / (isEndNear ? 10 : 2), 150), isEndNear ? 500 : RELAXED);
  const wanted = Math.min(Math.max(quiet / 8, soonest), cannotBeDone ? IDLE : isEndNear ? ATTENTIVE : RELAXED);
  if (elapsed <= SHORT) return wanted * jitter;
  const fair = Math.max(TEN_MINUTES - elapsed, 0) / Math.max(LOOKS - looks, 1) || LONGEST;
  return Math.max(wanted, Math.min(elapsed * PART, fair, LONGEST)) * jitter;
}
