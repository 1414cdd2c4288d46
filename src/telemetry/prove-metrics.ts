import type { MetricsBackend } from './backends.ts';
import type { ExpectedMetric } from './expectations.ts';
import { explainName, otherMetrics } from './explain-name.ts';
import type { Finding } from './finding.ts';
import { blankMetrics, judgeMetric } from './judge-metric.ts';
import { MetricHistory } from './metric-history.ts';
import { pictureOf } from './metric-picture.ts';
import { quoted, type RunScope, seriesSelector } from './metric-series.ts';
import { prometheusName } from './prometheus-name.ts';

export { blankMetrics } from './judge-metric.ts';
export { namesQuery, type RunScope } from './metric-series.ts';

/** The resource attribute, and so the label of target_info, by which the telemetry of a run is told from any other. */
export const RUN_MARKER = 'zap_obs_run';

/** The services of which something has arrived that bears the run's marker. */
export function servicesQuery({ run }: { run: string }): string {
  return `count by (job) (target_info{${RUN_MARKER}=${quoted(run)}})`;
}

/** One look, in one query, at what is there now, whoever has brought it about: `MetricSearch` tells of this run. */
export async function lookForMetrics(
  backend: MetricsBackend,
  metrics: readonly ExpectedMetric[],
  scope: RunScope,
): Promise<Finding[]> {
  const samples = await backend.query(seriesSelector(metrics, scope));
  const history = new MetricHistory([], 0);
  history.add(samples.map(({ labels, value }) => ({ labels, points: [{ at: 0, value }] })));
  const picture = pictureOf(history, metrics, { sent: [], exclusive: false, begin: 0, now: 0 });
  const blank = blankMetrics(metrics);
  return metrics.map((metric, index) => judgeMetric(metric, blank[index] as Finding, picture));
}

/** Why a metric is not there, from the names that are. */
export function explainMetric(metric: ExpectedMetric, blank: Finding, names: readonly string[]): Finding {
  const { seen, nearest } = otherMetrics(metric, names);
  const named = explainName(metric, names);
  if (named || seen === 'no metric of this service') return { ...blank, seen, ...named };
  const cause = `The application has sent no metric that Prometheus would name \`${prometheusName(metric)}\`, though others have arrived`;
  const fix = nearest
    ? `Did it get another name? The nearest is \`${nearest}\``
    : 'Check that the code that records it ran, and that no view or filter drops it';
  return { ...blank, seen, cause, fix };
}
