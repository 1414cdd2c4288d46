import { isDeepStrictEqual } from 'node:util';
import type { DeployedStack, ParameterValue } from './cloudformation.ts';
import { isRecord } from './json-values.ts';
import { isSsmType } from './parameter-check.ts';
import type { PlannedStack } from './plan.ts';
import { parseAsWritten } from './source-document.ts';

/** What has to be done to a stack, judged from its present state. */
export type Verdict =
  | { kind: 'create' }
  /** A stack that never came into being, or was not deleted to its end, stands in the way; it is deleted first. */
  | { kind: 'recreate'; status: string }
  /** An update that failed halfway is undone first: by RollbackStack, or by continuing the rollback that failed. */
  | { kind: 'recover'; status: string; by: 'roll back' | 'continue rollback' }
  | { kind: 'update'; because: string }
  | { kind: 'unchanged' }
  /** Somebody else's operation is going on. */
  | { kind: 'busy'; status: string }
  /** In a state that zap-obs does not know what to do about, such as IMPORT_ROLLBACK_FAILED. */
  | { kind: 'stuck'; status: string; advice: string };

/** States from which an update may start. https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/view-stack-events.html */
const UPDATABLE = new Set([
  'CREATE_COMPLETE',
  'UPDATE_COMPLETE',
  'UPDATE_ROLLBACK_COMPLETE',
  'IMPORT_COMPLETE',
  'IMPORT_ROLLBACK_COMPLETE',
]);

/** Stacks that hold nothing to keep: DeleteStack takes them, and then there is room for a new one. */
const REMAINS = new Set(['ROLLBACK_COMPLETE', 'ROLLBACK_FAILED', 'CREATE_FAILED', 'DELETE_FAILED']);

/**
 * What undoes an update that failed halfway.
 * https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_RollbackStack.html
 * https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_ContinueUpdateRollback.html
 */
const UNDONE_BY: Readonly<Record<string, 'roll back' | 'continue rollback'>> = {
  UPDATE_FAILED: 'roll back',
  UPDATE_ROLLBACK_FAILED: 'continue rollback',
};

/** What to do about a stack that an operation has left in such a state. */
export const STATUS_ADVICE: Readonly<Record<string, string>> = {
  CREATE_FAILED: 'Look at what failed in its events; a new run deletes the stack and creates it again',
  ROLLBACK_FAILED: 'Mend what kept it from being rolled back; a new run deletes the stack and creates it again',
  DELETE_FAILED: 'Mend what kept it from being deleted, then run `teardown` again',
  UPDATE_FAILED: 'Mend the cause; a new run rolls the update back and makes it again',
  UPDATE_ROLLBACK_FAILED: 'Mend what kept it from being rolled back; a new run continues the rollback',
};

/** Whether a stack stands that later operations can build on: its parameter values are remembered, its outputs hold. */
export function isStanding(deployed: DeployedStack | undefined): deployed is DeployedStack {
  if (deployed === undefined || REMAINS.has(deployed.status)) return false;
  return deployed.status !== 'REVIEW_IN_PROGRESS' && deployed.status !== 'DELETE_COMPLETE';
}

/** From the status alone; `undefined` when the stack can be updated and has to be compared. */
export function classifyStatus(
  deployed: DeployedStack | undefined,
): Exclude<Verdict, { kind: 'update' | 'unchanged' }> | undefined {
  const status = deployed?.status;
  if (status === undefined || status === 'DELETE_COMPLETE') return { kind: 'create' };
  // A change set of type CREATE may be added to it as it is.
  if (status === 'REVIEW_IN_PROGRESS') return { kind: 'create' };
  if (REMAINS.has(status)) return { kind: 'recreate', status };
  const by = UNDONE_BY[status];
  if (by) return { kind: 'recover', status, by };
  if (UPDATABLE.has(status)) return undefined;
  if (status.endsWith('_IN_PROGRESS')) return { kind: 'busy', status };
  return { kind: 'stuck', status, advice: 'Look at the stack in the console' };
}

/**
 * What to do with a stack: by its status, and for one that can be updated by comparing template, parameters and tags, so
 * that a run without changes writes nothing. NoEcho and SSM-typed values cannot be compared and count as changed.
 *
 * @param template the deployed template as it was submitted
 */
export function classify(
  stack: PlannedStack,
  values: Readonly<Record<string, ParameterValue>>,
  deployed: DeployedStack | undefined,
  template: string | undefined,
): Verdict {
  const byStatus = classifyStatus(deployed);
  if (byStatus || !deployed) return byStatus ?? { kind: 'create' };
  const because = differences(stack, values, deployed, template);
  return because.length === 0 ? { kind: 'unchanged' } : { kind: 'update', because: because.join(', ') };
}

function differences(
  stack: PlannedStack,
  values: Readonly<Record<string, ParameterValue>>,
  deployed: DeployedStack,
  template: string | undefined,
): string[] {
  const found: string[] = [];
  if (!isSameTemplate(stack.template.text, template)) found.push('template');
  for (const { declaration } of stack.parameters) {
    const { name, noEcho, type } = declaration;
    const value = values[name];
    const isPrevious = value !== undefined && 'usePrevious' in value;
    const isSame = isPrevious || (value !== undefined && value.value === deployed.parameters[name] && !noEcho);
    if (!isSame || isSsmType(type)) found.push(`parameter ${name}`);
  }
  if (!isDeepStrictEqual(stack.tags, ownTags(deployed))) found.push('tags');
  return found;
}

/** Tags whose keys begin with `aws:` are AWS's own and cannot be set. */
function ownTags({ tags }: DeployedStack): Record<string, string> {
  return Object.fromEntries(Object.entries(tags).filter(([key]) => !key.startsWith('aws:')));
}

/**
 * Equal in what CloudFormation acts on: comments, key order of mappings, short forms, JSON against YAML and descriptions make
 * no difference. GetTemplate gives `?` for every character beyond ASCII (seen by the AWS CDK, which compares in the same
 * way), so both are compared like that.
 */
function isSameTemplate(planned: string, deployed: string | undefined): boolean {
  if (deployed === undefined) return false;
  const [ours, theirs] = [planned, deployed].map(text => text.replaceAll(/[\u{80}-\u{10ffff}]/gu, '?'));
  return ours === theirs || isDeepStrictEqual(effective(ours ?? ''), effective(theirs ?? ''));
}

/** CloudFormation counts a change of these alone as none, so a change set for it would be made in vain at every run. */
function effective(text: string): unknown {
  const { value } = parseAsWritten(text);
  if (!isRecord(value)) return value;
  const { Description: _words, Metadata: _metadata, ...rest } = value;
  return rest;
}
