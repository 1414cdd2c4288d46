/** The comment of a test that previews the three stacks of zap-obs. */
export const PREVIEW_COMMENT = 'src/actions/deploy/__transcripts__/comment-three-stacks.md';

/**
 * What a comment says at its top, as a quotation for the front page: without its signs, and without where it was made, which the
 * page says itself.
 *
 * @throws Error when the comment does not begin as it did when this was written
 */
export function previewSample(comment: string): string {
  const head = /^(\*\*\d[\s\S]*?)\n+<details/m.exec(comment)?.[1];
  if (head === undefined || !head.includes('\n| | Stack |'))
    throw new Error(`${PREVIEW_COMMENT} has another beginning`);
  return head
    .replace(/\n\nNot AWS itself.*/, '')
    .split('\n')
    .map(line => line.replace(/^\|[^|]*\|/, '|'))
    .map(line => `> ${line}`.trimEnd())
    .join('\n');
}
