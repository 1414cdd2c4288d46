import { AwsError } from '../wire/aws-error.ts';
import { type Params, structures, text, texts } from '../wire/params.ts';
import { restJsonService, type Service, type ServiceRequest, withoutBulk } from '../wire/service.ts';
import { readDocument, refused } from './segments.ts';
import { readFilter } from './trace-filter.ts';
import type { Trace, TraceStore } from './trace-store.ts';
import { summaryOf } from './trace-summary.ts';

/** The calls of X-Ray, by path (its service model). */
export const XRAY_PATHS = {
  '/TraceSegments': 'PutTraceSegments',
  '/Traces': 'BatchGetTraces',
  '/TraceSummaries': 'GetTraceSummaries',
  '/GetTraceSegmentDestination': 'GetTraceSegmentDestination',
  '/GetSamplingRules': 'GetSamplingRules',
  '/SamplingTargets': 'GetSamplingTargets',
  '/SamplingStatisticSummaries': 'GetSamplingStatisticSummaries',
  '/TelemetryRecords': 'PutTelemetryRecords',
} as const;

const MOST_DOCUMENTS = 50;
const MOST_TRACE_IDS = 5;
const MOST_SUMMARIES = 100;
/** Seconds between the ends of what GetTraceSummaries takes. */
const LONGEST_RANGE = 6 * 3600;

/** The rule that every account has ("Configuring sampling rules", X-Ray Developer Guide). */
const DEFAULT_RULE = {
  RuleName: 'Default',
  ResourceARN: '*',
  Priority: 10_000,
  FixedRate: 0.05,
  ReservoirSize: 1,
  ServiceName: '*',
  ServiceType: '*',
  Host: '*',
  HTTPMethod: '*',
  URLPath: '*',
  Version: 1,
  Attributes: {},
};
/** Seconds for which a reservoir's quota is given, and after which to ask again. */
const TARGET_SECONDS = 10;

/** AWS X-Ray: segments are put, traces read by id and found by time and filter; sampling is as in a new account. */
export function xrayService(store: TraceStore, account: string, now: () => Date): Service {
  /** Until when something has to have come to be shown. */
  const shownBy = ({ marks }: ServiceRequest) => {
    if (marks.has('transaction-search')) return Number.NEGATIVE_INFINITY;
    return now().getTime() - (marks.get('late-traces')?.seconds ?? 0) * 1000;
  };
  const service = restJsonService(
    XRAY_PATHS,
    {
      PutTraceSegments: ({ region, marks }, params) => {
        const documents = requiredList(params, 'TraceSegmentDocuments', MOST_DOCUMENTS);
        const isLost = marks.has('segments-unprocessed');
        const outcomes = documents.flatMap(document =>
          readDocument(document).map(segment => {
            if ('ErrorCode' in segment) return segment;
            if (isLost) return refused(segment, 'InternalFailure');
            return store.put(region, segment, Buffer.byteLength(document), now().getTime());
          }),
        );
        return { UnprocessedTraceSegments: outcomes.filter(outcome => outcome !== undefined) };
      },
      BatchGetTraces: (request, params) => {
        const ids = requiredList(params, 'TraceIds', MOST_TRACE_IDS);
        const traces = ids.map(id => store.find(request.region, id, shownBy(request)));
        return {
          Traces: traces.filter(trace => trace !== undefined).map(shownTrace),
          UnprocessedTraceIds: ids.filter((_, index) => traces[index] === undefined),
        };
      },
      GetTraceSummaries: (request, params) => {
        const isInRange = readRange(params);
        const expression = text(params, 'FilterExpression');
        const isMeant = expression ? readFilter(expression) : () => true;
        const all = store.list(request.region, shownBy(request)).filter(isInRange);
        const found = all.filter(isMeant).sort((a, b) => (placeOf(a) < placeOf(b) ? 1 : -1));
        const rest = after(found, text(params, 'NextToken'));
        const page = rest.slice(0, MOST_SUMMARIES);
        const last = page.at(-1);
        return {
          TraceSummaries: page.map(trace => summaryOf(trace, account)),
          ApproximateTime: last?.startedAt ?? now().getTime() / 1000,
          TracesProcessedCount: all.length,
          ...(last && page.length < rest.length && { NextToken: Buffer.from(placeOf(last)).toString('base64url') }),
        };
      },
      GetTraceSegmentDestination: ({ marks }) => ({
        Destination: marks.has('transaction-search') ? 'CloudWatchLogs' : 'XRay',
        Status: 'ACTIVE',
      }),
      GetSamplingRules: ({ region }) => ({
        SamplingRuleRecords: [
          {
            SamplingRule: { ...DEFAULT_RULE, RuleARN: `arn:aws:xray:${region}:${account}:sampling-rule/Default` },
            CreatedAt: 0,
            ModifiedAt: 0,
          },
        ],
      }),
      GetSamplingTargets: (_, params) => {
        const names = (structures(params, 'SamplingStatisticsDocuments') ?? []).map(one => text(one, 'RuleName'));
        const isKnown = (name: string | undefined) => name === DEFAULT_RULE.RuleName;
        return {
          SamplingTargetDocuments: names.filter(isKnown).map(RuleName => ({
            RuleName,
            FixedRate: DEFAULT_RULE.FixedRate,
            ReservoirQuota: DEFAULT_RULE.ReservoirSize,
            ReservoirQuotaTTL: now().getTime() / 1000 + TARGET_SECONDS,
            Interval: TARGET_SECONDS,
          })),
          LastRuleModification: 0,
          UnprocessedStatistics: names
            .filter(name => !isKnown(name))
            .map(RuleName => ({ RuleName, ErrorCode: '400', Message: 'Unknown rule' })),
        };
      },
      GetSamplingStatisticSummaries: () => ({ SamplingStatisticSummaries: [] }),
      PutTelemetryRecords: () => ({}),
    },
    'InvalidRequestException',
  );
  return withoutBulk(service, 'TraceSegmentDocuments');
}

function invalid(message: string): AwsError {
  return new AwsError('InvalidRequestException', message);
}

function requiredList(params: Params, name: string, most: number): string[] {
  const list = texts(params, name);
  if (!list) throw invalid(`${name} is required`);
  if (list.length === 0 || list.length > most) throw invalid(`${name} takes 1 to ${most} items, not ${list.length}`);
  return list;
}

function shownTrace({ id, startedAt, endedAt, segments }: Trace) {
  return {
    Id: id,
    Duration: endedAt - startedAt,
    LimitExceeded: false,
    Segments: segments.map(segment => ({ Id: segment.id, Document: JSON.stringify(segment) })),
  };
}

/** Which traces the time range means: by their start, the coming of their newest document, or the end of a segment. */
function readRange(params: Params): (trace: Trace) => boolean {
  const [start, end] = [readTime(params, 'StartTime'), readTime(params, 'EndTime')];
  if (end < start) throw invalid('StartTime must be before EndTime');
  if (end - start > LONGEST_RANGE) throw invalid('The time range must not be longer than 6 hours');
  const isWithin = (time: number) => time >= start && time <= end;
  const type = text(params, 'TimeRangeType') ?? 'TraceId';
  if (type === 'Event') return ({ updatedAt }) => isWithin(updatedAt / 1000);
  if (type === 'Service') return ({ segments }) => segments.some(({ end_time: ended = 0 }) => isWithin(ended));
  if (type === 'TraceId') return ({ startedAt }) => isWithin(startedAt);
  throw invalid(`TimeRangeType is TraceId, Event or Service, not ${type}`);
}

/** Seconds since 1970: REST JSON writes a timestamp as such a number, or as text. */
function readTime(params: Params, name: string): number {
  const given = text(params, name);
  if (given === undefined) throw invalid(`${name} is required`);
  const time = Number.isNaN(Number(given)) ? Date.parse(given) / 1000 : Number(given);
  if (Number.isNaN(time)) throw invalid(`${name} is no timestamp: ${given}`);
  return time;
}

/** Where a trace stands among others, oldest first. */
function placeOf({ startedAt, id }: Trace): string {
  return `${startedAt.toFixed(6).padStart(20, '0')}/${id}`;
}

/** What comes after the page that a token ends. */
function after(found: readonly Trace[], token: string | undefined): readonly Trace[] {
  if (token === undefined) return found;
  const place = Buffer.from(token, 'base64url').toString();
  if (!/^\d{13}\.\d{6}\/1-/.test(place)) throw invalid('Invalid NextToken');
  return found.filter(trace => placeOf(trace) < place);
}
