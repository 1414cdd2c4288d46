import { readFileSync } from 'node:fs';
import * as core from '@actions/core';
import type { Host, Job } from './host.ts';

/** The host of a workflow job: workflow commands on stdout, and the files that the runner names in the environment. */
export const actionsHost: Host = {
  input: name => core.getInput(name),
  output: (name, value) => core.setOutput(name, value),
  summary: async markdown => {
    if (process.env.GITHUB_STEP_SUMMARY) await core.summary.addRaw(markdown, true).write();
  },
  line: text => core.info(inert(text)),
  openGroup: name => core.startGroup(inert(name)),
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
  saveState: (name, value) => core.saveState(name, value),
  savedStates: () => savedStates(process.env),
  job: () => jobOf(process.env),
  idToken: audience => core.getIDToken(audience),
};

/** The runner hands what a step has kept to its clean-up as `STATE_<name>`. */
export function savedStates(env: NodeJS.ProcessEnv): Record<string, string> {
  const prefix = 'STATE_';
  return Object.fromEntries(
    Object.entries(env).flatMap(([key, value]) =>
      key.startsWith(prefix) && value ? [[key.slice(prefix.length), value]] : [],
    ),
  );
}

/**
 * The job that the environment describes; `undefined` where it describes none.
 * https://docs.github.com/actions/reference/workflows-and-actions/variables
 */
export function jobOf(env: NodeJS.ProcessEnv): Job | undefined {
  const { GITHUB_REPOSITORY: repository, GITHUB_RUN_ID: runId, GITHUB_RUN_ATTEMPT: attempt } = env;
  if (!repository || !/^[\w.-]+\/[\w.-]+$/.test(repository)) return undefined;
  return {
    repository,
    eventName: env.GITHUB_EVENT_NAME ?? '',
    event: eventIn(env.GITHUB_EVENT_PATH),
    sha: env.GITHUB_SHA ?? '',
    runId: Number(runId) || 0,
    runAttempt: Number(attempt) || 1,
    serverUrl: address(env.GITHUB_SERVER_URL, 'https://github.com'),
    apiUrl: address(env.GITHUB_API_URL, 'https://api.github.com'),
  };
}

function address(text: string | undefined, fallback: string): string {
  return (text || fallback).replace(/\/+$/, '');
}

/** The event's file may be missing, or cut off, as act and full disks leave it: then nobody knows what it says. */
function eventIn(file: string | undefined): unknown {
  try {
    return file ? JSON.parse(readFileSync(file, 'utf8')) : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Text from outside, such as a template's words or a reason of AWS, must not speak to the runner: a line that would be taken
 * for a workflow command (`::name::` after any blanks, or `##[name]` anywhere) is kept from it by an invisible character.
 */
export function inert(text: string): string {
  return (
    text
      .replaceAll(/\r\n?/g, '\n')
      // Blanks are looked for within their line only: a megabyte of empty lines would take minutes otherwise.
      .replaceAll(/(?<![^\n])((?:[^\S\n]|\u0085)*):(?=:)/g, '$1:\u200b')
      .replaceAll('##[', '#\u200b#[')
  );
}
