import * as core from '@actions/core';
import type { Host } from './host.ts';

/** The host of a workflow job: workflow commands on stdout, and the files that the runner names in the environment. */
export const actionsHost: Host = {
  input: name => core.getInput(name),
  output: (name, value) => core.setOutput(name, value),
  summary: async markdown => {
    if (process.env.GITHUB_STEP_SUMMARY) await core.summary.addRaw(markdown, true).write();
  },
  line: text => core.info(text),
  openGroup: name => core.startGroup(name),
  closeGroup: () => core.endGroup(),
  annotate(severity, message, { title, place } = {}) {
    const show = { error: core.error, warning: core.warning, notice: core.notice }[severity];
    show(message, {
      ...(title && { title }),
      ...(place && { file: place.file }),
      ...(place?.line && { startLine: place.line }),
      ...(place?.column && { startColumn: place.column }),
    });
  },
  mask: secret => core.setSecret(secret),
  idToken: audience => core.getIDToken(audience),
};
