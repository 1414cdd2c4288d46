import type { Ledger, ProofResult, ProvenRequest, TracePicture } from './proof-result.ts';
import type { Check } from './smoke-result.ts';

/** Proofs that tests of this folder share. */

const RUN = '5eed1a2b';
const STARTED = Date.UTC(2026, 10, 23, 6, 0);

function traceId(index: number): string {
  return `6b037d30${RUN}${(0xa1b2c3d4e5f60000n + BigInt(index)).toString(16)}`;
}

function request(index: number, more: Partial<ProvenRequest> = {}): ProvenRequest {
  const isData = index % 2 === 0;
  return {
    name: isData ? 'data' : 'external',
    method: 'GET',
    path: isData ? '/api/data' : '/external?page=2',
    status: 200,
    ms: isData ? 6 : 21.4,
    startedAt: STARTED + index * 50,
    traceId: traceId(index),
    passed: true,
    arrived: { traces: 1400 + index * 30, logs: 900 + index * 20 },
    ...more,
  };
}

export const TRACE: TracePicture = {
  traceId: traceId(1),
  title: 'GET /external?page=2',
  bars: [
    { name: 'GET /external?page=2 → 200', depth: 0, start: 0, duration: 21.4, kind: 'request', isError: false },
    { name: 'GET /external', service: 'shop', depth: 1, start: 1.2, duration: 18, kind: 'server', isError: false },
    {
      name: 'middleware - json',
      service: 'shop',
      depth: 2,
      start: 1.4,
      duration: 0.31,
      kind: 'internal',
      isError: false,
    },
    { name: 'info asking upstream', service: 'shop', depth: 2, start: 2.2, duration: 0, kind: 'log', isError: false },
    {
      name: 'GET upstream:5000/api/data',
      service: 'shop',
      depth: 2,
      start: 9.3,
      duration: 7.9,
      kind: 'call',
      isError: false,
    },
    { name: 'GET /api/data', service: 'upstream', depth: 3, start: 13.2, duration: 1, kind: 'server', isError: false },
    { name: 'info answered', service: 'upstream', depth: 4, start: 13.9, duration: 0, kind: 'log', isError: false },
  ],
};

const CHECKS: Check[] = [
  { suite: 'answers', name: 'data: status 200', passed: true, after: 6 },
  { suite: 'answers', name: 'external: status 200', passed: true, after: 21 },
  { suite: 'metrics', name: 'shop.orders', passed: true, after: 2850 },
  { suite: 'metrics', name: 'http.server.request.duration', passed: true, after: 2850 },
  { suite: 'traces', name: 'span GET /api/data', passed: true, after: 1970 },
  { suite: 'traces', name: 'span GET /external', passed: true, after: 1970 },
  { suite: 'logs', name: 'log field trace_id', passed: true, after: 1280 },
];

const LEDGERS: Ledger[] = [
  {
    signal: 'metrics',
    hops: [
      { hop: 'sent', unit: 'requests', count: 20 },
      { hop: 'answered', unit: 'requests', count: 20 },
      { hop: 'accepted', unit: 'data points', count: 1240, note: 'includes what other traffic has sent meanwhile' },
      { hop: 'exported', unit: 'data points', count: 1240 },
      { hop: 'found', unit: 'requests', count: 20, lost: 0 },
    ],
    remarks: [],
  },
  {
    signal: 'traces',
    hops: [
      { hop: 'sent', unit: 'requests', count: 20 },
      { hop: 'answered', unit: 'requests', count: 20 },
      { hop: 'accepted', unit: 'spans', count: 110 },
      { hop: 'exported', unit: 'spans', count: 110, lost: 0 },
      { hop: 'found', unit: 'spans', count: 110, lost: 0 },
    ],
    remarks: [],
  },
  {
    signal: 'logs',
    hops: [
      { hop: 'sent', unit: 'requests', count: 20 },
      { hop: 'answered', unit: 'requests', count: 20 },
      { hop: 'accepted', unit: 'log records', count: 30 },
      { hop: 'exported', unit: 'log records', count: 30, lost: 0 },
      { hop: 'found', unit: 'log records', count: 30, lost: 0 },
    ],
    remarks: [],
  },
];

export const GREEN: ProofResult = {
  service: 'shop',
  run: RUN,
  target: 'https://shop.example.com',
  passed: true,
  startedAt: STARTED,
  duration: 3120,
  calls: 31,
  requests: Array.from({ length: 20 }, (_, index) => request(index)),
  checks: CHECKS,
  signals: [
    {
      signal: 'metrics',
      passed: true,
      looks: 9,
      arrival: { p50: 1850, p95: 2600, max: 2850 },
      maxArrival: 30_000,
      notes: [],
    },
    {
      signal: 'traces',
      passed: true,
      looks: 8,
      arrival: { p50: 1700, p95: 1940, max: 1970 },
      maxArrival: 30_000,
      notes: [],
    },
    {
      signal: 'logs',
      passed: true,
      looks: 7,
      arrival: { p50: 1100, p95: 1260, max: 1280 },
      maxArrival: 30_000,
      notes: [],
    },
  ],
  ledgers: LEDGERS,
  trace: TRACE,
  links: [
    {
      title: 'The trace in X-Ray',
      url: `https://eu-west-1.console.aws.amazon.com/cloudwatch/home?region=eu-west-1#xray:traces/1-6b037d30-${RUN}a1b2c3d4e5f60001`,
    },
    { title: 'Grafana Explore', url: 'https://g-1.grafana-workspace.eu-west-1.amazonaws.com/explore' },
  ],
  simulated: [],
  faults: [],
};

const DENIED = {
  hop: 'exporter',
  cause: 'X-Ray refuses the spans: AccessDeniedException on `xray:PutTraceSegments`',
  fix: 'Allow the action `xray:PutTraceSegments` in the task role of the collector (`TaskRole` in 2-ecs-fargate-template.yaml)',
  evidence: [
    '2026-11-23T06:00:02Z error exporterhelper Exporting failed. Rejecting data. {"exporter": "awsxray", "error": "AccessDeniedException: User is not authorized"}',
    'otelcol_exporter_send_failed_spans rose by 27',
  ],
};

/** Five of 20 traces were refused. */
export const RED: ProofResult = {
  ...GREEN,
  passed: false,
  duration: 31_400,
  calls: 212,
  requests: GREEN.requests.map((each, index) =>
    index % 4 === 3 ? { ...each, arrived: { ...each.arrived, traces: 'lost' as const } } : each,
  ),
  checks: CHECKS.map(check =>
    check.suite === 'traces'
      ? {
          ...check,
          passed: false,
          after: undefined,
          seen: 'in 15 of 20 traces',
          cause: DENIED.cause,
          fix: DENIED.fix,
          place: { file: 'telemetry.yaml', line: 14 },
        }
      : check,
  ),
  signals: GREEN.signals.map(signal =>
    signal.signal === 'traces'
      ? {
          ...signal,
          passed: false,
          looks: 44,
          diagnosis: DENIED,
          notes: ['X-Ray throttled two calls; they were repeated'],
        }
      : signal,
  ),
  ledgers: LEDGERS.map(ledger =>
    ledger.signal === 'traces'
      ? {
          ...ledger,
          hops: ledger.hops.map(hop => {
            if (hop.hop === 'exported') return { ...hop, count: 83, lost: 27 };
            return hop.hop === 'found' ? { ...hop, count: 83, lost: 27 } : hop;
          }),
          remarks: ['27 of 110 spans were accepted by the collector and refused by X-Ray'],
        }
      : ledger,
  ),
};

const UNAVAILABLE = 'collector counters unavailable: no series otelcol_* in Prometheus';

/** Nothing is known of the collector. */
export const UNKNOWN_COUNTERS: ProofResult = {
  ...GREEN,
  simulated: ['X-Ray and CloudWatch Logs, by local AWS'],
  links: [{ title: 'Prometheus', url: 'http://127.0.0.1:9090' }],
  ledgers: LEDGERS.map(ledger => ({
    ...ledger,
    hops: ledger.hops.map(hop =>
      hop.hop === 'accepted' || hop.hop === 'exported'
        ? { hop: hop.hop, unit: hop.unit, count: undefined, note: UNAVAILABLE }
        : hop,
    ),
  })),
};

/** A tenth is sampled, which is no loss. */
export const SAMPLED: ProofResult = {
  ...GREEN,
  requests: GREEN.requests.map((each, index) =>
    index % 10 === 0 ? each : { ...each, arrived: { ...each.arrived, traces: 'not sampled' as const } },
  ),
  ledgers: LEDGERS.map(ledger =>
    ledger.signal === 'traces'
      ? {
          signal: 'traces',
          hops: [
            { hop: 'sent', unit: 'requests', count: 20 },
            { hop: 'answered', unit: 'requests', count: 20 },
            { hop: 'sampled', unit: 'requests', count: 2, note: 'by the trace flags of the log records' },
            { hop: 'accepted', unit: 'spans', count: 11 },
            { hop: 'exported', unit: 'spans', count: 11, lost: 0 },
            { hop: 'found', unit: 'spans', count: 11, lost: 0 },
          ],
          remarks: ['18 of 20 requests were not sampled, which is no loss'],
        }
      : ledger,
  ),
};

/** Nothing answers. */
export const SILENT: ProofResult = {
  ...GREEN,
  passed: false,
  requests: GREEN.requests
    .slice(0, 2)
    .map(({ status, ...each }) => ({ ...each, passed: false, ms: 10_000, arrived: {} })),
  checks: [
    {
      suite: 'answers',
      name: 'data: status 200',
      passed: false,
      seen: 'connection refused',
      fix: 'Look at what listens there',
    },
    {
      suite: 'answers',
      name: 'external: status 200',
      passed: false,
      seen: 'connection refused',
      fix: 'Look at what listens there',
    },
  ],
  signals: [],
  ledgers: [],
  trace: undefined,
  links: [],
};

/** The run ended before anything was sent. */
export const UNREACHABLE: ProofResult = {
  ...SILENT,
  duration: 0,
  calls: 0,
  requests: [],
  checks: [],
  faults: [
    {
      what: 'The Prometheus workspace does not exist',
      seen: 'status 404 from <https://aps-workspaces.eu-west-1.amazonaws.com/workspaces/ws-1>',
      fix: 'Correct `metrics-endpoint`',
    },
  ],
};

/** What an application may write into its telemetry to break out of a page, to turn text round, or to fill it. */
export const HOSTILE_TEXT =
  '</script><script>alert(1)</script><img src=x onerror=alert(1)>"\'`|\u202egnp.exe\u0000\u0007\u001b[31m\ud800 ![x](https://evil.example/a.png) --> ]]> </style>\n## heading\n```\n| cell';

/** All texts of a value replaced, but for those that only zap-obs chooses. */
export function withTexts<T>(value: T, replace: (text: string) => string): T {
  const own = new Set(['suite', 'signal', 'hop', 'kind', 'traces', 'logs']);
  const walk = (item: unknown, key?: string): unknown => {
    if (typeof item === 'string') return key !== undefined && own.has(key) ? item : replace(item);
    if (Array.isArray(item)) return item.map(each => walk(each));
    if (typeof item !== 'object' || item === null) return item;
    // A diagnosis names its hop itself; that of a ledger is one of a few.
    const isDiagnosis = 'evidence' in item;
    return Object.fromEntries(
      Object.entries(item).map(([name, each]) => [name, walk(each, isDiagnosis ? undefined : name)]),
    );
  };
  return walk(value) as T;
}

/** A failure whose every text is hostile. */
export const HOSTILE: ProofResult = withTexts(
  { ...RED, faults: UNREACHABLE.faults, simulated: ['local AWS'], requests: RED.requests.slice(0, 4) },
  () => HOSTILE_TEXT,
);
