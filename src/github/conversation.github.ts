import { getOctokit } from '@actions/github';
import * as v from 'valibot';
import type { Job } from '../runner/host.ts';
import type { Comment, Conversation, PullRequest } from './conversation.ts';
import { Trouble, troubleOf } from './trouble.ts';

export interface ConversationOptions {
  signal: AbortSignal;
  /** In milliseconds. */
  now: () => number;
  /** How long GitHub may take for an answer, in milliseconds. */
  timeout?: number;
}

/** The most that GitHub gives at once. */
const PAGE = 100;

/** A pull request has 2,500 comments at most: a server that has ever more pages is none of GitHub's. */
const MOST_PAGES = 100;

const comment = v.object({
  id: v.number(),
  body: v.nullish(v.string(), ''),
  html_url: v.string(),
  user: v.nullish(v.object({ login: v.string(), type: v.nullish(v.string()) })),
});
const pullRequest = v.object({
  number: v.number(),
  state: v.string(),
  head: v.object({ sha: v.string() }),
  merged_at: v.nullish(v.string()),
  merge_commit_sha: v.nullish(v.string()),
});
const viewer = v.object({ data: v.object({ viewer: v.object({ login: v.string() }) }) });

/** Speaks with GitHub, or a GitHub Enterprise Server, through the proxy that the environment names. */
export function conversationWith(
  { repository, apiUrl }: Pick<Job, 'repository' | 'apiUrl'>,
  token: string,
  { signal, now, timeout = 15_000 }: ConversationOptions,
): Conversation {
  // What servers say of deprecated calls is nothing for the log, which takes some lines for commands.
  const log = { debug() {}, info() {}, warn() {}, error() {} };
  const octokit = getOctokit(token, { baseUrl: apiUrl, userAgent: 'zap-obs', log });
  const [owner = '', repo = ''] = repository.split('/');
  const at = { owner, repo };

  async function ask<S extends v.GenericSchema>(route: string, schema: S, parameters: object): Promise<Answer<S>> {
    const limit = AbortSignal.any([signal, AbortSignal.timeout(timeout)]);
    try {
      const { data, headers } = await octokit.request(route, {
        ...parameters,
        request: { signal: limit, log },
      });
      const parsed = v.safeParse(schema, data);
      if (parsed.success) return { value: parsed.output, link: String(headers.link ?? '') };
      signal.throwIfAborted();
      throw new Trouble('down', limit.aborted ? LATE : `an answer that is not GitHub's, to ${route}`);
    } catch (error) {
      signal.throwIfAborted();
      if (error instanceof Trouble) throw error;
      throw troubleOf(limit.aborted ? { ...NO_ANSWER, message: LATE } : refusalIn(error), now());
    }
  }

  return {
    async *comments(number) {
      for (let page = 1; page <= MOST_PAGES; page += 1) {
        const route = 'GET /repos/{owner}/{repo}/issues/{issue_number}/comments';
        const { value, link } = await ask(route, v.array(comment), {
          ...at,
          issue_number: number,
          per_page: PAGE,
          page,
        });
        yield value.map(commentOf);
        // That there is another page is taken from the answer, its address is not: the token goes where the first page came from.
        if (!/;\s*rel="?next"?/.test(link)) return;
      }
      throw new Trouble('down', `more than ${MOST_PAGES * PAGE} comments`);
    },
    async write(number, body) {
      const route = 'POST /repos/{owner}/{repo}/issues/{issue_number}/comments';
      return commentOf((await ask(route, comment, { ...at, issue_number: number, body })).value);
    },
    async rewrite(id, body) {
      const route = 'PATCH /repos/{owner}/{repo}/issues/comments/{comment_id}';
      return commentOf((await ask(route, comment, { ...at, comment_id: id, body })).value);
    },
    async remove(id) {
      await ask('DELETE /repos/{owner}/{repo}/issues/comments/{comment_id}', v.unknown(), { ...at, comment_id: id });
    },
    async self() {
      // The token of a job may not ask for `GET /user`; GraphQL tells it that it is `github-actions[bot]`.
      const url = apiUrl.endsWith('/api/v3') ? apiUrl.replace(/\/v3$/, '/graphql') : `${apiUrl}/graphql`;
      try {
        return (await ask(`POST ${url}`, viewer, { query: '{ viewer { login } }' })).value.data.viewer.login;
      } catch (error) {
        if (signal.aborted || (error instanceof Trouble && error.kind === 'later')) throw error;
        return undefined;
      }
    },
    async pullRequestsOf(commit) {
      const route = 'GET /repos/{owner}/{repo}/commits/{commit_sha}/pulls';
      const { value } = await ask(route, v.array(pullRequest), { ...at, commit_sha: commit, per_page: PAGE });
      return value.map(pullRequestOf);
    },
  };
}

interface Answer<S extends v.GenericSchema> {
  value: v.InferOutput<S>;
  link: string;
}

const LATE = 'no answer in time';
const NO_ANSWER = { status: undefined, headers: {} };

function commentOf({ id, body, html_url: page, user }: v.InferOutput<typeof comment>): Comment {
  return { id, body: body ?? '', author: user?.login ?? '', isBot: user?.type === 'Bot', page };
}

function pullRequestOf({ number, state, head, ...merge }: v.InferOutput<typeof pullRequest>): PullRequest {
  const merged = merge.merged_at ? (merge.merge_commit_sha ?? undefined) : undefined;
  return { number, isOpen: state === 'open', head: head.sha, merged };
}

/** Octokit gives a broken connection the status 500, and no answer. */
function refusalIn(error: unknown): Parameters<typeof troubleOf>[0] {
  const message = error instanceof Error ? error.message : String(error);
  const { status, response } = error as { status?: number; response?: { headers?: Record<string, string> } };
  return response === undefined ? { ...NO_ANSWER, message } : { status, headers: response.headers ?? {}, message };
}
