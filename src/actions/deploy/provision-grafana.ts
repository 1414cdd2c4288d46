import type { Session } from '../../aws/session.aws.ts';
import type { GrafanaTarget } from '../../grafana/provision-workspace.ts';
import type { GrafanaResult } from '../../report/grafana-result.ts';
import type { RunResult } from '../../report/result.ts';
import { systemClock } from '../../runner/clock.ts';
import { renderFault } from '../../runner/fault.ts';
import { type Host, inGroup } from '../../runner/host.ts';
import { keepState, REGION_STATE } from '../stack-run.ts';

/** Under this name a run keeps the service account that it uses, until it has deleted it. */
export const ACCOUNT_STATE = 'unfinished_grafana_account';

export interface GrafanaInputs {
  host: Host;
  session: Session;
  /** Holds `cloudformation/dashboards`. */
  toolkit: string;
  signal: AbortSignal;
  mask(secret: string): void;
}

/**
 * Provisions the Grafana workspace of a deployed set of stacks, and says where there is none. That this fails is a warning: the
 * stacks are up, and what they serve does not depend on who looks at it.
 *
 * @param outputs the action's own
 * @throws Cancelled when the run is stopped meanwhile
 */
export async function provisionGrafana(
  run: RunResult,
  outputs: ReadonlyMap<string, string>,
  { host, session, toolkit, signal, mask }: GrafanaInputs,
): Promise<GrafanaResult | undefined> {
  if (run.dryRun || run.stacks.some(({ outcome }) => outcome !== 'done')) return undefined;
  const place = placeOf(run, outputs);
  if (typeof place === 'string') {
    host.line(`Grafana: ${place}; nothing to provision.`);
    return undefined;
  }
  // Most stacks have no workspace: only these pay for loading it.
  const [{ provisionWorkspace }, { grafanaControlPlane }, { loadDashboards }] = await Promise.all([
    import('../../grafana/provision-workspace.ts'),
    import('../../grafana/control-plane.aws.ts'),
    import('../../grafana/load-dashboards.ts'),
  ]);
  const target = { ...place, prefix: run.prefix, region: run.region, dashboards: await loadDashboards(toolkit) };
  const { workspaceId } = place;
  return await inGroup(host, 'Grafana', () =>
    provisionWorkspace(target, {
      control: grafanaControlPlane(session),
      clock: systemClock,
      random: Math.random,
      signal,
      mask,
      line: text => host.line(text),
      warn: fault => host.annotate('warning', renderFault(fault), { title: 'Grafana' }),
      keep(accountName) {
        keepState(REGION_STATE, session.region, host);
        keepState(ACCOUNT_STATE, accountName ? JSON.stringify({ workspaceId, accountName }) : '', host);
      },
    }),
  );
}

type Place = Pick<GrafanaTarget, 'workspaceId' | 'arn' | 'metricsEndpoint'>;

/** The workspace that the stacks' outputs name, or why there is none to provision. */
export function placeOf(
  { stacks, region }: Pick<RunResult, 'stacks' | 'region'>,
  outputs: ReadonlyMap<string, string>,
): Place | string {
  const url = outputs.get('grafana-url');
  if (url === undefined) return 'these stacks have no output `GrafanaUrl`';
  // https://docs.aws.amazon.com/grafana/latest/APIReference/API_WorkspaceDescription.html
  const workspaceId = /^https:\/\/(g-[0-9a-f]{10})\.grafana-workspace\./.exec(url)?.[1];
  if (workspaceId === undefined) return 'output `GrafanaUrl` is that of no Amazon Managed Grafana';
  const metricsEndpoint = outputs.get('metrics-endpoint');
  if (metricsEndpoint === undefined) return 'these stacks have no output `MetricsEndpoint`';
  const [, partition, , , account] = stacks.find(({ id }) => id !== undefined)?.id?.split(':') ?? [];
  return {
    workspaceId,
    metricsEndpoint,
    arn: `arn:${partition}:grafana:${region}:${account}:/workspaces/${workspaceId}`,
  };
}
