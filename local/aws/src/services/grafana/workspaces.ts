import { createHash } from 'node:crypto';
import type { Regions } from '../../cloudformation/state.ts';
import { keyOf, type Member, membersOf, tagsOf } from '../members.ts';

const TYPE = 'AWS::Grafana::Workspace';

/** Version of a workspace that names none ("CreateWorkspace", Amazon Managed Grafana API Reference). */
const DEFAULT_VERSION = '10.4';
/** In each workspace; from version 12 on also the one for Amazon Managed Prometheus. Which others AWS installs is unverified. */
const BUILT_IN = ['prometheus', 'cloudwatch'];
const AMP_PLUGIN = 'grafana-amazonprometheus-datasource';

export type Role = 'ADMIN' | 'EDITOR' | 'VIEWER';

export interface ServiceAccount {
  id: string;
  name: string;
  grafanaRole: Role;
  tokens: Token[];
}

export interface Token {
  id: string;
  name: string;
  key: string;
  /** Milliseconds since 1970. */
  createdAt: number;
  expiresAt: number;
  lastUsedAt?: number;
}

export interface DataSource {
  id: number;
  version: number;
  /** As Grafana's API took it. */
  command: Readonly<Record<string, unknown>> & { uid: string; name: string; type: string };
}

export interface DashboardVersion {
  version: number;
  message: string;
  createdBy: string;
  created: string;
  model: Readonly<Record<string, unknown>>;
}

export interface Dashboard {
  id: number;
  folderUid: string;
  /** Newest first. */
  versions: DashboardVersion[];
}

/** All that a Grafana remembers. */
export interface GrafanaState {
  accounts: ServiceAccount[];
  /** By uid. */
  dataSources: Map<string, DataSource>;
  folders: Map<string, { id: number; title: string }>;
  dashboards: Map<string, Dashboard>;
  /** Those that were installed beside the built-in ones. */
  plugins: Set<string>;
  /** Tags that were given by a call. */
  tags: Record<string, string>;
  /** The last number that was given to something. */
  last: number;
}

/** A workspace of Amazon Managed Grafana. */
export interface GrafanaWorkspace {
  id: string;
  region: string;
  name: string;
  version: string;
  status: string;
  /** Seconds since 1970. */
  createdAt: number;
  roleArn: string | undefined;
  mayInstallPlugins: boolean;
  tags: Record<string, string>;
  state: GrafanaState;
}

const UNDER_WAY: Readonly<Record<string, string>> = {
  CREATE_IN_PROGRESS: 'CREATING',
  UPDATE_IN_PROGRESS: 'UPDATING',
  DELETE_IN_PROGRESS: 'DELETING',
};

/** The workspaces that stacks have made, also retained ones, each with a Grafana in memory. */
export class GrafanaWorkspaces {
  readonly #regions: Regions;
  readonly #states = new Map<string, GrafanaState>();

  constructor(regions: Regions) {
    this.#regions = regions;
  }

  /** In whatever region. */
  find(id: string): GrafanaWorkspace | undefined {
    for (const region of Object.keys(this.#regions)) {
      const member = membersOf(this.#regions, region, TYPE).find(({ resource }) => resource.physicalId === id);
      if (member) return this.#workspaceOf(region, member);
    }
    return undefined;
  }

  #workspaceOf(region: string, member: Member): GrafanaWorkspace {
    const { physicalId: id, properties, status, updatedAt } = member.resource;
    const key = keyOf(member);
    const state = this.#states.get(key) ?? emptyState();
    this.#states.set(key, state);
    const { Name, GrafanaVersion, RoleArn, PluginAdminEnabled } = properties;
    return {
      id,
      region,
      name: String(Name ?? ''),
      version: String(GrafanaVersion ?? DEFAULT_VERSION),
      status: UNDER_WAY[status] ?? 'ACTIVE',
      createdAt: Date.parse(updatedAt) / 1000,
      roleArn: RoleArn === undefined ? undefined : String(RoleArn),
      mayInstallPlugins: String(PluginAdminEnabled) === 'true',
      tags: { ...tagsOf(member), ...state.tags },
      state,
    };
  }
}

function emptyState(): GrafanaState {
  return {
    accounts: [],
    dataSources: new Map(),
    folders: new Map(),
    dashboards: new Map(),
    plugins: new Set(),
    tags: {},
    last: 0,
  };
}

export function nextId(state: GrafanaState): number {
  state.last += 1;
  return state.last;
}

/** The same workspace at the same turn gives the same key in every run; Grafana's have this form. */
export function newKey(workspaceId: string, tokenId: string): string {
  const digest = createHash('sha256').update(`${workspaceId}/${tokenId}`).digest('hex');
  return `glsa_${digest.slice(0, 32)}_${digest.slice(32, 40)}`;
}

export function hasPlugin({ state, version }: GrafanaWorkspace, id: string): boolean {
  const builtIn = Number.parseInt(version, 10) >= 12 ? [...BUILT_IN, AMP_PLUGIN] : BUILT_IN;
  return builtIn.includes(id) || state.plugins.has(id);
}
