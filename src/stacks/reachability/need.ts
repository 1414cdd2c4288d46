import type { Truth, Value } from '../evaluation/values.ts';
import type { Call } from './endpoint-policy.ts';

/** Where a need is met. */
export type Target =
  /** An AWS service of the Region, by the end of its endpoint's service name, such as `ecr.api`. */
  | { kind: 'service'; service: string }
  /** Image layers, which ECR hands out as addresses of the Region's S3. */
  | { kind: 'layers' }
  | { kind: 'host'; host: string; port: number }
  | { kind: 'range'; cidr: string }
  /** Not known. */
  | { kind: 'open'; why: string };

/** Something that a task or a workspace must reach. */
export interface Need {
  name: string;
  target: Target;
  /** What must pass the policy of an endpoint on the way. */
  calls: readonly Call[];
  /** Taken from the address in an environment variable: the task may as well not call it. */
  isGuess?: true;
}

/** Something whose traffic starts in subnets of a VPC. */
export interface Site {
  /** How messages call it, such as "Tasks of service `Service`". */
  title: string;
  stack: string;
  /** Its logical id. */
  id: string;
  exists: Truth;
  subnets: readonly Value[];
  /** `undefined`: the VPC's default group. */
  groups: readonly Value[] | undefined;
  /** `ENABLED` or `DISABLED`, when it is known. */
  publicIp: Value;
  needs: readonly Need[];
}

/** Needs of one name and target are one need with all their calls. */
export function merged(needs: readonly Need[]): Need[] {
  const byKey = new Map<string, Need>();
  for (const need of needs) {
    const key = `${need.name} ${JSON.stringify(need.target)}`;
    const before = byKey.get(key);
    byKey.set(key, before ? { ...before, calls: [...before.calls, ...need.calls] } : need);
  }
  return [...byKey.values()];
}
