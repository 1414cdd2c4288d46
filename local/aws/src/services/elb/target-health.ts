/** How a target group looks at the health of its targets; times in seconds. */
export interface HealthSettings {
  path: string;
  interval: number;
  timeout: number;
  /** So many good looks in a row make a target healthy. */
  healthyAfter: number;
  /** So many bad looks in a row make it unhealthy. */
  unhealthyAfter: number;
  /** Status codes that count as good, such as `200` or `200-299,301`. */
  codes: string;
  /** How long a target that is taken out may finish what it has begun. */
  deregistrationDelay: number;
}

/** Defaults of application load balancers. https://docs.aws.amazon.com/elasticloadbalancing/latest/application/target-group-health-checks.html */
export function healthSettings(properties: Readonly<Record<string, unknown>>): HealthSettings {
  const attributes = Array.isArray(properties.TargetGroupAttributes) ? properties.TargetGroupAttributes : [];
  const delay = attributes.find(({ Key }) => Key === 'deregistration_delay.timeout_seconds')?.Value;
  const matcher = properties.Matcher as { HttpCode?: unknown } | undefined;
  return {
    path: String(properties.HealthCheckPath ?? '/'),
    interval: Number(properties.HealthCheckIntervalSeconds ?? 30),
    timeout: Number(properties.HealthCheckTimeoutSeconds ?? 5),
    healthyAfter: Number(properties.HealthyThresholdCount ?? 5),
    unhealthyAfter: Number(properties.UnhealthyThresholdCount ?? 2),
    codes: String(matcher?.HttpCode ?? '200'),
    deregistrationDelay: Number(delay ?? 300),
  };
}

/** States and reasons in the words of DescribeTargetHealth. */
export type TargetState = 'initial' | 'healthy' | 'unhealthy' | 'draining';

/** What is known of a target's health. */
export interface Health {
  state: TargetState;
  reason?: string | undefined;
  description?: string | undefined;
  good: number;
  bad: number;
}

/** A target of which nothing is known yet. */
export const NEW: Health = {
  state: 'initial',
  reason: 'Elb.RegistrationInProgress',
  description: 'Target registration is in progress',
  good: 0,
  bad: 0,
};

/** What one look has found: a status, or why there was none. */
export type Look = { status: number } | { failure: 'timeout' | 'unreachable' };

/** The health after one more look. */
export function afterLook(health: Health, look: Look, settings: HealthSettings): Health {
  if (health.state === 'draining') return health;
  if ('status' in look && isGood(look.status, settings.codes)) {
    const good = health.good + 1;
    const isHealthy = health.state === 'healthy' || good >= settings.healthyAfter;
    return isHealthy ? { state: 'healthy', good, bad: 0 } : { ...health, good, bad: 0 };
  }
  const bad = health.bad + 1;
  const isUnhealthy = health.state === 'unhealthy' || bad >= settings.unhealthyAfter;
  return { ...health, ...(isUnhealthy && { state: 'unhealthy', ...reasonOf(look) }), good: 0, bad };
}

/** https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_TargetHealth.html */
function reasonOf(look: Look): Pick<Health, 'reason' | 'description'> {
  if ('status' in look) {
    const description = `Health checks failed with these codes: [${look.status}]`;
    return { reason: 'Target.ResponseCodeMismatch', description };
  }
  if (look.failure === 'timeout') return { reason: 'Target.Timeout', description: 'Request timed out' };
  return { reason: 'Target.FailedHealthChecks', description: 'Health checks failed' };
}

function isGood(status: number, codes: string): boolean {
  return codes.split(',').some(range => {
    const [from = '', to = from] = range.trim().split('-');
    return status >= Number(from) && status <= Number(to);
  });
}
