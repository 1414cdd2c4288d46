import { type Clock, systemClock } from './clock.ts';
import { Engine, isLiving, livingResources } from './cloudformation/engine.ts';
import { cloudFormationActions } from './cloudformation/stack-actions.ts';
import type { Regions, Stack } from './cloudformation/state.ts';
import { type Work, workOn } from './cloudformation/work.ts';
import { type ContainerOptions, Containers } from './containers/containers.ts';
import { Faults, type Injection, parseFaultOf, type Strike } from './faults/injector.ts';
import { faults as faultTable } from './faults.ts';
import { rightsOf } from './iam/rights.ts';
import { type UsedRight, UsedRights } from './iam/used-rights.ts';
import { ResourceCatalog } from './resources/catalog.ts';
import { guardedProviders } from './resources/guards.ts';
import { nestedStackProvider } from './resources/nested-stack.ts';
import { genericProvider } from './resources/provider.ts';
import { workspaceProvider } from './resources/workspace.ts';
import { type ApiCall, listen } from './server.ts';
import { apsService, nameOfApsCall, WORKSPACE_ENDPOINTS } from './services/aps.ts';
import { ec2Service } from './services/ec2.ts';
import { realRegistry, startEcr } from './services/ecr/ecr.ts';
import { REPOSITORY } from './services/ecr/repositories.ts';
import { ecs as ecsParts } from './services/ecs/ecs.ts';
import { loadBalancing } from './services/elb/load-balancing.ts';
import { grafanaService, nameOfGrafanaCall } from './services/grafana/control-plane.ts';
import { GRAFANA_PATHS, grafanaApiService, nameOfGrafanaApiCall } from './services/grafana/http-api.ts';
import { GrafanaWorkspaces } from './services/grafana/workspaces.ts';
import { LogEvents } from './services/log-events.ts';
import { LogGroups } from './services/log-groups.ts';
import { logsService } from './services/logs.ts';
import { s3Service } from './services/s3.ts';
import { S3Store } from './services/s3-store.ts';
import { SpanLog } from './services/span-log.ts';
import { SsmStore, ssmService } from './services/ssm.ts';
import { stsService } from './services/sts.ts';
import { taggingService } from './services/tagging.ts';
import { Workspaces } from './services/workspaces.ts';
import { XRAY_PATHS, xrayService } from './services/xray.ts';
import { AccessKeys } from './wire/access-keys.ts';
import { byPath, type QueryAction, queryService } from './wire/service.ts';

export type { Clock } from './clock.ts';
export type { Work } from './cloudformation/work.ts';
export { type FaultHandle, type Injection, type Strike, seededRandom } from './faults/injector.ts';
export { type FaultDeclaration, type FaultName, faults, SERVICE_FAULTS, type ServiceFaultName } from './faults.ts';
export { type AskedCall, type Right, rightsOf } from './iam/rights.ts';
export type { UsedRight } from './iam/used-rights.ts';
export type { ApiCall } from './server.ts';

/** How a local AWS shall be. */
export interface LocalAwsOptions {
  /** Default 4566; 0 takes any free one. */
  port?: number;
  /** Default 127.0.0.1; anything else lets other machines in. */
  host?: string;
  /** Factor over typical durations: 0 waits for nothing (default), 1 is real speed. */
  pace?: number;
  /** Twelve digits; default 000000000000. */
  accountId?: string;
  /** Default: the machine's. */
  clock?: Clock;
  /** With it, services run containers, images and metrics are kept for real; without it, all that is simulated. */
  containers?: ContainerOptions;
  /** Called once for every call. */
  log?: (call: ApiCall) => void;
  /** Called when a fault on demand has struck, a call or a resource. */
  onStrike?: (strike: Strike) => void;
}

/** A stack as whoever runs the local AWS sees it, without a call. */
export interface StackInfo {
  id: string;
  name: string;
  region: string;
  status: string;
  /** When its newest event happened, in milliseconds since 1970. */
  endedAt: number;
  /** The times in which AWS was at work on it, in the order in which they began. */
  work: Work[];
  outputs: Readonly<Record<string, string>>;
  /** Logical ids of what it has and was not deleted, in alphabetical order. */
  resources: string[];
  /** Names of its change sets that were not executed. */
  changeSets: string[];
  /** All statuses that it has had, oldest first. */
  statuses: string[];
}

/** A running local AWS. */
export interface LocalAws {
  /** The endpoint of every service, e.g. `http://127.0.0.1:4566`. */
  url: string;
  port: number;
  account: string;
  /** Names of the services, as credential scopes have them. */
  services: string[];
  /** Every call so far, oldest first. */
  calls: ApiCall[];
  /** The rights of IAM that the calls so far have taken, each with whose they were and how often: what a policy must allow. */
  usedRights(): UsedRight[];
  /** Where its containers are, when it runs any. */
  containers: Containers | undefined;
  /** The stacks of all regions, oldest first, deleted ones included. */
  stacks(): StackInfo[];
  /** Faults on demand; `faults.ts` lists them. */
  faults: Pick<Faults, 'inject'>;
  /** Stops listening and all operations under way. */
  close(): Promise<void>;
}

/**
 * Reads a fault as a command line names it: `throttled`, `throttled:DescribeStackEvents:5`, `slow-answer:seconds=3`.
 *
 * @throws Error that says what is wrong with it
 */
export function parseFault(words: string): Injection {
  return parseFaultOf(faultTable, words);
}

const CLOUDFORMATION = { namespace: 'http://cloudformation.amazonaws.com/doc/2010-05-15/', listItem: 'member' };

/** Where whoever runs it can look at what a policy must allow: `curl http://127.0.0.1:4566/rights`. */
const RIGHTS_PATH = '/rights';

const LOAD_BALANCER = 'AWS::ElasticLoadBalancingV2::LoadBalancer';

/** Starts a local AWS; rejects with Node's EADDRINUSE when the port is taken. Nothing survives `close`. */
export async function startLocalAws(options: LocalAwsOptions = {}): Promise<LocalAws> {
  const {
    port = 4566,
    host = '127.0.0.1',
    pace = 0,
    accountId: account = '000000000000',
    clock = systemClock,
  } = options;
  const containers = options.containers && (await Containers.open(options.containers));
  const calls: ApiCall[] = [];
  const faults = new Faults(faultTable, options.onStrike);
  const ssm = new SsmStore();
  const regions: Regions = {};
  const readSsm = (region: string, name: string) => {
    const made = livingResources(regions, region, 'AWS::SSM::Parameter').find(({ physicalId }) => physicalId === name);
    return ssm.get(region, name)?.value ?? (made && String(made.properties.Value));
  };
  const s3 = new S3Store(name => {
    for (const region of Object.keys(regions)) {
      const made = livingResources(regions, region, 'AWS::S3::Bucket').find(({ physicalId }) => physicalId === name);
      if (made) return { region, createdAt: made.updatedAt };
    }
    return undefined;
  });
  const now = () => clock.now();
  const keys = new AccessKeys(now);
  const used = new UsedRights();
  const onCall = (call: ApiCall) => {
    const { accessKeyId, region = 'us-east-1' } = call;
    calls.push(call);
    used.note(callerOf(accessKeyId, keys, account), rightsOf({ ...call, region, account }));
    options.log?.(call);
  };
  const ecr = await startEcr({ account, regions, now, faults, onCall, real: realRegistry(containers) });
  const logs = new LogGroups(account, regions, now);
  const workspaces = new Workspaces(regions);
  const grafana = new GrafanaWorkspaces(regions);
  const elb = loadBalancing({ regions, clock, pace, isReal: containers !== undefined });
  const events = new LogEvents();
  const ecs = ecsParts({
    ...{ account, regions, clock, pace, groups: elb.groups, logs, events, keys, containers },
    dockerConfig: () => ecr.dockerConfig(),
  });
  const guarded = guardedProviders({ ecr: ecr.store, s3, logs });
  const providers = {
    ...guarded,
    ...ecs.providers,
    'AWS::CloudFormation::Stack': nestedStackProvider,
    [REPOSITORY]: ecr.provider(guarded[REPOSITORY] ?? genericProvider),
    [LOAD_BALANCER]: elb.provider(guarded[LOAD_BALANCER] ?? genericProvider),
    ...(containers && { 'AWS::APS::Workspace': workspaceProvider(containers, workspaces) }),
  };
  // The schemas take a moment to load; only calls that need them wait for it.
  const engine = ResourceCatalog.load().then(
    catalog =>
      new Engine({
        regions,
        account,
        clock,
        pace,
        catalog,
        providers,
        generic: genericProvider,
        readSsm,
        faults,
        readTemplateUrl: url => s3.readTemplate(url),
      }),
  );
  const cloudFormation = Object.fromEntries(
    Object.entries(cloudFormationActions).map(([name, run]): [string, QueryAction] => [
      name,
      async ({ region, stack, struck }, params) => {
        const context = { engine: await engine, region };
        return faults.onCloudFormation({ context, action: name, stack, params }, struck, () => run(context, params));
      },
    ]),
  );
  const services = {
    cloudformation: queryService(CLOUDFORMATION, cloudFormation, 'query'),
    sts: stsService(account, keys, now),
    ec2: ec2Service(account, regions),
    ecs: ecs.service,
    ecr: ecr.service,
    elasticloadbalancing: elb.service,
    logs: logsService(logs, events, now),
    xray: xrayService(account, new SpanLog(logs, events), now),
    aps: apsService(workspaces, keys, now),
    grafana: grafanaService(grafana, now),
    'grafana-api': grafanaApiService(grafana, now),
    tagging: taggingService({
      'ecr:repository': region => ecr.store.list(region),
      'logs:log-group': region => logs.list(region),
    }),
    s3: s3Service(s3, now),
    ssm: ssmService(ssm, account, readSsm),
  };
  const server = await listen({
    host,
    port,
    socket: containers?.socket,
    services,
    namings: {
      xray: byPath(XRAY_PATHS),
      aps: nameOfApsCall,
      grafana: nameOfGrafanaCall,
      'grafana-api': nameOfGrafanaApiCall,
    },
    ownPaths: { aps: WORKSPACE_ENDPOINTS, 'grafana-api': GRAFANA_PATHS },
    unsigned: path => (path === RIGHTS_PATH ? { rights: used.list(), omitted: used.omitted } : ecs.unsigned(path)),
    clock,
    faults,
    stackNamed: (region, parameters) => stackNamed(regions[region] ?? [], parameters),
    onCall,
  }).catch(async (error: unknown) => {
    await containers?.close();
    await ecr.close();
    throw error;
  });
  containers?.listensAt(server.port);
  const closeAll = async () => {
    await (await engine).close();
    ecs.close();
    await elb.close();
    await containers?.close();
    await server.close();
    // What containers were made of.
    await ecr.close();
  };
  let closed: Promise<void> | undefined;
  return {
    url: server.url,
    port: server.port,
    account,
    services: Object.keys(services),
    calls,
    usedRights: () => used.list(),
    faults,
    containers,
    stacks: () => Object.values(regions).flat().map(stackInfo),
    close() {
      closed ??= closeAll();
      return closed;
    },
  };
}

/** A user of the account, for keys that nobody had issued; nobody, where a call bears none. */
function callerOf(accessKeyId: string | undefined, keys: AccessKeys, account: string): string {
  if (accessKeyId === undefined) return '';
  return keys.holderOf(accessKeyId) ?? `arn:aws:iam::${account}:user/local`;
}

function stackInfo(stack: Stack): StackInfo {
  const { id, name, region, status, events, outputs, resources, changeSets } = stack;
  return {
    id,
    name,
    region,
    status,
    endedAt: Date.parse(events.at(-1)?.at ?? ''),
    work: workOn(stack),
    outputs: Object.fromEntries(outputs.map(({ key, value }) => [key, value])),
    resources: Object.values(resources)
      .filter(isLiving)
      .map(({ logicalId }) => logicalId)
      .sort(),
    changeSets: changeSets
      .filter(({ executedBy, executionStatus }) => !executedBy && !/^EXECUTE_/.test(executionStatus))
      .map(({ name }) => name),
    statuses: events.filter(event => event.physicalId === id).map(event => event.status),
  };
}

/** The name of the stack that a call is about: given as name or ARN, or by the ARN of one of its change sets. */
function stackNamed(stacks: readonly Stack[], parameters: URLSearchParams): string | undefined {
  const named = parameters.get('StackName');
  if (named) return named.startsWith('arn:') ? named.split('/')[1] : named;
  const changeSet = parameters.get('ChangeSetName');
  return stacks.find(({ changeSets }) => changeSets.some(({ id }) => id === changeSet))?.name;
}
