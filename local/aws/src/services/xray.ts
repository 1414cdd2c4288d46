import type { Mark } from '../faults/effect.ts';
import { AwsError } from '../wire/aws-error.ts';
import { type Params, structures, text, texts } from '../wire/params.ts';
import { restJsonService, type Service, type ServiceRequest, withoutBulk } from '../wire/service.ts';
import { Retrievals } from './retrievals.ts';
import { readDocument, refused, type Segment, type Unprocessed } from './segments.ts';
import type { SpanLog } from './span-log.ts';
import { readFilter } from './trace-filter.ts';
import { type Trace, TraceStore } from './trace-store.ts';
import { summaryOf } from './trace-summary.ts';

/** The calls of X-Ray, by path (its service model). */
export const XRAY_PATHS = {
  '/TraceSegments': 'PutTraceSegments',
  '/Traces': 'BatchGetTraces',
  '/TraceSummaries': 'GetTraceSummaries',
  '/StartTraceRetrieval': 'StartTraceRetrieval',
  '/ListRetrievedTraces': 'ListRetrievedTraces',
  '/GetTraceSegmentDestination': 'GetTraceSegmentDestination',
  '/UpdateTraceSegmentDestination': 'UpdateTraceSegmentDestination',
  '/GetSamplingRules': 'GetSamplingRules',
  '/SamplingTargets': 'GetSamplingTargets',
  '/SamplingStatisticSummaries': 'GetSamplingStatisticSummaries',
  '/TelemetryRecords': 'PutTelemetryRecords',
} as const;

const MOST_DOCUMENTS = 50;
const MOST_TRACE_IDS = 5;
/** "Maximum number of 100 items" (StartTraceRetrieval, X-Ray API Reference). */
const MOST_RETRIEVED = 100;
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

const DESTINATIONS = ['XRay', 'CloudWatchLogs'] as const;
type Destination = (typeof DESTINATIONS)[number];

/**
 * AWS X-Ray: segments are put, traces read by id and found by time and filter; sampling is as in a new account. Where Transaction
 * Search is on, segments go to the log of spans, and only retrievals find them: none is indexed.
 *
 * @param spans where they go
 */
export function xrayService(account: string, spans: SpanLog, now: () => Date): Service {
  const store = new TraceStore();
  const searched = new TraceStore();
  const retrievals = new Retrievals(searched);
  const destinations = new Map<string, Destination>();
  const destinationOf = ({ region, marks }: ServiceRequest): Destination =>
    marks.has('transaction-search') ? 'CloudWatchLogs' : (destinations.get(region) ?? 'XRay');
  /** Until when something has to have come to be shown. */
  const shownBy = (request: ServiceRequest) =>
    now().getTime() - (request.marks.get('late-traces')?.seconds ?? 0) * 1000;
  /** X-Ray's own index, which has nothing while Transaction Search is on. */
  const indexedBy = (request: ServiceRequest) =>
    destinationOf(request) === 'XRay' ? shownBy(request) : Number.NEGATIVE_INFINITY;
  const keep = (request: ServiceRequest, segment: Segment, bytes: number): Unprocessed | undefined => {
    const at = now().getTime();
    if (destinationOf(request) === 'XRay') return store.put(request.region, segment, bytes, at);
    const refusal = searched.put(request.region, segment, bytes, at);
    if (!refusal) spans.put(request.region, segment, at);
    return refusal;
  };
  const service = restJsonService(
    XRAY_PATHS,
    {
      PutTraceSegments: (request, params) => {
        const documents = requiredList(params, 'TraceSegmentDocuments', MOST_DOCUMENTS);
        const [unprocessed, dropped] = [
          request.marks.get('segments-unprocessed'),
          request.marks.get('segments-dropped'),
        ];
        const outcomes = documents.flatMap(document =>
          readDocument(document).map(segment => {
            if ('ErrorCode' in segment) return segment;
            if (isMet(unprocessed)) return refused(segment, 'InternalFailure');
            if (isMet(dropped)) return undefined;
            return keep(request, segment, Buffer.byteLength(document));
          }),
        );
        return { UnprocessedTraceSegments: outcomes.filter(outcome => outcome !== undefined) };
      },
      BatchGetTraces: (request, params) => {
        const ids = requiredList(params, 'TraceIds', MOST_TRACE_IDS);
        const isHalf = request.marks.has('half-answered-traces');
        const traces = ids.map((id, index) =>
          isHalf && index % 2 === 0 ? undefined : store.find(request.region, id, indexedBy(request)),
        );
        return {
          Traces: traces.filter(trace => trace !== undefined).map(shownTrace),
          UnprocessedTraceIds: ids.filter((_, index) => traces[index] === undefined),
        };
      },
      GetTraceSummaries: (request, params) => {
        const isInRange = readRange(params);
        const expression = text(params, 'FilterExpression');
        const isMeant = expression ? readFilter(expression) : () => true;
        const all = store.list(request.region, indexedBy(request)).filter(isInRange);
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
      StartTraceRetrieval: (request, params) => {
        const traceIds = requiredList(params, 'TraceIds', MOST_RETRIEVED);
        const isInRange = readRange({ ...params, TimeRangeType: 'TraceId' }, Number.POSITIVE_INFINITY);
        return retrievals.start({ region: request.region, traceIds, isInRange }, shownBy(request), now().getTime());
      },
      ListRetrievedTraces: (request, params) => {
        const format = text(params, 'TraceFormat') ?? 'XRAY';
        if (!/^(XRAY|OTEL)$/.test(format)) throw invalid(`TraceFormat is XRAY or OTEL, not ${format}`);
        const token = text(params, 'RetrievalToken');
        if (token === undefined) throw invalid('RetrievalToken is required');
        const completeBy = now().getTime() - (request.marks.get('slow-retrieval')?.seconds ?? 0) * 1000;
        return retrievals.list(request.region, token, format, text(params, 'NextToken'), completeBy);
      },
      GetTraceSegmentDestination: request => ({ Destination: destinationOf(request), Status: 'ACTIVE' }),
      UpdateTraceSegmentDestination: ({ region }, params) => {
        const Destination = DESTINATIONS.find(one => one === text(params, 'Destination'));
        if (!Destination) throw invalid(`Destination is ${DESTINATIONS.join(' or ')}`);
        destinations.set(region, Destination);
        if (Destination === 'CloudWatchLogs') spans.open(region);
        return { Destination, Status: 'PENDING' };
      },
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

/** Whether a fault that strikes so many of a hundred strikes now. */
function isMet(mark: Mark | undefined): boolean {
  return mark !== undefined && mark.random() * 100 < mark.percent;
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
function readRange(params: Params, longest = LONGEST_RANGE): (trace: Trace) => boolean {
  const [start, end] = [readTime(params, 'StartTime'), readTime(params, 'EndTime')];
  if (end < start) throw invalid('StartTime must be before EndTime');
  if (end - start > longest) throw invalid('The time range must not be longer than 6 hours');
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
