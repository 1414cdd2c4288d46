import type { GrafanaOutcome, GrafanaResult } from '../report/grafana-result.ts';
import { Cancelled, withTimeout } from '../runner/cancellation.ts';
import type { Clock } from '../runner/clock.ts';
import { type Fault, UserFault } from '../runner/fault.ts';
import { withAccount } from './account.ts';
import type { GrafanaControlPlane, GrafanaWorkspace } from './control-plane.ts';
import { GrafanaApi } from './http-api.ts';
import { dashboardUrl, provision } from './provision.ts';
import { type DashboardModel, type Wanted, wantedFor } from './wanted.ts';

/** Which workspace is to show which stacks. */
export interface GrafanaTarget {
  workspaceId: string;
  /** As IAM names it. */
  arn: string;
  prefix: string;
  region: string;
  metricsEndpoint: string;
  dashboards: ReadonlyMap<string, DashboardModel>;
}

export interface WorkspaceOptions {
  control: GrafanaControlPlane;
  clock: Clock;
  random: () => number;
  signal: AbortSignal;
  send?: typeof fetch;
  line(text: string): void;
  warn(fault: Fault): void;
  mask(secret: string): void;
  /** Keeps the name of the account that is in use for the step's clean-up; `undefined` takes it back. */
  keep(accountName: string | undefined): void;
}

/**
 * The workspace's tag that says what was brought about in it for a set of stacks, and that nothing was left to do or to say. While
 * it does, nothing is asked of Grafana itself: AWS bills each service account as a user of the month
 * (https://docs.aws.amazon.com/grafana/latest/userguide/service-accounts.html).
 */
export function tagFor(prefix: string): string {
  return `zap-obs:grafana:${prefix}`;
}

/** Milliseconds for all of it. */
const LIMIT = 180_000;
/** Of Grafana: older ones have no service accounts. */
const OLDEST_VERSION = 9;

/**
 * Brings a Grafana workspace to what is wanted for a set of stacks, through a service account that lives as long as that takes.
 *
 * @returns what became of it; `stopped` where it ended early, which was told as a warning
 * @throws the signal's reason when that aborts
 */
export async function provisionWorkspace(target: GrafanaTarget, options: WorkspaceOptions): Promise<GrafanaResult> {
  const { signal, line, warn } = options;
  const limit = withTimeout(signal, LIMIT);
  let result: GrafanaResult = { url: '', dataSources: [], dashboards: [] };
  try {
    const workspace = await options.control.describe(target.workspaceId);
    result = { ...result, url: workspace.url };
    refuseUnlessUsable(workspace);
    const wanted = wantedFor({ ...target, version: workspace.version });
    if (workspace.tags[tagFor(target.prefix)] === wanted.hash) {
      line('As an earlier run has left it: nothing to do.');
      return asBefore(wanted, workspace.url);
    }
    let warnings = 0;
    const counting = {
      ...options,
      signal: limit,
      warn(fault: Fault) {
        warnings += 1;
        warn(fault);
      },
    };
    const { url } = workspace;
    const done = await withAccount({ ...counting, workspaceId: target.workspaceId }, token =>
      provision(wanted, { ...counting, url, api: new GrafanaApi({ ...counting, url, token }) }),
    );
    result = { ...result, ...done };
    if (warnings === 0) await options.control.tag(target.arn, { [tagFor(target.prefix)]: wanted.hash });
    return result;
  } catch (error) {
    if (signal.aborted) throw signal.reason;
    const fault = faultOf(error);
    warn(fault);
    return { ...result, stopped: fault.what };
  }
}

function asBefore({ dataSources, dashboards }: Wanted, url: string): GrafanaResult {
  const outcome: GrafanaOutcome = 'unchanged';
  return {
    url,
    dataSources: dataSources.map(({ name, uid }) => ({
      name,
      url: `${url}/connections/datasources/edit/${uid}`,
      outcome,
    })),
    dashboards: dashboards.map(one => ({ name: one.title, url: dashboardUrl(url, one), outcome })),
  };
}

function refuseUnlessUsable({ id, status, version }: GrafanaWorkspace): void {
  if (status !== 'ACTIVE') {
    const what = `Grafana workspace \`${id}\` cannot be used now`;
    throw new UserFault({ what, seen: `its status is ${status}`, fix: 'Deploy again when it is ACTIVE' });
  }
  if (Number.parseInt(version, 10) >= OLDEST_VERSION) return;
  const fix = 'Raise its version (`GrafanaVersion` of the monitoring stack), or set `grafana: skip`';
  throw new UserFault({
    what: `Grafana workspace \`${id}\` is too old for service accounts`,
    seen: `version ${version}`,
    fix,
  });
}

function faultOf(error: unknown): Fault {
  if (error instanceof Cancelled)
    return {
      what: `Grafana was not provisioned to its end within ${LIMIT / 60_000} minutes`,
      fix: 'Deploy again: it goes on from there',
    };
  const fault = error instanceof UserFault ? error.faults[0] : undefined;
  if (!fault) throw error;
  return fault;
}
