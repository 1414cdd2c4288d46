import type { Folders } from '../../runner/define-action.ts';
import type { InputValues } from '../../runner/spec.ts';
import type { DeployOptions } from '../../stacks/deploy.ts';
import type { StackSettings } from '../../stacks/settings.ts';
import { loadStackPolicy } from '../../stacks/stack-policy.ts';
import type { spec } from './spec.ts';

type Inputs = InputValues<typeof spec.inputs>;

/** How the inputs want a plan to be deployed. */
export function optionsOf(inputs: Inputs): DeployOptions {
  return {
    maxParallel: inputs['max-parallel'],
    dryRun: inputs['dry-run'],
    inProgress: inputs['in-progress'],
    recreateFailed: inputs['recreate-failed'],
    skipResources: inputs['skip-resources'] ?? [],
  };
}

/**
 * What the inputs want of every stack beside its template.
 *
 * @throws UserFault for a stack policy that cannot be read or is none
 */
export async function settingsOf(inputs: Inputs, { workspace }: Folders): Promise<StackSettings> {
  const { 'termination-protection': protection, 'stack-policy': file } = inputs;
  return {
    terminationProtection: protection && protection === 'on',
    policy: file && (await loadStackPolicy(file, workspace)),
  };
}
