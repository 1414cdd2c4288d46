import * as v from 'valibot';
import { removeAccountsNamed } from '../../grafana/account.ts';
import { grafanaControlPlane } from '../../grafana/control-plane.aws.ts';
import { renderFault, UserFault } from '../../runner/fault.ts';
import type { Host } from '../../runner/host.ts';
import { parseInputs } from '../../runner/inputs.ts';
import { sessionFor } from '../session-for.ts';
import { credentialInputs, stackInputs } from '../shared-inputs.ts';
import { REGION_STATE } from '../stack-run.ts';
import { ACCOUNT_STATE } from './provision-grafana.ts';

const schema = v.pipe(v.string(), v.parseJson(), v.object({ workspaceId: v.string(), accountName: v.string() }));

/** After the job: deletes the service account in Grafana of a run that was killed before it could. */
export async function removeLeftAccount(host: Host): Promise<void> {
  const states = host.savedStates();
  const kept = v.safeParse(schema, states[ACCOUNT_STATE]);
  if (!kept.success) return;
  const { workspaceId, accountName } = kept.output;
  const title = 'After the run';
  try {
    const inputs = parseInputs({ ...stackInputs, ...credentialInputs }, name => host.input(name));
    const session = sessionFor({ ...inputs, 'aws-region': states[REGION_STATE] ?? inputs['aws-region'] }, host);
    const count = await removeAccountsNamed(accountName, workspaceId, grafanaControlPlane(session));
    const end = count > 0 ? 'is deleted' : 'has not come to be';
    host.annotate('notice', `The service account ${accountName} of Grafana, which the run had left, ${end}.`, {
      title,
    });
  } catch (error) {
    if (!(error instanceof UserFault)) throw error;
    const why = error.faults.map(renderFault).join(' ');
    const what = `The service account ${accountName} of Grafana workspace ${workspaceId}, which the run had left, could not be deleted.`;
    host.annotate('warning', `${what} ${why}`, { title });
  }
}
