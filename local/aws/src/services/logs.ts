import { AwsError, constraintError } from '../wire/aws-error.ts';
import { type Params, requiredText, structures, text, texts } from '../wire/params.ts';
import { jsonService, type Service, type ServiceRequest, withoutBulk } from '../wire/service.ts';
import {
  byPlace,
  firstPage,
  type LogEvent,
  type LogEvents,
  type LogStream,
  type Place,
  placeBefore,
  readPlace,
  writePlace,
} from './log-events.ts';
import type { LogGroup, LogGroups } from './log-groups.ts';
import { readPattern } from './log-pattern.ts';
import { SPAN_GROUP } from './span-log.ts';

const GROUP_NAME = /^[.\-_/#A-Za-z0-9]{1,512}$/;
const STREAM_NAME = /^[^:*]{1,512}$/;
/** Days ("PutRetentionPolicy", CloudWatch Logs API Reference). */
const RETENTION = [
  1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
];
const HOUR = 3_600_000;
const DAY = 24 * HOUR;
/** What the API reference of PutLogEvents lets a batch be. */
const BATCH = { events: 10_000, bytes: 1_048_576, bytesBeside: 26, span: DAY, oldest: 14 * DAY, newest: 2 * HOUR };
const MOST_EVENTS = 10_000;
const MOST_NAMES = 50;

/** Amazon CloudWatch Logs: groups (those of stacks too), streams, and events that are put, read and filtered. */
export function logsService(groups: LogGroups, log: LogEvents, now: () => Date): Service {
  const groupNamed = (region: string, name: string): LogGroup => {
    const found = groups.list(region).find(group => group.name === name);
    if (found) return found;
    throw new AwsError('ResourceNotFoundException', 'The specified log group does not exist.');
  };
  const streamsOf = (region: string, params: Params) => log.streams(groupNamed(region, groupName(params)).key);
  const streamOf = (region: string, params: Params): LogStream => {
    const found = streamsOf(region, params).get(requiredText(params, 'logStreamName'));
    if (found) return found;
    throw new AwsError('ResourceNotFoundException', 'The specified log stream does not exist.');
  };
  const service = jsonService(
    {
      CreateLogGroup: ({ region }, params) => {
        const name = matching(params, 'logGroupName', GROUP_NAME);
        // "Log group names can't start with the string `aws/`" (CreateLogGroup, CloudWatch Logs API Reference).
        if (name.startsWith('aws/')) throw parameterError('Log group names starting with aws/ are reserved.');
        if (groups.list(region).some(group => group.name === name))
          throw new AwsError('ResourceAlreadyExistsException', 'The specified log group already exists');
        groups.create(region, name, (params.tags ?? {}) as Record<string, string>);
        return {};
      },
      DescribeLogGroups: ({ region }, params) => {
        const [prefix, part] = [text(params, 'logGroupNamePrefix') ?? '', text(params, 'logGroupNamePattern') ?? ''];
        const found = groups
          .list(region)
          .filter(({ name }) => name.startsWith(prefix) && name.includes(part))
          .sort((a, b) => (a.name < b.name ? -1 : 1));
        const { page, nextToken } = pageOf(found, params);
        return { logGroups: page.map(shownGroup), nextToken };
      },
      DeleteLogGroup: ({ region }, params) => {
        const group = groupNamed(region, requiredText(params, 'logGroupName'));
        groups.delete(region, group.name);
        log.forget(group.key);
        return {};
      },
      PutRetentionPolicy: ({ region }, params) => {
        const group = groupNamed(region, requiredText(params, 'logGroupName'));
        const days = Number(requiredText(params, 'retentionInDays'));
        if (!RETENTION.includes(days))
          throw constraintError('retentionInDays', String(days), `Member must satisfy enum value set: [${RETENTION}]`);
        groups.retain(group, days);
        return {};
      },
      CreateLogStream: ({ region }, params) => {
        const streams = streamsOf(region, params);
        const name = matching(params, 'logStreamName', STREAM_NAME);
        if (streams.has(name))
          throw new AwsError('ResourceAlreadyExistsException', 'The specified log stream already exists');
        streams.set(name, { name, createdAt: now().getTime(), events: [] });
        return {};
      },
      DescribeLogStreams: ({ region }, params) => {
        const group = groupNamed(region, groupName(params));
        const found = orderStreams([...log.streams(group.key).values()], params);
        const { page, nextToken } = pageOf(found, params);
        return { logStreams: page.map(stream => shownStream(group, stream)), nextToken };
      },
      PutLogEvents: ({ region }, params) => {
        const { name, retentionInDays } = groupNamed(region, groupName(params));
        // "Spans cannot be sent to CloudWatch Logs with the PutLogEvents API" (Spans, CloudWatch User Guide).
        if (name === SPAN_GROUP) throw parameterError(`Spans in ${SPAN_GROUP} are written by X-Ray only.`);
        const stream = streamOf(region, params);
        const batch = readBatch(params);
        const at = now().getTime();
        const rejected = rejectedOf(batch, at, retentionInDays);
        const from = Math.max(rejected.tooOldLogEventEndIndex ?? 0, rejected.expiredLogEventEndIndex ?? 0);
        log.put(stream, at, batch.slice(from, rejected.tooNewLogEventStartIndex));
        return {
          nextSequenceToken: writePlace(stream.events.at(-1) ?? { timestamp: 0, sequence: 0 }),
          ...(Object.keys(rejected).length > 0 && { rejectedLogEventsInfo: rejected }),
        };
      },
      GetLogEvents: (request, params) => {
        const { events } = streamOf(request.region, params);
        const [start, end] = [number(params, 'startTime', 0), number(params, 'endTime', Number.POSITIVE_INFINITY)];
        const isWanted = ({ timestamp }: LogEvent) => timestamp >= start && timestamp < end;
        return getEvents(shownNow(request, events, now).filter(isWanted), params);
      },
      FilterLogEvents: (request, params) => {
        const streams = [...streamsOf(request.region, params).values()].filter(streamFilter(params));
        const [start, end] = [number(params, 'startTime', 0), number(params, 'endTime', Number.POSITIVE_INFINITY)];
        const matches = readPattern(text(params, 'filterPattern') ?? '');
        const found = streams.flatMap(({ name, events }) =>
          shownNow(request, events, now)
            .filter(({ timestamp, message }) => timestamp >= start && timestamp <= end && matches(message))
            .map(event => ({ ...event, stream: name })),
        );
        return filterEvents(found.sort(byPlace), params, request.marks.has('empty-log-page'));
      },
    },
    'InvalidParameterException',
  );
  return withoutBulk(service, 'logEvents');
}

/** The group's name, given as `logGroupName`, or as `logGroupIdentifier` by name or ARN. */
function groupName(params: Params): string {
  const identifier = text(params, 'logGroupIdentifier');
  const name = text(params, 'logGroupName');
  if (identifier !== undefined && name !== undefined)
    throw parameterError('LogGroup name and LogGroup identifier are mutually exclusive parameters.');
  if (identifier === undefined) return requiredText(params, 'logGroupName');
  return identifier.replace(/^arn:[^:]*:logs:[^:]*:[^:]*:log-group:/, '').replace(/:\*$/, '');
}

function parameterError(message: string): AwsError {
  return new AwsError('InvalidParameterException', message);
}

function matching(params: Params, name: string, pattern: RegExp): string {
  const value = requiredText(params, name);
  if (pattern.test(value)) return value;
  throw constraintError(name, value, `Member must satisfy regular expression pattern: ${pattern.source.slice(1, -1)}`);
}

function number(params: Params, name: string, otherwise: number): number {
  const value = text(params, name);
  return value === undefined ? otherwise : Number(value);
}

function limitOf(params: Params, most: number): number {
  const limit = number(params, 'limit', most);
  if (limit >= 1 && limit <= most) return limit;
  const rule =
    limit < 1
      ? 'Member must have value greater than or equal to 1'
      : `Member must have value less than or equal to ${most}`;
  throw constraintError('limit', String(limit), rule);
}

/** A page of what has a name; the token is the last name of the page before. */
function pageOf<T extends { name: string }>(all: readonly T[], params: Params): { page: T[]; nextToken?: string } {
  const limit = limitOf(params, MOST_NAMES);
  const token = text(params, 'nextToken');
  const last = all.findIndex(({ name }) => token !== undefined && name === Buffer.from(token, 'hex').toString());
  if (token !== undefined && last < 0) throw parameterError('The specified nextToken is invalid.');
  const page = all.slice(last + 1, last + 1 + limit);
  if (last + 1 + limit >= all.length) return { page };
  return { page, nextToken: Buffer.from(page.at(-1)?.name ?? '').toString('hex') };
}

function shownGroup({ name, arn, createdAt, retentionInDays }: LogGroup) {
  return {
    logGroupName: name,
    creationTime: createdAt,
    retentionInDays,
    metricFilterCount: 0,
    arn: `${arn}:*`,
    storedBytes: 0,
    logGroupClass: 'STANDARD',
    logGroupArn: arn,
  };
}

function shownStream({ arn }: LogGroup, { name, createdAt, events }: LogStream) {
  return {
    logStreamName: name,
    creationTime: createdAt,
    ...(events.length > 0 && {
      firstEventTimestamp: events[0]?.timestamp,
      lastEventTimestamp: events.at(-1)?.timestamp,
      lastIngestionTime: Math.max(events[0]?.ingestionTime ?? 0, events.at(-1)?.ingestionTime ?? 0),
    }),
    uploadSequenceToken: writePlace(events.at(-1) ?? { timestamp: 0, sequence: 0 }),
    arn: `${arn}:log-stream:${name}`,
    storedBytes: 0,
  };
}

function orderStreams(streams: readonly LogStream[], params: Params): LogStream[] {
  const prefix = text(params, 'logStreamNamePrefix');
  const isByTime = text(params, 'orderBy') === 'LastEventTime';
  if (isByTime && prefix !== undefined)
    throw parameterError('Cannot order by LastEventTime with a logStreamNamePrefix.');
  const lastOf = ({ events }: LogStream) => events.at(-1)?.timestamp ?? 0;
  const ordered = streams
    .filter(({ name }) => name.startsWith(prefix ?? ''))
    .sort((a, b) => (isByTime ? lastOf(a) - lastOf(b) : 0) || (a.name < b.name ? -1 : 1));
  return text(params, 'descending') === 'true' ? ordered.reverse() : ordered;
}

/** A batch as PutLogEvents takes it; throws InvalidParameterException for one that it refuses as a whole. */
function readBatch(params: Params): { timestamp: number; message: string }[] {
  const given = structures(params, 'logEvents');
  if (!given) throw constraintError('logEvents', null, 'Member must not be null');
  if (given.length < 1 || given.length > BATCH.events) {
    const rule = given.length < 1 ? 'greater than or equal to 1' : `less than or equal to ${BATCH.events}`;
    throw constraintError('logEvents', '[…]', `Member must have length ${rule}`);
  }
  const batch = given.map((event, index) => {
    const [timestamp, message] = [event.timestamp, event.message];
    const member = `logEvents.${index + 1}.member`;
    if (typeof timestamp !== 'number') throw constraintError(`${member}.timestamp`, null, 'Member must not be null');
    if (typeof message !== 'string') throw constraintError(`${member}.message`, null, 'Member must not be null');
    if (message === '')
      throw constraintError(`${member}.message`, '', 'Member must have length greater than or equal to 1');
    return { timestamp, message };
  });
  const bytes = batch.reduce((sum, { message }) => sum + Buffer.byteLength(message) + BATCH.bytesBeside, 0);
  if (bytes > BATCH.bytes) throw parameterError(`Upload too large: ${bytes} bytes exceeds limit of ${BATCH.bytes}`);
  if (batch.some(({ timestamp }, index) => timestamp < (batch[index - 1]?.timestamp ?? 0)))
    throw parameterError('Log events in a single PutLogEvents request must be in chronological order.');
  if ((batch.at(-1)?.timestamp ?? 0) - (batch[0]?.timestamp ?? 0) > BATCH.span)
    throw parameterError('The batch of log events in a single PutLogEvents request cannot span more than 24 hours.');
  return batch;
}

interface Rejected {
  /** Exclusive. */
  tooOldLogEventEndIndex?: number;
  /** Exclusive. */
  expiredLogEventEndIndex?: number;
  /** Inclusive. */
  tooNewLogEventStartIndex?: number;
}

/** What of a batch, oldest first, is not taken: answered with 200 all the same. */
function rejectedOf(batch: readonly { timestamp: number }[], at: number, retentionInDays?: number): Rejected {
  const before = (time: number) => batch.filter(({ timestamp }) => timestamp < time).length;
  const tooOld = before(at - BATCH.oldest);
  const expired = retentionInDays === undefined ? 0 : before(at - retentionInDays * DAY);
  const inTime = before(at + BATCH.newest + 1);
  return {
    ...(tooOld > 0 && { tooOldLogEventEndIndex: tooOld }),
    ...(expired > 0 && { expiredLogEventEndIndex: expired }),
    ...(inTime < batch.length && { tooNewLogEventStartIndex: inTime }),
  };
}

/** Events that a read finds: all of them, unless a fault lets them come late. */
function shownNow({ marks }: ServiceRequest, events: readonly LogEvent[], now: () => Date): readonly LogEvent[] {
  const late = marks.get('late-log-events');
  if (!late) return events;
  const at = now().getTime() - late.seconds * 1000;
  return events.filter(({ ingestionTime }) => ingestionTime <= at);
}

/** A page of one stream, forward from a place or backward from it; the token of an end repeats. */
function getEvents(events: readonly LogEvent[], params: Params) {
  const limit = limitOf(params, MOST_EVENTS);
  const token = text(params, 'nextToken');
  const [direction, from] = token === undefined ? [] : readGetToken(token);
  const isForward = direction === undefined ? text(params, 'startFromHead') === 'true' : direction === 'f';
  const page = isForward
    ? firstPage(
        events.filter(event => !from || byPlace(event, from) > 0),
        limit,
      )
    : firstPage(events.filter(event => !from || byPlace(event, from) <= 0).reverse(), limit).reverse();
  const here: Place = from ?? { timestamp: 0, sequence: 0 };
  const [first, last] = [page[0], page.at(-1)];
  return {
    events: page.map(({ timestamp, message, ingestionTime }) => ({ timestamp, message, ingestionTime })),
    nextForwardToken: `f/${writePlace(last ?? here)}`,
    nextBackwardToken: `b/${writePlace(first ? placeBefore(first) : here)}`,
  };
}

function readGetToken(token: string): [direction: string, from: Place] {
  const [, direction, place = ''] = /^([fb])\/(\d+)$/.exec(token) ?? [];
  const from = readPlace(place);
  if (direction === undefined || !from) throw parameterError('The specified nextToken is invalid.');
  return [direction, from];
}

function streamFilter(params: Params): (stream: LogStream) => boolean {
  const [names, prefix] = [texts(params, 'logStreamNames'), text(params, 'logStreamNamePrefix')];
  if (names && prefix !== undefined)
    throw parameterError('logStreamNamePrefix and logStreamNames are mutually exclusive parameters.');
  return ({ name }) => name.startsWith(prefix ?? '') && (names?.includes(name) ?? true);
}

/** A page of what several streams hold, oldest first. */
function filterEvents(events: readonly (LogEvent & { stream: string })[], params: Params, isEmpty: boolean) {
  const token = text(params, 'nextToken');
  const from = token === undefined ? { timestamp: 0, sequence: 0 } : readPlace(token);
  if (!from) throw parameterError('The specified nextToken is invalid.');
  if (isEmpty) return { events: [], searchedLogStreams: [], nextToken: writePlace(from) };
  const rest = events.filter(event => byPlace(event, from) > 0);
  const page = firstPage(rest, limitOf(params, MOST_EVENTS));
  const last = page.at(-1);
  return {
    events: page.map(({ stream, timestamp, message, ingestionTime, sequence }) => ({
      logStreamName: stream,
      timestamp,
      message,
      ingestionTime,
      eventId: writePlace({ timestamp, sequence }),
    })),
    // AWS has left this empty since 2020.
    searchedLogStreams: [],
    ...(last && page.length < rest.length && { nextToken: writePlace(last) }),
  };
}
