import { describe, expect, it } from 'vitest';
import { TransientError } from '../aws/transient-error.ts';
import { Cancelled } from '../runner/cancellation.ts';
import { UserFault } from '../runner/fault.ts';
import { countingClock } from '../tooling/counting-clock.ts';
import type { StackEvent } from './cloudformation.ts';
import { follow } from './follow.ts';

const STACK = 'arn:stack';

const event = (id: string, logicalId: string, status: string, overrides: Partial<StackEvent> = {}): StackEvent => ({
  id,
  stackId: STACK,
  at: 1_000_000,
  logicalId,
  physicalId: logicalId === 'stack' ? STACK : `id-${logicalId}`,
  type: logicalId === 'stack' ? 'AWS::CloudFormation::Stack' : 'AWS::SNS::Topic',
  status,
  token: 'ours',
  ...overrides,
});

const EARLIER = event('0', 'stack', 'CREATE_COMPLETE', { token: 'theirs' });
const BEGIN = event('1', 'stack', 'UPDATE_IN_PROGRESS');
const TOPIC = event('2', 'Topic', 'UPDATE_IN_PROGRESS');
const END = event('3', 'stack', 'UPDATE_COMPLETE');

const standing = (status: string) => ({
  id: STACK,
  name: 's',
  status,
  parameters: {},
  outputs: {},
  tags: {},
  terminationProtection: false,
});

type Answer = StackEvent[] | Error;

/** Follows a stack whose history grows as told: one answer a look, each oldest first, served newest first in pages of two. */
async function watch(
  looks: Answer[],
  options: { signal?: AbortSignal; pageSize?: number; resting?: string; token?: undefined } = {},
) {
  const clock = countingClock();
  const told: string[] = [];
  let look = -1;
  let reads = 0;
  const events = async (_: string, page?: string) => {
    reads += 1;
    if (page === undefined) look += 1;
    const answer = looks[Math.min(look, looks.length - 1)] ?? [];
    if (answer instanceof Error) throw answer;
    const newestFirst = answer.toReversed();
    const [from, size] = [Number(page ?? 0), options.pageSize ?? 2];
    return {
      events: newestFirst.slice(from, from + size),
      nextPage: from + size < newestFirst.length ? String(from + size) : undefined,
    };
  };
  const ended = await follow(
    { events, describe: async () => (options.resting === undefined ? undefined : standing(options.resting)) },
    { stackId: STACK, token: 'token' in options ? undefined : 'ours', expected: 1 },
    {
      clock,
      signal: options.signal ?? new AbortController().signal,
      random: () => 0.5,
      onEvent: ({ id }) => told.push(id),
    },
  );
  return { ...ended, told, reads, slept: clock.slept };
}

describe('an operation that somebody else began', () => {
  const theirs = (looks: Answer[]) => watch(looks, { token: undefined, pageSize: 10 });
  const OLD = event('o', 'Old', 'UPDATE_COMPLETE', { token: 'before' });

  it('is told from its begin to its end, and nothing of what was before', async () => {
    const { status, told } = await theirs([
      [OLD, EARLIER, BEGIN, TOPIC],
      [OLD, EARLIER, BEGIN, TOPIC, END],
    ]);
    expect([status, told]).toEqual(['UPDATE_COMPLETE', ['1', '2', '3']]);
  });

  it('that has ended already ends at once', async () => {
    const { status, told } = await theirs([[OLD, EARLIER, BEGIN, TOPIC, END]]);
    expect([status, told]).toEqual(['UPDATE_COMPLETE', ['3']]);
  });
});

describe('follow', () => {
  it("ends with the stack's own terminal event and tells each event once, in order", async () => {
    const { status, told } = await watch([
      [EARLIER],
      [EARLIER, BEGIN],
      [EARLIER, BEGIN, TOPIC],
      [EARLIER, BEGIN, TOPIC, END],
    ]);
    expect([status, told]).toEqual(['UPDATE_COMPLETE', ['1', '2', '3']]);
  });

  it('does not take the end of an earlier operation for its own', async () => {
    const { told } = await watch([[EARLIER], [EARLIER], [EARLIER, BEGIN, END]]);
    expect(told).toEqual(['1', '3']);
  });

  it('does not take a nested stack for the stack', async () => {
    const nested = event('n', 'Nested', 'CREATE_COMPLETE', {
      type: 'AWS::CloudFormation::Stack',
      physicalId: 'arn:nested',
    });
    expect(
      (
        await watch([
          [BEGIN, nested],
          [BEGIN, nested, END],
        ])
      ).status,
    ).toBe('UPDATE_COMPLETE');
  });

  it('reads no further back than what it knows, or than the earlier operation', async () => {
    const history = Array.from({ length: 50 }, (_, index) =>
      event(`old${index}`, 'stack', 'CREATE_COMPLETE', { token: 'theirs' }),
    );
    const { reads } = await watch([
      [...history, BEGIN],
      [...history, BEGIN, TOPIC],
      [...history, BEGIN, TOPIC, END],
    ]);
    expect(reads).toBe(3);
  });

  it('reads on over as many pages as are new', async () => {
    const many = Array.from({ length: 9 }, (_, index) => event(`m${index}`, `R${index}`, 'UPDATE_COMPLETE'));
    expect((await watch([[EARLIER, BEGIN, ...many, END]])).told).toHaveLength(11);
  });

  it('ends with an end that somebody else brought about, once the operation has begun', async () => {
    const cancelled = event('4', 'stack', 'UPDATE_ROLLBACK_COMPLETE', { token: 'theirs' });
    expect(
      (
        await watch([
          [EARLIER, BEGIN],
          [EARLIER, BEGIN, cancelled],
        ])
      ).status,
    ).toBe('UPDATE_ROLLBACK_COMPLETE');
  });

  it('does not end with the success of an earlier operation, though that is shown among its first events', async () => {
    const shuffled = [BEGIN, TOPIC, EARLIER];
    const { status } = await watch([shuffled, [...shuffled, END]], { pageSize: 10 });
    expect(status).toBe('UPDATE_COMPLETE');
    expect(EARLIER.status).toBe('CREATE_COMPLETE');
  });

  it('knows an end that somebody else brought about before anything was seen, by what is behind it', async () => {
    const deleted = event('4', 'stack', 'DELETE_COMPLETE', { token: 'theirs' });
    const { status, told, slept } = await watch([[EARLIER, BEGIN, TOPIC, deleted]], { pageSize: 10 });
    expect([status, told, slept]).toEqual(['DELETE_COMPLETE', ['1', '2', '4'], []]);
  });

  it('tells an event once that stands on two pages, or turns up late behind others', async () => {
    const late = event('l', 'Late', 'UPDATE_IN_PROGRESS');
    const looks = [
      [BEGIN, TOPIC],
      [BEGIN, late, TOPIC],
      [BEGIN, late, TOPIC, END],
    ];
    expect((await watch(looks, { pageSize: 10 })).told).toEqual(['1', '2', 'l', '3']);
    const pages = [
      [END, TOPIC],
      [TOPIC, BEGIN],
    ];
    let page = 0;
    const told: string[] = [];
    const clock = countingClock();
    const options = { clock, signal: new AbortController().signal, random: () => 0.5 };
    const events = async () => ({ events: pages[page++] ?? [], nextPage: page < 2 ? 'next' : undefined });
    const operation = { stackId: STACK, token: 'ours', expected: 1 };
    await follow({ events, describe: async () => undefined }, operation, {
      ...options,
      onEvent: ({ id }) => told.push(id),
    });
    expect(told).toEqual(['1', '2', '3']);
  });

  it('takes no end of an earlier operation for its own that turns up late', async () => {
    const looks = [[BEGIN], [EARLIER, BEGIN, TOPIC], [EARLIER, BEGIN, TOPIC, END]];
    expect((await watch(looks, { pageSize: 10 })).told).toEqual(['1', '2', '3']);
  });

  it('reads all pages again when one of them was lost', async () => {
    let reads = 0;
    const told: string[] = [];
    const events = async (_: string, page?: string) => {
      reads += 1;
      if (reads === 2) throw new TransientError({ what: 'lost' });
      return page === undefined ? { events: [END, TOPIC], nextPage: 'next' } : { events: [BEGIN, EARLIER] };
    };
    const options = { clock: countingClock(), signal: new AbortController().signal, random: () => 0.5 };
    const operation = { stackId: STACK, token: 'ours', expected: 1 };
    const onEvent = ({ id }: StackEvent) => void told.push(id);
    await follow({ events, describe: async () => undefined }, operation, { ...options, onEvent });
    expect([told, reads]).toEqual([['1', '2', '3'], 4]);
  });

  it('believes a stack at rest only when that lasts, and one that is gone at once', async () => {
    const elapsed = (slept: number[]) => slept.reduce((sum, ms) => sum + ms, 0);
    expect(elapsed((await watch([[EARLIER]], { resting: 'CREATE_COMPLETE' })).slept)).toBeGreaterThan(20_000);
    expect(elapsed((await watch([[EARLIER]], {})).slept)).toBeLessThan(5000);
  });

  it.each([
    ['CREATE_COMPLETE', 'CREATE_COMPLETE'],
    [undefined, 'DELETE_COMPLETE'],
  ])('asks the stack itself (%s) when no event of the operation ever comes', async (resting, expected) => {
    const options = resting === undefined ? {} : { resting };
    expect(await watch([[EARLIER]], options)).toMatchObject({ status: expected, told: [] });
  });

  it('goes on watching a silent stack that is at work', async () => {
    const silence: Answer[] = Array.from({ length: 30 }, () => [EARLIER]);
    const { status } = await watch([...silence, [EARLIER, BEGIN, END]], { resting: 'UPDATE_IN_PROGRESS' });
    expect(status).toBe('UPDATE_COMPLETE');
  });

  it('waits for the clean-up after an update', async () => {
    const cleanUp = event('c', 'stack', 'UPDATE_COMPLETE_CLEANUP_IN_PROGRESS');
    expect(
      (
        await watch([
          [BEGIN, cleanUp],
          [BEGIN, cleanUp, END],
        ])
      ).told,
    ).toEqual(['1', 'c', '3']);
  });

  it('lets no passing failure of a look decide anything, and looks more slowly meanwhile', async () => {
    const throttled = new TransientError({ what: 'Rate exceeded' });
    const { status, slept } = await watch([throttled, throttled, throttled, [BEGIN, END]]);
    expect(status).toBe('UPDATE_COMPLETE');
    expect(slept[1]).toBeGreaterThan((slept[0] ?? 0) * 1.5);
    expect(slept[2]).toBeGreaterThan((slept[1] ?? 0) * 1.5);
  });

  it('passes on what does not pass by itself', async () => {
    await expect(watch([new UserFault({ what: 'Not allowed' })])).rejects.toThrow('Not allowed');
  });

  it('stops looking when it is cancelled', async () => {
    await expect(watch([[BEGIN]], { signal: AbortSignal.abort(new Cancelled('SIGINT')) })).rejects.toThrow(
      'the run was cancelled (SIGINT)',
    );
  });
});
