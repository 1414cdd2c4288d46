// The actions and workflows of this repository as they are on disk: what GitHub would read.
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { ROOT } from '../repository.ts';

export interface Step {
  id?: string;
  if?: string;
  uses?: string;
  run?: string;
  with?: Record<string, unknown>;
  env?: Record<string, unknown>;
}

export interface Job {
  if?: string;
  needs?: string | string[];
  uses?: string;
  with?: Record<string, unknown>;
  permissions?: Record<string, string>;
  environment?: unknown;
  outputs?: Record<string, string>;
  steps?: Step[];
}

export interface DeclaredInput {
  description?: string;
  type?: string;
  required?: boolean;
  default?: unknown;
}

export interface Workflow {
  on: Record<string, { inputs?: Record<string, DeclaredInput>; outputs?: Record<string, { value: string }> } | null>;
  permissions?: unknown;
  concurrency?: unknown;
  jobs: Record<string, Job>;
}

export interface Action {
  name: string;
  description: string;
  inputs?: Record<string, DeclaredInput>;
  outputs?: Record<string, { description: string; value?: string }>;
  runs: { using: string; steps?: Step[] };
}

/** A file and what it holds. */
export interface Read<T> {
  path: string;
  text: string;
  content: T;
}

export function workflows(): Read<Workflow>[] {
  return globSync('.github/workflows/*.{yml,yaml}', { cwd: ROOT })
    .sort()
    .map(read<Workflow>);
}

export function actionFiles(): Read<Action>[] {
  return globSync('{.,deploy,actions/*}/action.{yml,yaml}', { cwd: ROOT })
    .sort()
    .map(read<Action>);
}

function read<T>(path: string): Read<T> {
  const text = readFileSync(join(ROOT, path), 'utf8');
  return { path: path.replaceAll('\\', '/'), text, content: parse(text) as T };
}
