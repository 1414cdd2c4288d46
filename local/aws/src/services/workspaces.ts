import type { Regions } from '../cloudformation/state.ts';
import { type Member, membersOf, tagsOf } from './members.ts';

const TYPE = 'AWS::APS::Workspace';

/** A workspace of Amazon Managed Prometheus. */
export interface Workspace {
  id: string;
  region: string;
  arn: string;
  alias: string | undefined;
  /** Ends in a slash. */
  endpoint: string;
  /** ACTIVE, CREATING, UPDATING or DELETING. */
  status: string;
  /** Seconds since 1970. */
  createdAt: number;
  tags: Record<string, string>;
}

/** The workspaces that stacks have made, also retained ones, and the servers that are behind them. */
export class Workspaces {
  readonly #regions: Regions;
  readonly #servers = new Map<string, string>();

  constructor(regions: Regions) {
    this.#regions = regions;
  }

  list(region: string): Workspace[] {
    return membersOf(this.#regions, region, TYPE).map(member => workspaceOf(region, member));
  }

  /** In whatever region. */
  find(id: string): Workspace | undefined {
    return Object.keys(this.#regions)
      .flatMap(region => this.list(region))
      .find(workspace => workspace.id === id);
  }

  /** The server that keeps a workspace's metrics, such as `http://127.0.0.1:9090`; undefined where none does. */
  serverOf(id: string): string | undefined {
    return this.#servers.get(id);
  }

  attach(id: string, server: string): void {
    this.#servers.set(id, server);
  }

  detach(id: string): void {
    this.#servers.delete(id);
  }
}

/** As AWS names the status of what its stack works on. */
const UNDER_WAY: Readonly<Record<string, string>> = {
  CREATE_IN_PROGRESS: 'CREATING',
  UPDATE_IN_PROGRESS: 'UPDATING',
  DELETE_IN_PROGRESS: 'DELETING',
};

function workspaceOf(region: string, member: Member): Workspace {
  const { physicalId: arn, properties, attributes, status, updatedAt } = member.resource;
  return {
    id: arn.split('/').at(-1) ?? '',
    region,
    arn,
    alias: typeof properties.Alias === 'string' ? properties.Alias : undefined,
    endpoint: String(attributes.PrometheusEndpoint ?? ''),
    status: UNDER_WAY[status] ?? 'ACTIVE',
    createdAt: Date.parse(updatedAt) / 1000,
    tags: tagsOf(member),
  };
}
