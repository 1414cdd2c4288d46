import { monthlyCost } from '../cost/monthly-cost.ts';
import { PRICED } from '../cost/prices.ts';
import { blocks, code, table } from '../report/markdown.ts';
import { SHIPPED_PROFILES, shippedPlan } from './shipped-plan.ts';

/** One choice, as values of parameters, and what is given up or gained by it. */
interface Lever {
  values: Readonly<Record<string, string>>;
  consequence: string;
}

/** Choices that change the bill of the default stacks; what each comes to is computed. */
const LEVERS: readonly Lever[] = [
  {
    values: { EndpointPlacement: 'one-zone' },
    consequence: 'when the zone of the endpoints fails, no task of any zone reaches AWS',
  },
  {
    values: { DesiredCount: '1' },
    consequence: 'one task: its replacement is awaited when it or its zone fails',
  },
  {
    values: { DesiredCount: '0', EnableAutoscaling: 'false' },
    consequence: 'a pause: nothing answers, network and stores stay as they are',
  },
  {
    values: { CpuArchitecture: 'ARM64' },
    consequence: 'both images must be built for it: `platforms: linux/arm64` of `build-push`',
  },
  {
    values: { EnableGrafana: 'false' },
    consequence: 'no dashboards; Prometheus answers queries all the same',
  },
  {
    values: { MetricInterval: '60000' },
    consequence: 'a fault shows up to a minute later',
  },
  {
    values: { EnableAutoscaling: 'false' },
    consequence: 'no task is added under load; four alarms less',
  },
  {
    values: { NatGateways: 'single' },
    consequence: 'dearer: a way out to hosts that are not AWS, and so is each GB through it',
  },
  {
    values: { ContainerInsights: 'enhanced' },
    consequence: 'dearer: metrics of each task in CloudWatch too',
  },
  {
    values: { EnableFlowLogs: 'true' },
    consequence: 'dearer: every connection on record',
  },
];

/** What each choice adds to or takes from the default's month, in Markdown. */
export function costLevers(): string {
  const usual = totalOf();
  const rows = LEVERS.map(({ values, consequence }) => [
    Object.entries(values)
      .map(([name, value]) => code(`${name}: ${value}`))
      .join(', '),
    difference(totalOf({ values }) - usual),
    consequence,
  ]);
  return table(['Parameters', `USD a month, of ${usual.toFixed(2)}`, 'What it means'], rows);
}

/** The month's totals of default and profiles in one sentence, with what they rest on. */
export function costSummary(): string {
  const { region, on } = monthlyCost(shippedPlan(), PRICED.region).basis;
  const totals = SHIPPED_PROFILES.map(profile => `${code(profile)} ${totalOf({ profile }).toFixed(2)}`);
  return blocks(
    `An idle month at list prices of ${region}, looked up on ${on}: **${totalOf().toFixed(2)} USD** with the defaults, profile ${totals.join(', ')}.`,
  );
}

function totalOf(options: Parameters<typeof shippedPlan>[0] = {}): number {
  return monthlyCost(shippedPlan(options), PRICED.region).total;
}

function difference(usd: number): string {
  return `${usd < 0 ? '−' : '+'}${Math.abs(usd).toFixed(2)}`;
}
