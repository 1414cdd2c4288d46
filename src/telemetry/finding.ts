import type { Place } from '../runner/fault.ts';

/** One thing that was expected, and whether it was so. */
export interface Finding {
  /** What was expected, in few words: `data: status 200`. */
  name: string;
  passed: boolean;
  /** It has failed, and no later look can change that. */
  isFinal?: boolean;
  /** What came instead, as it was seen; of what passed, what proves it. */
  seen?: string;
  /** Why it failed, as one sentence without a closing full stop. */
  cause?: string;
  /** The next step, as an imperative sentence without a closing full stop. */
  fix?: string;
  /** Where it is expected. */
  place?: Place;
}
