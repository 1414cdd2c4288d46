/** What AWS charges for one thing, by the hour, the month, or another unit. */
export interface Price {
  title: string;
  per: 'hour' | 'month' | 'GB' | '10 million samples';
  usd: number;
  /** AWS's page for it. */
  source: string;
}

/** The Region, and the day on which the prices were looked up. */
export const PRICED = { region: 'us-east-1', on: '2026-11-22' } as const;

/** As AWS's own examples count a month. */
export const HOURS_A_MONTH = 730;

/**
 * List prices without any free tier, which belongs to an account and not to a stack. Seen in public documents that quote
 * AWS's price list; the tables of AWS's own pages are drawn by a script and could not be read.
 */
export const PRICES = {
  'interface-endpoint': {
    title: 'Interface endpoints, in each zone',
    per: 'hour',
    usd: 0.01,
    source: 'https://aws.amazon.com/privatelink/pricing/',
  },
  'load-balancer': {
    title: 'Application load balancer',
    per: 'hour',
    usd: 0.0225,
    source: 'https://aws.amazon.com/elasticloadbalancing/pricing/',
  },
  'public-ipv4': {
    title: 'Public IPv4 addresses',
    per: 'hour',
    usd: 0.005,
    source: 'https://aws.amazon.com/vpc/pricing/',
  },
  'nat-gateway': { title: 'NAT gateways', per: 'hour', usd: 0.045, source: 'https://aws.amazon.com/vpc/pricing/' },
  'fargate-vcpu-x86': {
    title: 'Fargate vCPUs, x86-64',
    per: 'hour',
    usd: 0.04048,
    source: 'https://aws.amazon.com/fargate/pricing/',
  },
  'fargate-gb-x86': {
    title: 'Fargate memory in GB, x86-64',
    per: 'hour',
    usd: 0.004445,
    source: 'https://aws.amazon.com/fargate/pricing/',
  },
  'fargate-vcpu-arm': {
    title: 'Fargate vCPUs, ARM64',
    per: 'hour',
    usd: 0.03238,
    source: 'https://aws.amazon.com/fargate/pricing/',
  },
  'fargate-gb-arm': {
    title: 'Fargate memory in GB, ARM64',
    per: 'hour',
    usd: 0.00356,
    source: 'https://aws.amazon.com/fargate/pricing/',
  },
  'fargate-storage': {
    title: 'Fargate storage in GB, beyond the first 20',
    per: 'hour',
    usd: 0.000111,
    source: 'https://aws.amazon.com/fargate/pricing/',
  },
  'grafana-editor': {
    title: 'Managed Grafana, active editors',
    per: 'month',
    usd: 9,
    source: 'https://aws.amazon.com/grafana/pricing/',
  },
  'metric-samples': {
    title: 'Managed Prometheus, samples taken in',
    per: '10 million samples',
    usd: 0.9,
    source: 'https://aws.amazon.com/prometheus/pricing/',
  },
  alarm: { title: 'CloudWatch alarms', per: 'month', usd: 0.1, source: 'https://aws.amazon.com/cloudwatch/pricing/' },
  'fast-alarm': {
    title: 'CloudWatch alarms of high resolution',
    per: 'month',
    usd: 0.3,
    source: 'https://aws.amazon.com/cloudwatch/pricing/',
  },
  'insights-metric': {
    title: 'Container Insights, metrics',
    per: 'month',
    usd: 0.3,
    source: 'https://aws.amazon.com/cloudwatch/pricing/',
  },
  'enhanced-insights-metric': {
    title: 'Container Insights with enhanced observability, metrics',
    per: 'month',
    usd: 0.07,
    source: 'https://aws.amazon.com/cloudwatch/pricing/',
  },
  logs: {
    title: 'CloudWatch Logs, taken in',
    per: 'GB',
    usd: 0.5,
    source: 'https://aws.amazon.com/cloudwatch/pricing/',
  },
} as const satisfies Readonly<Record<string, Price>>;

export type PriceName = keyof typeof PRICES;
