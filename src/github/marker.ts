/** What stands in the first line of a comment of ours, unseen: by it the comment is found again. */
export interface Mark {
  /** What the comment is about: one comment for each. Letters, digits, hyphens and spaces. */
  key: string;
  /** Of the workflow run that wrote it; a later run has a higher one. */
  run: number;
  attempt: number;
}

/** The first line of a comment. */
export function markerOf({ key, run, attempt }: Mark): string {
  return `<!-- zap-obs deploy ${key} run ${run}.${attempt} -->`;
}

/** The mark of a comment; `undefined` when it does not begin with one. Further down it is only quoted. */
export function markIn(body: string): Mark | undefined {
  const [, key, run, attempt] =
    /^<!-- zap-obs deploy ([\w-]+(?: [\w-]+)*) run (\d{1,15})\.(\d{1,6}) -->/.exec(body) ?? [];
  return key === undefined ? undefined : { key, run: Number(run), attempt: Number(attempt) };
}

/** Below zero where the first was written by an earlier run, or attempt, than the second. */
export function byAge(a: Mark, b: Mark): number {
  return a.run - b.run || a.attempt - b.attempt;
}
