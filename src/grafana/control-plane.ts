/** A workspace of Amazon Managed Grafana. */
export interface GrafanaWorkspace {
  id: string;
  /** Where Grafana is opened, without a slash at the end. */
  url: string;
  /** ACTIVE when it can be used. */
  status: string;
  /** Such as `12.4`. */
  version: string;
  tags: Readonly<Record<string, string>>;
}

export interface ServiceAccount {
  id: string;
  name: string;
}

/** What is asked of Amazon Managed Grafana itself. Every method throws UserFault when AWS refuses. */
export interface GrafanaControlPlane {
  describe(workspaceId: string): Promise<GrafanaWorkspace>;
  accounts(workspaceId: string): Promise<ServiceAccount[]>;
  /** Makes an account that may administer the workspace; one that bears the name already is taken. Gives its id. */
  createAccount(workspaceId: string, name: string): Promise<string>;
  /** Gives the token's key, which AWS shows only once. */
  createToken(workspaceId: string, accountId: string, name: string, secondsToLive: number): Promise<string>;
  /** With its tokens; one that is gone already is no fault. */
  deleteAccount(workspaceId: string, accountId: string): Promise<void>;
  tag(arn: string, tags: Readonly<Record<string, string>>): Promise<void>;
}

/** AWS gives a host's name; the local AWS, which has none, says with which scheme it is reached. */
export function urlOf(endpoint: string): string {
  return (endpoint.includes('://') ? endpoint : `https://${endpoint}`).replace(/\/+$/, '');
}
