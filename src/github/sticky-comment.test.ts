import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { countingClock } from '../tooling/counting-clock.ts';
import { type FakeGitHub, type GitHubFate, NOT_ACCESSIBLE, startFakeGitHub } from '../tooling/fake-github.ts';
import { conversationWith } from './conversation.github.ts';
import { markerOf } from './marker.ts';
import { keepComment } from './sticky-comment.ts';

// The whole way to GitHub, through its own library, to a simulation of its API.

const TOKEN = 'ghs_planted';
const PULL = 12;
const KEY = 'shop eu-central-1';
const BOT = { login: 'github-actions[bot]', type: 'Bot' } as const;

let github: FakeGitHub;
beforeAll(async () => {
  github = await startFakeGitHub();
});
beforeEach(() => github.reset());
afterAll(() => github.close());

const bodyOf = (run: number, text = `run ${run}`, key = KEY) => `${markerOf({ key, run, attempt: 1 })}\n${text}`;

function keep(run: number, { timeout = 5000, signal = new AbortController().signal } = {}) {
  const clock = countingClock();
  const where = { repository: 'org/shop', apiUrl: github.url };
  const conversation = conversationWith(where, TOKEN, { signal, now: clock.now, timeout });
  const kept = keepComment(PULL, { key: KEY, run, attempt: 1 }, bodyOf(run), conversation, {
    clock,
    random: () => 0,
    signal,
  });
  return { kept, clock };
}

const add = (id: number, body: string, author: { login: string; type: 'User' | 'Bot' } = BOT) =>
  github.comments.push({ id, pullRequest: PULL, body, ...author });
const bodies = () => github.comments.map(({ body }) => body);
/** The first calls of a kind have one fate, later ones pass. */
const first = (what: string, fate: GitHubFate, times = 1) =>
  github.decide(call => (call.what === what && call.earlier < times ? fate : 'pass'));

describe('one comment of a kind', () => {
  it('is written where there is none, and updated by the next run', async () => {
    expect(await keep(1).kept).toMatchObject({
      how: 'written',
      page: expect.stringMatching(/^https:.*#issuecomment-\d+$/),
    });
    expect(await keep(2).kept).toMatchObject({ how: 'updated' });
    expect(bodies()).toEqual([bodyOf(2)]);
    expect(new Set(github.tokens)).toEqual(new Set([`token ${TOKEN}`]));
  });

  it('is found behind hundreds of others, at addresses that are counted and not followed', async () => {
    for (let id = 1; id <= 250; id += 1) add(id, `Looks good ${id}`, { login: 'ann', type: 'User' });
    add(251, bodyOf(1));
    expect(await keep(2).kept).toMatchObject({ how: 'updated' });
    expect(github.calls).toEqual(['list', 'list', 'list', 'viewer', 'update']);
    expect(github.comments[250]?.body).toBe(bodyOf(2));
  });

  it('is not that of another environment', async () => {
    add(1, bodyOf(1, 'other', 'shop us-east-1'));
    add(2, bodyOf(1, 'other', 'shop-2 eu-central-1'));
    add(3, bodyOf(1, 'other', 'shop eu-central-1 0a1b2c3d'));
    expect(await keep(2).kept).toMatchObject({ how: 'written' });
    expect(bodies()).toHaveLength(4);
  });

  it('is not that of somebody else who copied the marker, nor one that only quotes it', async () => {
    const [mallory, quoted] = [bodyOf(99), `> ${bodyOf(1)}`];
    add(1, mallory, { login: 'mallory', type: 'User' });
    add(2, mallory, { login: 'other-app[bot]', type: 'Bot' });
    add(3, quoted);
    expect(await keep(2).kept).toMatchObject({ how: 'written' });
    expect(bodies()).toEqual([mallory, mallory, quoted, bodyOf(2)]);
  });

  it('is an app’s where GitHub does not say whose the token is', async () => {
    github.viewer = '';
    add(1, bodyOf(1), { login: 'mallory', type: 'User' });
    add(2, bodyOf(1));
    expect(await keep(2).kept).toMatchObject({ how: 'updated' });
    expect(bodies()).toEqual([bodyOf(1), bodyOf(2)]);
  });

  it('is left alone when a newer run has written it', async () => {
    add(1, bodyOf(5));
    expect(await keep(4).kept).toMatchObject({ how: 'outdone' });
    expect(bodies()).toEqual([bodyOf(5)]);
  });

  it('is written anew when somebody deletes it meanwhile', async () => {
    add(1, bodyOf(1));
    github.decide(({ what }) => {
      if (what === 'update') github.comments = [];
      return 'pass';
    });
    expect(await keep(2).kept).toMatchObject({ how: 'written' });
    expect(bodies()).toEqual([bodyOf(2)]);
  });
});

describe('two runs at once', () => {
  it.each([
    [1, 2],
    [2, 1],
    [7, 7],
  ])('leave one comment, that of the newer run, whichever is first: %i and %i', async (a, b) => {
    // Both look before one of them has written.
    github.decide(({ what }) => (what === 'create' ? { delay: 100 } : 'pass'));
    await Promise.all([keep(a).kept, keep(b).kept]);
    expect(github.calls.slice(0, 4).sort()).toEqual(['create', 'create', 'list', 'list']);
    expect(bodies()).toEqual([bodyOf(Math.max(a, b))]);
  });

  it('leave an older double to the next run when it cannot be removed', async () => {
    add(1, bodyOf(1));
    add(2, bodyOf(2));
    first('remove', { status: 500, message: 'oops' });
    expect(await keep(3).kept).toMatchObject({ how: 'updated', remark: expect.stringContaining('may be left') });
    expect(bodies()).toEqual([bodyOf(1), bodyOf(3)]);
    await keep(4).kept;
    expect(bodies()).toEqual([bodyOf(4)]);
  });
});

describe('a GitHub that is not well', () => {
  it.each<[string, GitHubFate]>([
    ['fails', { status: 502, message: 'Bad Gateway' }],
    ['closes the connection', 'lost'],
    ['answers with a page of HTML', 'html'],
  ])('and %s is asked again', async (_, fate) => {
    for (const what of ['list', 'update']) {
      github.reset();
      add(1, bodyOf(1));
      first(what, fate, 2);
      const { kept, clock } = keep(2);
      expect(await kept).toMatchObject({ how: 'updated' });
      expect(clock.slept).toEqual([1000, 2000]);
      expect(bodies()).toEqual([bodyOf(2)]);
    }
  });

  it('and does not answer is not waited for', async () => {
    first('list', 'hang');
    expect(await keep(1, { timeout: 300 }).kept).toMatchObject({ how: 'written' });
  });

  it('and loses its answer does not get a second comment', async () => {
    first('create', 'unanswered');
    expect(await keep(1).kept).toMatchObject({ how: 'updated' });
    expect(bodies()).toEqual([bodyOf(1)]);
  });

  it.each([
    [{ status: 429, message: 'Too many', headers: { 'retry-after': '7' } }, 7000],
    [{ status: 403, message: 'You have exceeded a secondary rate limit', headers: { 'retry-after': '20' } }, 20_000],
    [{ status: 403, message: 'You have exceeded a secondary rate limit' }, 60_000],
  ])('and is asked too much is left alone for as long as it wants: %j', async (fate, wait) => {
    first('create', fate);
    const { kept, clock } = keep(1);
    expect(await kept).toMatchObject({ how: 'written' });
    expect(clock.slept).toEqual([wait]);
  });

  it('and wants to be left alone for too long is given up at once', async () => {
    first('list', {
      status: 403,
      message: 'API rate limit exceeded',
      headers: { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': '9999999' },
    });
    const { kept, clock } = keep(1);
    await expect(kept).rejects.toMatchObject({ kind: 'later' });
    expect(clock.slept).toEqual([]);
  });

  it('and stays so is given up after a few tries', async () => {
    first('list', { status: 503, message: '<html>\n'.repeat(1000) }, 99);
    const { kept, clock } = keep(1);
    await expect(kept).rejects.toMatchObject({ kind: 'down', message: expect.stringMatching(/^503: .{0,400}$/) });
    expect(clock.slept).toEqual([1000, 2000, 4000]);
  });

  it.each<[GitHubFate, string]>([
    [NOT_ACCESSIBLE, 'refused'],
    [{ status: 401, message: 'Bad credentials' }, 'refused'],
    [{ status: 404, message: 'Not Found' }, 'gone'],
    [{ status: 422, message: 'Validation Failed' }, 'rejected'],
  ])('and says no is not asked again: %j', async (fate, kind) => {
    first('create', fate);
    await expect(keep(1).kept).rejects.toMatchObject({ kind });
    expect(github.calls).toEqual(['list', 'create']);
  });

  it('and does not answer any more is left when the run is stopped', async () => {
    const controller = new AbortController();
    github.decide(() => {
      controller.abort(new Error('stopped'));
      return 'hang';
    });
    await expect(keep(1, { signal: controller.signal }).kept).rejects.toThrow('stopped');
  });
});

it('GitHub Enterprise Server is asked below its own address', async () => {
  add(1, bodyOf(1));
  const signal = new AbortController().signal;
  const clock = countingClock();
  const where = { repository: 'org/shop', apiUrl: `${github.url}/api/v3` };
  const conversation = conversationWith(where, TOKEN, { signal, now: clock.now });
  await keepComment(PULL, { key: KEY, run: 2, attempt: 1 }, bodyOf(2), conversation, {
    clock,
    random: () => 0,
    signal,
  });
  expect(github.calls).toEqual(['list', 'viewer', 'update']);
});
