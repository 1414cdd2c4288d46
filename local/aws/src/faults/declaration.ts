import type { Effect, FaultParameters } from './effect.ts';

/** A fault that can be switched on. */
export interface FaultDeclaration {
  /** What happens when it strikes, in one sentence without a full stop. */
  does: string;
  /** Which calls it strikes unless told otherwise, `*` standing for anything; absent: any. None for faults of resources. */
  action?: string;
  /** It strikes again and again unless told otherwise; others once. */
  isLasting?: true;
  /** What can be set, with defaults. */
  parameters?: Partial<FaultParameters>;
  /** How a template or a caller can ask for it, without anybody switching it on; Markdown. */
  trigger?: string;
  effect: Effect;
}

/** The faults that there are, by name. */
export type FaultTable = Readonly<Record<string, FaultDeclaration>>;
