import type { Action } from './runner/define-action.ts';
import { terminalHost } from './runner/terminal-host.ts';

/** Every action of the bundle; loaded when asked for, so that one does not pay for another's libraries. */
export const actions: Record<string, () => Promise<{ action: Action }>> = {
  deploy: () => import('./actions/deploy/run.ts'),
  'validate-telemetry': () => import('./actions/validate-telemetry/run.ts'),
  teardown: () => import('./actions/teardown/run.ts'),
  'build-push': () => import('./actions/build-push/run.ts'),
  'smoke-test': () => import('./actions/smoke-test/run.ts'),
};

/**
 * The clean-up after a job, of whichever action: sees what it left at AWS to its end, or removes the compose project, the login
 * or the service account that it left. The stub calls it when something was left only.
 */
export async function cleanUp(): Promise<void> {
  const { actionsHost } = await import('./runner/actions-host.ts');
  const { PROJECT_STATE, removeLeftProject } = await import('./actions/smoke-test/remove-left-project.ts');
  if (actionsHost.savedStates()[PROJECT_STATE]) return await removeLeftProject(actionsHost);
  const { LOGIN_STATE, removeLeftLogin } = await import('./actions/build-push/remove-left-login.ts');
  if (actionsHost.savedStates()[LOGIN_STATE]) return await removeLeftLogin(actionsHost);
  const { ACCOUNT_STATE } = await import('./actions/deploy/provision-grafana.ts');
  if (actionsHost.savedStates()[ACCOUNT_STATE]) {
    const { removeLeftAccount } = await import('./actions/deploy/remove-left-account.ts');
    await removeLeftAccount(actionsHost);
  }
  const { confirmEnd } = await import('./actions/confirm-end.ts');
  await confirmEnd(actionsHost);
  setTimeout(() => process.exit(), 500).unref();
}

/**
 * Runs one action to its end in this process and sets the exit code. The `dist/<name>.js` stubs call it.
 *
 * @param toolkit the folder that holds `dist/`; a bundler would rewrite `import.meta.url` here, so the stubs say it
 */
export async function main(name: string, toolkit: string): Promise<void> {
  const load = actions[name];
  if (!load) throw new Error(`no action is named ${name}; there are ${Object.keys(actions).join(', ')}`);
  const [{ action }, { actionsHost }] = await Promise.all([load(), import('./runner/actions-host.ts')]);
  const host = process.env.GITHUB_ACTIONS === 'true' ? actionsHost : terminalHost(actionsHost);
  const workspace = process.env.GITHUB_WORKSPACE ?? process.cwd();
  process.exitCode = await action.run(host, { workspace, toolkit });
  // A call that still hangs after a cancellation must not keep the process; what was printed is given time to leave.
  setTimeout(() => process.exit(), 500).unref();
}
