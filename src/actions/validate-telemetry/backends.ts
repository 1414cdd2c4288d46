import type { Session } from '../../aws/session.aws.ts';
import { UserFault } from '../../runner/fault.ts';
import { signedFetch } from '../../telemetry/amp.aws.ts';
import type { Backends, MetricsBackend } from '../../telemetry/backends.ts';
import { cloudWatchLogs } from '../../telemetry/cloudwatch-logs.aws.ts';
import { prometheusOver } from '../../telemetry/prometheus.ts';
import { xrayTraces } from '../../telemetry/xray.aws.ts';
import type { Subject } from './subject.ts';

/** Where the telemetry of a subject arrives. */
export function backendsOf({ metricsEndpoint, logGroups }: Subject, session: Session): Backends {
  return {
    metrics: metricsAt(metricsEndpoint, session),
    traces: xrayTraces(session),
    logs: cloudWatchLogs(session, logGroups),
  };
}

/** https://docs.aws.amazon.com/general/latest/gr/prometheus-service.html */
const WORKSPACE = /^https?:\/\/(?:aps-workspaces(?:-fips)?\.(?<region>[a-z0-9-]+)\.[^/]+|[^/]+)\/workspaces\/ws-[^/]+/;

/**
 * A Prometheus, or a workspace of Amazon Managed Prometheus, which takes signed requests only; which one it is shows in the URL.
 *
 * @throws UserFault when the workspace is in another region than the run
 */
function metricsAt(url: string, session: Session): MetricsBackend {
  const workspace = WORKSPACE.exec(url);
  if (!workspace) return prometheusOver(url);
  const region = workspace.groups?.region;
  if (region !== undefined && region !== session.region) {
    throw new UserFault({
      what: 'The workspace of `metrics-endpoint` is in another region than the run',
      seen: `${region} in the URL, and \`aws-region\` ${session.region}`,
      fix: `Give \`aws-region: ${region}\`, or the workspace of ${session.region}`,
    });
  }
  return prometheusOver(url, signedFetch(session));
}
