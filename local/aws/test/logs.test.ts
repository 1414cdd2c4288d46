import { DeleteStackCommand } from '@aws-sdk/client-cloudformation';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ManualClock, startTestAws, type TestAws } from './support.ts';
import { caller } from './telemetry-support.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
let clock: ManualClock;
let aws: TestAws;
let at: number;
const call = caller(() => aws.url, 'logs');
const named = { logGroupName: '/app', logStreamName: 'one' };

beforeEach(async () => {
  clock = new ManualClock();
  at = clock.now().getTime();
  aws = await startTestAws({ clock });
  await call('CreateLogGroup', { logGroupName: '/app', tags: { of: 'me' } });
  await call('CreateLogStream', named);
});
afterEach(() => aws.close());

const put = (messages: string[], more: { stream?: string; from?: number } = {}) =>
  call('PutLogEvents', {
    ...named,
    logStreamName: more.stream ?? 'one',
    logEvents: messages.map((message, index) => ({ timestamp: (more.from ?? at) + index, message })),
  });
const messagesOf = ({ body }: { body: { events: { message: string }[] } }) => body.events.map(({ message }) => message);
const filter = (input: object) => call('FilterLogEvents', { logGroupName: '/app', ...input });

describe('groups and streams', () => {
  test('are made once, listed in pages, retained and deleted', async () => {
    expect(await call('CreateLogGroup', { logGroupName: '/app' })).toMatchObject({
      status: 400,
      code: 'ResourceAlreadyExistsException',
    });
    expect(await call('CreateLogStream', named)).toMatchObject({ code: 'ResourceAlreadyExistsException' });
    expect(await call('CreateLogStream', { ...named, logGroupName: '/none' })).toMatchObject({
      code: 'ResourceNotFoundException',
      body: { message: 'The specified log group does not exist.' },
    });
    expect(await call('PutRetentionPolicy', { logGroupName: '/app', retentionInDays: 2 })).toMatchObject({
      code: 'InvalidParameterException',
    });
    await call('PutRetentionPolicy', { logGroupName: '/app', retentionInDays: 7 });
    await call('CreateLogGroup', { logGroupName: '/another' });
    const first = await call('DescribeLogGroups', { limit: 1 });
    expect(first.body.logGroups).toMatchObject([{ logGroupName: '/another', creationTime: at }]);
    const second = await call('DescribeLogGroups', { limit: 1, nextToken: first.body.nextToken });
    expect(second.body).toMatchObject({ logGroups: [{ logGroupName: '/app', retentionInDays: 7 }] });
    expect(second.body.nextToken).toBeUndefined();
    expect((await call('DescribeLogGroups', { logGroupNamePattern: 'noth' })).body.logGroups).toHaveLength(1);

    await call('CreateLogStream', { ...named, logStreamName: 'two' });
    await put(['a', 'b'], { stream: 'one' });
    const streams = (input: object) => call('DescribeLogStreams', { logGroupName: '/app', ...input });
    expect((await streams({ logStreamNamePrefix: 'tw' })).body.logStreams).toMatchObject([{ logStreamName: 'two' }]);
    const newest = await streams({ orderBy: 'LastEventTime', descending: true });
    expect(newest.body.logStreams).toMatchObject([
      { logStreamName: 'one', firstEventTimestamp: at, lastEventTimestamp: at + 1, lastIngestionTime: at },
      { logStreamName: 'two' },
    ]);
    const page = await streams({ limit: 1 });
    expect(page.body.logStreams).toMatchObject([{ logStreamName: 'one' }]);
    expect((await streams({ nextToken: page.body.nextToken })).body.logStreams).toHaveLength(1);

    await call('DeleteLogGroup', { logGroupName: '/app' });
    await call('CreateLogGroup', { logGroupName: '/app' });
    expect((await streams({})).body.logStreams).toEqual([]);
  });

  test('a stack makes and removes them as well', async () => {
    const logs = { Type: 'AWS::Logs::LogGroup', Properties: { LogGroupName: '/of/stack', RetentionInDays: 3 } };
    const made = async () => {
      const creation = aws.create('logs', { Resources: { Logs: logs } });
      await clock.advance(1);
      return creation;
    };
    const { StackId } = await made();
    expect((await call('DescribeLogGroups', { logGroupNamePrefix: '/of' })).body.logGroups).toMatchObject([
      { logGroupName: '/of/stack', retentionInDays: 3 },
    ]);
    const named = { logGroupName: '/of/stack', logStreamName: 's' };
    await call('CreateLogStream', named);
    const logEvents = [{ timestamp: clock.now().getTime(), message: 'kept' }];
    await call('PutLogEvents', { ...named, logEvents });
    expect(messagesOf(await call('GetLogEvents', named))).toEqual(['kept']);
    await aws.cfn.send(new DeleteStackCommand({ StackName: 'logs' }));
    await clock.advance(1);
    await aws.settled(StackId ?? '');
    expect(await call('GetLogEvents', named)).toMatchObject({ code: 'ResourceNotFoundException' });
    await made();
    expect((await call('DescribeLogStreams', { logGroupName: '/of/stack' })).body.logStreams).toEqual([]);
  });
});

describe('PutLogEvents', () => {
  test('answers with the next token: a collector that gets none sends again', async () => {
    expect(await put(['a'])).toMatchObject({ status: 200, body: { nextSequenceToken: expect.any(String) } });
  });

  test.each<[string, object[], string]>([
    ['none', [], "Value '[…]' at 'logEvents'"],
    ['an empty message', [{ timestamp: 1, message: '' }], 'length greater than or equal to 1'],
    ['no time', [{ message: 'a' }], "'logEvents.1.member.timestamp' failed"],
    ['too many', Array.from({ length: 10_001 }, () => ({ timestamp: 1, message: 'a' })), 'less than or equal to 10000'],
    [
      'too much',
      Array.from({ length: 4 }, () => ({ timestamp: 1, message: 'é'.repeat(131_072) })),
      'Upload too large: 1048680 bytes exceeds limit of 1048576',
    ],
    [
      'disorder',
      [
        { timestamp: 2, message: 'a' },
        { timestamp: 1, message: 'b' },
      ],
      'Log events in a single PutLogEvents request must be in chronological order.',
    ],
    [
      'more than a day',
      [
        { timestamp: 1, message: 'a' },
        { timestamp: 2 + DAY, message: 'b' },
      ],
      'cannot span more than 24 hours',
    ],
  ])('refuses %s as a whole', async (_, logEvents, message) => {
    const refused = await call('PutLogEvents', { ...named, logEvents });
    expect(refused).toMatchObject({ status: 400, code: 'InvalidParameterException' });
    expect(refused.body.message).toContain(message);
    expect((await filter({})).body.events).toEqual([]);
  });

  test('takes what is neither too old nor too new, and tells of the rest', async () => {
    const rejected = async (...timestamps: number[]) => {
      const logEvents = timestamps.map(timestamp => ({ timestamp, message: 'm' }));
      return (await call('PutLogEvents', { ...named, logEvents })).body.rejectedLogEventsInfo;
    };
    expect(await rejected(at - 14 * DAY, at - 13.5 * DAY)).toBeUndefined();
    expect(await rejected(at - 14 * DAY - 1, at - 13.5 * DAY)).toEqual({ tooOldLogEventEndIndex: 1 });
    expect(await rejected(at, at + 2 * HOUR, at + 2 * HOUR + 1)).toEqual({ tooNewLogEventStartIndex: 2 });
    await call('PutRetentionPolicy', { logGroupName: '/app', retentionInDays: 1 });
    expect(await rejected(at - DAY - 2, at - DAY - 1, at - DAY)).toEqual({ expiredLogEventEndIndex: 2 });
    expect((await filter({})).body.events.map(({ timestamp }: { timestamp: number }) => timestamp - at)).toEqual([
      -14 * DAY,
      -13.5 * DAY,
      -13.5 * DAY,
      -DAY,
      0,
      2 * HOUR,
    ]);
  });

  test('a stream or group that is missing is named', async () => {
    expect((await put(['a'], { stream: 'none' })).body.message).toBe('The specified log stream does not exist.');
  });

  test('keeps the messages out of the journal', async () => {
    await put(['a', 'b']);
    expect(aws.calls.at(-1)).toMatchObject({ action: 'PutLogEvents', params: { logGroupName: '/app', logEvents: 2 } });
  });
});

describe('GetLogEvents', () => {
  const get = (input: object = {}) => call('GetLogEvents', { ...named, ...input });

  test('goes forward until the token repeats, and on from there', async () => {
    await put(['a', 'b', 'c']);
    const first = await get({ startFromHead: true, limit: 2 });
    expect(messagesOf(first)).toEqual(['a', 'b']);
    const second = await get({ nextToken: first.body.nextForwardToken, startFromHead: true });
    expect(messagesOf(second)).toEqual(['c']);
    const end = await get({ nextToken: second.body.nextForwardToken, startFromHead: true });
    expect(messagesOf(end)).toEqual([]);
    expect(end.body.nextForwardToken).toBe(second.body.nextForwardToken);
    await put(['d'], { from: at + 3 });
    expect(messagesOf(await get({ nextToken: end.body.nextForwardToken, startFromHead: true }))).toEqual(['d']);
  });

  test('goes backward from the newest', async () => {
    await put(['a', 'b', 'c']);
    const last = await get({ limit: 2 });
    expect(messagesOf(last)).toEqual(['b', 'c']);
    const before = await get({ nextToken: last.body.nextBackwardToken });
    expect(messagesOf(before)).toEqual(['a']);
    const end = await get({ nextToken: before.body.nextBackwardToken });
    expect(messagesOf(end)).toEqual([]);
    expect(end.body.nextBackwardToken).toBe(before.body.nextBackwardToken);
  });

  test('from a time on, and before another; in order of time whatever came first', async () => {
    await put(['late'], { from: at + 2 });
    await put(['early', 'next'], { from: at });
    expect(messagesOf(await get())).toEqual(['early', 'next', 'late']);
    expect(messagesOf(await get({ startTime: at + 1, endTime: at + 2 }))).toEqual(['next']);
  });

  test('in pages of a megabyte', async () => {
    for (const from of [0, 1, 2]) await put(['x'.repeat(600_000)], { from: at + from });
    expect((await get({ startFromHead: true })).body.events).toHaveLength(1);
  });

  test.each([{ nextToken: 'f/1' }, { nextToken: 'x' }])('%o is refused', async input => {
    expect(await get(input)).toMatchObject({
      code: 'InvalidParameterException',
      body: { message: 'The specified nextToken is invalid.' },
    });
  });

  test.each([0, 10_001])('a limit of %i is refused', async limit => {
    expect(await get({ limit })).toMatchObject({ code: 'InvalidParameterException' });
  });
});

describe('FilterLogEvents', () => {
  beforeEach(async () => {
    await call('CreateLogStream', { ...named, logStreamName: 'two' });
    await put(['one 0', 'one 1'], { from: at });
    await put(['two 0', 'two 1'], { stream: 'two', from: at });
  });

  test('several streams, in order of time', async () => {
    expect(messagesOf(await filter({}))).toEqual(['one 0', 'two 0', 'one 1', 'two 1']);
    expect(messagesOf(await filter({ logStreamNames: ['two'] }))).toEqual(['two 0', 'two 1']);
    expect(messagesOf(await filter({ logStreamNamePrefix: 'o' }))).toEqual(['one 0', 'one 1']);
    expect(messagesOf(await filter({ startTime: at + 1 }))).toEqual(['one 1', 'two 1']);
    // Unlike that of GetLogEvents, the end belongs to it.
    expect(messagesOf(await filter({ endTime: at }))).toEqual(['one 0', 'two 0']);
    expect(await filter({ logStreamNamePrefix: 'o', logStreamNames: ['two'] })).toMatchObject({ status: 400 });
  });

  test('by pattern, with where and when', async () => {
    const { body } = await filter({ filterPattern: 'two -0' });
    expect(body.events).toEqual([
      { logStreamName: 'two', timestamp: at + 1, message: 'two 1', ingestionTime: at, eventId: expect.any(String) },
    ]);
    expect(body.nextToken).toBeUndefined();
    expect(await filter({ filterPattern: 'a=b' })).toMatchObject({
      code: 'InvalidParameterException',
      body: { message: 'Invalid filter pattern' },
    });
  });

  test('in pages, of which none is missed when more comes', async () => {
    const first = await filter({ limit: 3 });
    expect(messagesOf(first)).toEqual(['one 0', 'two 0', 'one 1']);
    await put(['one 2'], { from: at + 2 });
    const second = await filter({ limit: 3, nextToken: first.body.nextToken });
    expect(messagesOf(second)).toEqual(['two 1', 'one 2']);
    expect(second.body.nextToken).toBeUndefined();
    expect(await filter({ nextToken: 'x' })).toMatchObject({ code: 'InvalidParameterException' });
  });

  test('by the name or the ARN of the group', async () => {
    const arn = 'arn:aws:logs:us-east-1:000000000000:log-group:/app:*';
    expect(messagesOf(await call('FilterLogEvents', { logGroupIdentifier: arn }))).toHaveLength(4);
    expect(await filter({ logGroupIdentifier: arn })).toMatchObject({ code: 'InvalidParameterException' });
    expect(await call('FilterLogEvents', { logGroupName: '/none' })).toMatchObject({
      code: 'ResourceNotFoundException',
    });
  });

  test('faults: a page without events, and events that come late', async () => {
    const empty = aws.faults.inject({ fault: 'empty-log-page' });
    const first = await filter({});
    expect(first.body).toMatchObject({ events: [], nextToken: expect.any(String) });
    expect(messagesOf(await filter({ nextToken: first.body.nextToken }))).toHaveLength(4);
    expect(empty.struck).toBe(1);
    const late = aws.faults.inject({ fault: 'late-log-events', seconds: 3 });
    expect((await filter({})).body.events).toEqual([]);
    await clock.advance(3);
    expect((await filter({})).body.events).toHaveLength(4);
    await put(['new'], { from: at + 3000 });
    expect((await filter({})).body.events).toHaveLength(4);
    late.remove();
    expect((await filter({})).body.events).toHaveLength(5);
  });
});

test('refusals have the names that the SDK of this service knows', async () => {
  expect(await call('DescribeLogGroups', {}, 'AKIAINVALIDEXAMPLE00')).toMatchObject({
    code: 'UnrecognizedClientException',
  });
  expect(await call('DescribeLogGroups', {}, 'ASIAEXPIREDEXAMPLE00')).toMatchObject({ code: 'ExpiredTokenException' });
  aws.faults.inject({ fault: 'throttled', action: 'PutLogEvents' });
  expect(await put(['a'])).toMatchObject({ status: 400, code: 'ThrottlingException' });
  aws.faults.inject({ fault: 'access-denied', action: 'PutLogEvents', times: 1 });
  expect(await put(['a'])).toMatchObject({ status: 400, code: 'AccessDeniedException' });
  aws.faults.inject({ fault: 'service-error', action: 'PutLogEvents', status: 503 });
  expect(await put(['a'])).toMatchObject({ status: 503, code: 'ServiceUnavailableException' });
});
