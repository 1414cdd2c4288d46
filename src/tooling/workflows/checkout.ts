import { noted, type Plain } from './yaml-text.ts';

/** Where the pinned commit of actions/checkout stands, for Dependabot to move; the generated workflows follow. */
export const PINNED_IN = '.github/workflows/ci.yml';

/**
 * The step that checks the caller's repository out, leaving no token in the workspace.
 *
 * @param pinned the text of the workflow in which the commit stands
 */
export function checkoutStep(pinned: string): Plain {
  const [, uses, version] = /uses: (actions\/checkout@[0-9a-f]{40}) # (v\d+\.\d+\.\d+)$/m.exec(pinned) ?? [];
  if (uses === undefined || version === undefined) throw new Error(`${PINNED_IN} pins no commit of actions/checkout`);
  return { uses: noted(uses, version), with: { 'persist-credentials': false } };
}
