import type { Finding } from './finding.ts';
import type { Signal } from './proof.ts';

/** What is looked for of one signal; it remembers what it has found, so that it never asks for that again. */
export interface Search {
  readonly signal: Signal;
  /** What is to be found, as long as nothing is known of it; as many findings, in the same order, come of each look. */
  blank(): Finding[];
  /**
   * @param isLast nothing is looked for after it, so that everything which is open is asked for
   * @throws TransientError for what may pass, another UserFault for what will not
   */
  look(isLast: boolean): Promise<Finding[]>;
  /** Adds causes to what is missing, once that is certain. */
  explain?(findings: Finding[]): Promise<Finding[]>;
  /** What the backend has noticed. */
  notes?(): string[];
}
