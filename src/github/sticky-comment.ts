import type { Comment, Conversation } from './conversation.ts';
import { byAge, type Mark, markIn } from './marker.ts';
import { type Patience, patiently } from './patience.ts';
import { Trouble } from './trouble.ts';

/** `outdone`: a newer run had its say already. */
export interface Kept {
  how: 'written' | 'updated' | 'outdone';
  page: string;
  /** What could not be done beside, as a sentence without a full stop. */
  remark?: string | undefined;
}

interface Found {
  comment: Comment;
  mark: Mark;
}

/**
 * Keeps one comment of a kind on a pull request: updates ours where there is one, else writes it. Of several, as two runs at once
 * may write them, the one of the newest run stays.
 *
 * @param body begins with the marker of `mark`
 * @throws Trouble; the signal's reason when that aborts first
 */
export async function keepComment(
  pullRequest: number,
  mark: Mark,
  body: string,
  conversation: Conversation,
  patience: Patience,
): Promise<Kept> {
  return await patiently(async () => {
    const found = await ours(pullRequest, mark, conversation);
    const [newest] = found;
    if (newest && byAge(mark, newest.mark) < 0) return { how: 'outdone', page: newest.comment.page };
    const updated = newest && (await rewritten(newest, body, conversation));
    if (updated) return { how: 'updated', page: updated.page, remark: await removeAll(found.slice(1), conversation) };
    const written = await conversation.write(pullRequest, body);
    return {
      how: 'written',
      page: written.page,
      remark: await removeDoubles(pullRequest, mark, written, conversation),
    };
  }, patience);
}

/** `undefined` when somebody has deleted it meanwhile. */
async function rewritten({ comment }: Found, body: string, conversation: Conversation): Promise<Comment | undefined> {
  try {
    return await conversation.rewrite(comment.id, body);
  } catch (error) {
    if (error instanceof Trouble && error.kind === 'gone') return undefined;
    throw error;
  }
}

/**
 * Our comments of a kind, the newest run's first and of one run the oldest, so that all who look agree on which one stays.
 *
 * @param author who we are, where that is known
 */
async function ours(pullRequest: number, { key }: Mark, conversation: Conversation, author?: string): Promise<Found[]> {
  const marked: Found[] = [];
  for await (const page of conversation.comments(pullRequest)) {
    for (const comment of page) {
      const mark = markIn(comment.body);
      if (mark?.key === key) marked.push({ comment, mark });
    }
  }
  if (marked.length === 0) return [];
  const self = author ?? (await conversation.self());
  // Anybody can write a marker. Where nobody knows who we are, we are an app most often, and people are none.
  const isOurs = ({ comment }: Found) => (self === undefined ? comment.isBot : comment.author === self);
  return marked.filter(isOurs).sort((a, b) => byAge(b.mark, a.mark) || a.comment.id - b.comment.id);
}

/** Another run may have looked when there was none yet, and written its own. Whoever looks last sees both. */
async function removeDoubles(
  pullRequest: number,
  mark: Mark,
  { author }: Comment,
  conversation: Conversation,
): Promise<string | undefined> {
  try {
    const [, ...others] = await ours(pullRequest, mark, conversation, author);
    return await removeAll(others, conversation);
  } catch (error) {
    return remarkOn(error);
  }
}

async function removeAll(found: readonly Found[], conversation: Conversation): Promise<string | undefined> {
  try {
    for (const { comment } of found) await remove(comment, conversation);
    return undefined;
  } catch (error) {
    return remarkOn(error);
  }
}

async function remove({ id }: Comment, conversation: Conversation): Promise<void> {
  try {
    await conversation.remove(id);
  } catch (error) {
    if (!(error instanceof Trouble && error.kind === 'gone')) throw error;
  }
}

/** The comment is there, which is what counts; the next run looks for doubles again. */
function remarkOn(error: unknown): string {
  if (!(error instanceof Trouble)) throw error;
  return `an older one may be left beside it (${error.message})`;
}
