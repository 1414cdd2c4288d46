import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout } from 'node:timers/promises';

/** A comment as the fake keeps it. */
export interface FakeComment {
  id: number;
  pullRequest: number;
  body: string;
  login: string;
  type: 'User' | 'Bot';
}

export interface FakePull {
  number: number;
  state: 'open' | 'closed';
  head: string;
  merged?: string;
}

/** A call, as far as faults ask. */
export interface GitHubCall {
  /** `list`, `create`, `update`, `remove`, `viewer`, `pulls`. */
  what: string;
  /** How often the same was asked before. */
  earlier: number;
}

/**
 * What becomes of a call. `lost`: it never arrives; `unanswered`: it is done, and its answer is lost; `html`: a page of somebody
 * else; `hang`: no answer until the connection ends.
 */
export type GitHubFate =
  | 'pass'
  | 'lost'
  | 'unanswered'
  | 'html'
  | 'hang'
  | { status: number; message: string; headers?: Record<string, string> }
  | { delay: number };

/** A simulation of the calls of GitHub's API that comments need, as its documentation describes them. */
export interface FakeGitHub {
  url: string;
  comments: FakeComment[];
  pulls: FakePull[];
  /** With which name the token writes; '' where GraphQL does not say. */
  viewer: string;
  /** `what` of each call that arrived, in order. */
  calls: string[];
  /** Every Authorization header that was sent. */
  tokens: string[];
  decide(fate: (call: GitHubCall) => GitHubFate): void;
  reset(): void;
  close(): Promise<void>;
}

/** What GitHub says to the token of a pull request from a fork. */
export const NOT_ACCESSIBLE: GitHubFate = { status: 403, message: 'Resource not accessible by integration' };

/** Starts it on this machine. It knows one repository and its comments, gives 100 of them at once, and reads any token. */
export async function startFakeGitHub(repository = 'org/shop'): Promise<FakeGitHub> {
  let decide: (call: GitHubCall) => GitHubFate = () => 'pass';
  let lastId = 1000;
  const server = createServer((incoming, outgoing) => {
    void handle(incoming, outgoing).catch(() => outgoing.destroy());
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  const fake: FakeGitHub = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    comments: [],
    pulls: [],
    viewer: 'github-actions[bot]',
    calls: [],
    tokens: [],
    decide(fate) {
      decide = fate;
    },
    reset() {
      Object.assign(fake, { comments: [], pulls: [], viewer: 'github-actions[bot]', calls: [], tokens: [] });
      decide = () => 'pass';
    },
    async close() {
      server.closeAllConnections();
      await new Promise(resolve => server.close(resolve));
    },
  };
  return fake;

  async function handle(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    const url = new URL(incoming.url ?? '/', fake.url);
    const text = await readAll(incoming);
    const body = text === '' ? {} : JSON.parse(text);
    const what = nameOf(incoming.method ?? '', url.pathname, repository);
    const earlier = fake.calls.filter(call => call === what).length;
    fake.calls.push(what);
    fake.tokens.push(incoming.headers.authorization ?? '');
    const fate = decide({ what, earlier });
    if (fate === 'lost') return void outgoing.destroy();
    if (fate === 'hang') return;
    if (fate === 'html') return void outgoing.writeHead(200, { 'content-type': 'text/html' }).end('<h1>Sign in</h1>');
    if (typeof fate === 'object' && 'status' in fate)
      return answer(outgoing, fate.status, { message: fate.message }, fate.headers);
    if (typeof fate === 'object') await setTimeout(fate.delay);
    const { status, value, headers } = reply(what, url, body);
    if (fate === 'unanswered') return void outgoing.destroy();
    answer(outgoing, status, value, headers);
  }

  function reply(what: string, url: URL, { body = '', query = '' }: { body?: string; query?: string }): Reply {
    if (what === 'viewer') {
      if (!query.includes('viewer') || fake.viewer === '')
        return { status: 200, value: { errors: [{ message: 'no' }] } };
      return { status: 200, value: { data: { viewer: { login: fake.viewer } } } };
    }
    const [id = 0] = (url.pathname.match(/\d+/g) ?? []).map(Number).slice(-1);
    const comment = fake.comments.find(one => one.id === id);
    if (what === 'list')
      return pageOf(
        fake.comments.filter(one => one.pullRequest === id),
        url,
      );
    if (what === 'pulls') return { status: 200, value: fake.pulls.map(pullJson) };
    if (body.length > 65_536) return { status: 422, value: { message: 'Validation Failed' } };
    if (what === 'create') {
      lastId += 1;
      const made: FakeComment = {
        id: lastId,
        pullRequest: id,
        body,
        login: fake.viewer || 'github-actions[bot]',
        type: 'Bot',
      };
      fake.comments.push(made);
      return { status: 201, value: commentJson(made) };
    }
    if (!comment) return { status: 404, value: { message: 'Not Found' } };
    if (what === 'remove') {
      fake.comments.splice(fake.comments.indexOf(comment), 1);
      return { status: 204, value: undefined };
    }
    comment.body = body;
    return { status: 200, value: commentJson(comment) };
  }

  function pageOf(comments: readonly FakeComment[], url: URL): Reply {
    const size = Math.min(Number(url.searchParams.get('per_page')) || 30, 100);
    const page = Number(url.searchParams.get('page')) || 1;
    // Where a client is led that follows addresses instead of counting, there is nothing.
    const next = page * size < comments.length && {
      link: '<http://127.0.0.1:9/next>; rel="next", <http://127.0.0.1:9/last>; rel="last"',
    };
    return {
      status: 200,
      value: comments.slice((page - 1) * size, page * size).map(commentJson),
      headers: next || {},
    };
  }

  function commentJson({ id, pullRequest, body, login, type }: FakeComment) {
    const html_url = `https://github.com/${repository}/pull/${pullRequest}#issuecomment-${id}`;
    return { id, body, html_url, user: { login, type } };
  }
}

interface Reply {
  status: number;
  value: unknown;
  headers?: Record<string, string>;
}

function pullJson({ number, state, head, merged }: FakePull) {
  return {
    number,
    state,
    head: { sha: head },
    merged_at: merged ? '2026-01-01T00:00:00Z' : null,
    merge_commit_sha: merged ?? null,
  };
}

function nameOf(method: string, path: string, repository: string): string {
  if (path.endsWith('/graphql')) return 'viewer';
  const route = `${method} ${path
    .replace(/^\/api\/v3/, '')
    .replace(`/repos/${repository}`, '')
    .replaceAll(/\/([0-9]+|[0-9a-f]{40})(?=\/|$)/g, '/#')}`;
  const names: Record<string, string> = {
    'GET /issues/#/comments': 'list',
    'POST /issues/#/comments': 'create',
    'PATCH /issues/comments/#': 'update',
    'DELETE /issues/comments/#': 'remove',
    'GET /commits/#/pulls': 'pulls',
  };
  return names[route] ?? route;
}

function answer(outgoing: ServerResponse, status: number, value: unknown, headers: Record<string, string> = {}): void {
  outgoing.writeHead(status, { 'content-type': 'application/json; charset=utf-8', ...headers });
  outgoing.end(value === undefined ? undefined : JSON.stringify(value));
}

async function readAll(stream: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}
