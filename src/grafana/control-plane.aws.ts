import { jsonCaller } from '../aws/json-client.aws.ts';
import type { Session } from '../aws/session.aws.ts';
import { UserFault } from '../runner/fault.ts';
import { type GrafanaControlPlane, type ServiceAccount, urlOf } from './control-plane.ts';

const ACCOUNTS = '/workspaces/{workspaceId}/serviceaccounts';

/** From the service's model: https://docs.aws.amazon.com/grafana/latest/APIReference/API_Operations.html */
const GRAFANA = {
  id: 'grafana',
  host: 'grafana',
  name: 'grafana',
  iam: 'grafana',
  target: {
    DescribeWorkspace: 'GET /workspaces/{workspaceId}',
    ListWorkspaceServiceAccounts: `GET ${ACCOUNTS}`,
    CreateWorkspaceServiceAccount: `POST ${ACCOUNTS}`,
    CreateWorkspaceServiceAccountToken: `POST ${ACCOUNTS}/{serviceAccountId}/tokens`,
    DeleteWorkspaceServiceAccount: `DELETE ${ACCOUNTS}/{serviceAccountId}`,
    TagResource: 'POST /tags/{resourceArn}',
  },
};

interface Described {
  workspace: { endpoint: string; status: string; grafanaVersion: string; tags?: Record<string, string> };
}
interface Listed {
  serviceAccounts: ServiceAccount[];
  nextToken: string;
}

/** Tokens whose answer was lost are made anew under another name: their key is not shown again. */
const TOKENS = 3;

export function grafanaControlPlane(session: Session): GrafanaControlPlane {
  const grafana = jsonCaller(GRAFANA, session);
  const accounts = async (workspaceId: string): Promise<ServiceAccount[]> => {
    const found: ServiceAccount[] = [];
    let nextToken: string | undefined;
    do {
      const input = { workspaceId, ...(nextToken !== undefined && { nextToken }) };
      const page = await grafana<Listed>('ListWorkspaceServiceAccounts', input, ['serviceAccounts', 'nextToken']);
      found.push(...(page.serviceAccounts ?? []).map(({ id, name }) => ({ id, name })));
      nextToken = page.nextToken;
    } while (nextToken);
    return found;
  };
  return {
    accounts,

    async describe(id) {
      const { workspace } = await grafana<Described>('DescribeWorkspace', { workspaceId: id }, ['workspace']);
      const { endpoint = '', status = 'UNKNOWN', grafanaVersion = '', tags = {} } = workspace ?? {};
      return { id, url: urlOf(endpoint), status, version: grafanaVersion, tags };
    },

    async createAccount(workspaceId, name) {
      try {
        const input = { workspaceId, name, grafanaRole: 'ADMIN' };
        const { id } = await grafana<{ id: string }>('CreateWorkspaceServiceAccount', input, ['id']);
        if (id !== undefined) return id;
      } catch (error) {
        // The name is this run's own: what bears it was made by a call whose answer was lost.
        if (!isRefusal(error, 'ConflictException')) throw error;
      }
      const made = (await accounts(workspaceId)).find(account => account.name === name);
      if (made) return made.id;
      throw new UserFault({ what: 'AWS has made no service account in Grafana, and said nothing', fix: 'Run again' });
    },

    async createToken(workspaceId, serviceAccountId, name, secondsToLive) {
      for (let number = 1; ; number += 1) {
        const input = { workspaceId, serviceAccountId, name: `${name}-${number}`, secondsToLive };
        try {
          const answer = await grafana<{ serviceAccountToken: { key: string } }>(
            'CreateWorkspaceServiceAccountToken',
            input,
            ['serviceAccountToken'],
          );
          const key = answer.serviceAccountToken?.key;
          if (key) return key;
          throw new UserFault({
            what: 'AWS has answered a request for a token of Grafana without one',
            fix: 'Run again',
          });
        } catch (error) {
          if (!isRefusal(error, 'ConflictException') || number === TOKENS) throw error;
        }
      }
    },

    async deleteAccount(workspaceId, serviceAccountId) {
      try {
        await grafana('DeleteWorkspaceServiceAccount', { workspaceId, serviceAccountId }, []);
      } catch (error) {
        if (!isRefusal(error, 'ResourceNotFoundException')) throw error;
      }
    },

    async tag(resourceArn, tags) {
      await grafana('TagResource', { resourceArn, tags }, []);
    },
  };
}

function isRefusal(error: unknown, code: string): boolean {
  return error instanceof UserFault && (error.cause as Error | undefined)?.name === code;
}
