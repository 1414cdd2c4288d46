import { suggest } from '../runner/suggest.ts';
import { isRecord } from '../stacks/json-values.ts';
import { SIGNALS, type Signal } from './proof.ts';

/** An error that a collector has logged. */
export interface CollectorError {
  /** Of the pipeline, where the line tells it. */
  signal?: Signal;
  /** Such as `awsxray` or `prometheusremotewrite/app`. */
  component?: string;
  /** What failed, with its reason. */
  text: string;
  /** Milliseconds since the Unix epoch, by the collector's clock. */
  at?: number;
}

/**
 * The errors among a collector's lines, each once, the last ones last; what is tried again, and what is only warned of though it
 * is lost, are errors too. Lines are those of zap's console encoder (time, level,
 * caller, message and a JSON object, between tabs) or of its JSON encoder; see `service::telemetry::logs` in
 * https://opentelemetry.io/docs/collector/internal-telemetry/.
 */
export function collectorErrors(lines: readonly string[]): CollectorError[] {
  const errors = lines.map(parseLine).filter(line => line !== undefined);
  return [...new Map(errors.map(error => [`${error.component} ${error.text}`, error])).values()];
}

/**
 * What a collector says of a loss, though it is no error to it. Read at v0.156.0 in retry_sender.go of exporterhelper (info),
 * cwlog_client.go and pusher.go of internal/aws/cwlogs and memorylimiter.go of internal/memorylimiter (warn). The batch processor
 * repeats what an exporter has said.
 */
const LOSSES = [
  'Exporting failed',
  'PutLogEvents',
  'log events for log group name are',
  'single log event size is larger',
  'Refusing data',
];

/** By which a log store finds the lines that `collectorErrors` reads: a line holds all terms of one of these lists. */
export const ERROR_TERMS: readonly (readonly string[])[] = [
  ['error', 'otelcol.component.id'],
  ...LOSSES.map(text => [text]),
];

function parseLine(line: string): CollectorError | undefined {
  const [time = '', level = '', , message = '', json = ''] = line.split('\t');
  const fields = fieldsOf(json || line);
  const severity = level || String(fields.level ?? '');
  const told = message || String(fields.msg ?? '');
  if (
    !/^(error|fatal|panic|dpanic)$/i.test(severity) &&
    !(/^(warn|info)$/i.test(severity) && LOSSES.some(text => told.includes(text)))
  )
    return undefined;
  const status = [fields.status, fields.endpoint].filter(part => typeof part === 'string').join(' from ');
  const reasons = [told, status, String(fields.error ?? '')].map(part => part.trim().replace(/\.$/, ''));
  const signal = SIGNALS.find(one => one === fields['otelcol.signal']);
  const component = fields['otelcol.component.id'];
  const at = timeOf(level ? time : fields.ts);
  return {
    ...(signal && { signal }),
    ...(typeof component === 'string' && { component }),
    ...(at !== undefined && { at }),
    text: reasons.filter(part => part !== '').join(': '),
  };
}

/** Whether a collector has written it, as its loggers do: time, level, caller and message, or the same as JSON. */
export function isCollectorLine(line: string): boolean {
  if (/^\S+\t(debug|info|warn|error|dpanic|panic|fatal)\t[^\t]+\.go:\d+\t/i.test(line)) return true;
  return /"caller":"[^"]+\.go:\d+"/.test(line) && /"(otelcol\.[a-z.]+|service\.name)":/.test(line);
}

/** ISO 8601, or seconds since the Unix epoch, as zap's encoders write it. */
function timeOf(value: unknown): number | undefined {
  if (typeof value === 'number') return value * 1000;
  const time = typeof value === 'string' ? Date.parse(value) : Number.NaN;
  return Number.isNaN(time) ? undefined : time;
}

function fieldsOf(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text);
    return isRecord(value) ? value : {};
  } catch {
    return {};
  }
}

/** A line as a reader wants it: of zap's columns without the caller and what every line has. */
export function plainLine(line: string): string {
  const [time = '', level, , message, json = ''] = line.split('\t');
  if (level === undefined || message === undefined) return line;
  const { error } = fieldsOf(json);
  return [time, level, typeof error === 'string' ? `${message}: ${error}` : message].join(' ');
}

/** Whether it ended because somebody told it to. */
export function wasStopped(lines: readonly string[]): boolean {
  return lines.some(line => line.includes('\tStarting shutdown...'));
}

/** Why a collector did not start, in its own words on several lines, and what to do about it. */
export interface Rejection {
  seen: string;
  fix: string;
}

/** What a collector says when it does not accept its configuration; `undefined` when it has not said so. */
export function configRejection(lines: readonly string[]): Rejection | undefined {
  // A collector that ends after having worked may print an error too.
  const begin = lines.findLastIndex(line => /^Error: /.test(line));
  if (begin < 0 || lines.some(line => /Everything is ready|Shutdown complete/.test(line))) return undefined;
  const rest = lines.slice(begin);
  const end = rest.findIndex((line, index) => index > 0 && /^(\d{4}[-/]\d\d|Usage:)/.test(line));
  const told = rest.slice(0, end < 0 ? 12 : Math.min(end, 12));
  const seen = told
    .map(line => line.trim())
    .filter(line => line !== '')
    .join(' ')
    .replace(/^Error: (?:failed to get config: )?(?:cannot unmarshal .* error\(s\): )?/, '');
  return { seen, fix: configFix(seen) };
}

function configFix(seen: string): string {
  const [, part, type, known] =
    /'(\w+)' unknown type: "([^"]+)" for id: .*\(valid values: \[([^\]]*)\]/.exec(seen) ?? [];
  if (type !== undefined && known !== undefined) {
    return `Mend \`${type}\` among the ${part} of its configuration. ${suggest(type, known.split(' '))}`;
  }
  const [, kind, id] = /references (\w+) "([^"]+)" which is not configured/.exec(seen) ?? [];
  if (id !== undefined)
    return `Declare the ${kind} \`${id}\` in its configuration, or correct its name in the pipeline`;
  const [, keys] = /has invalid keys: (.*)$/.exec(seen) ?? [];
  return keys ? `Remove or correct ${keys} in its configuration` : 'Mend its configuration where it says so';
}

/** What an exporter must be allowed, by its type. */
const ACTIONS: Readonly<Record<string, string>> = {
  awsxray: '`xray:PutTraceSegments`',
  awscloudwatchlogs: '`logs:PutLogEvents`, `logs:CreateLogStream` and `logs:CreateLogGroup`',
  awsemf: '`logs:PutLogEvents`, `logs:CreateLogStream` and `logs:CreateLogGroup`',
  prometheusremotewrite: '`aps:RemoteWrite`',
  prometheus_remote_write: '`aps:RemoteWrite`',
};

/** The IAM actions of an exporter, in words. */
export function actionsOf(component: string | undefined): string | undefined {
  return ACTIONS[component?.replace(/\/.*$/s, '') ?? ''];
}

function isRemoteWrite(component: string | undefined): boolean {
  return /^prometheus_?remote_?write(\/|$)/.test(component ?? '');
}

type Advice = (found: RegExpExecArray, component: string | undefined) => string;

/**
 * What the exporters awsxray, prometheusremotewrite and awscloudwatchlogs print, read in their sources at v0.156.0 and seen of a
 * collector 0.156.0; what comes first counts.
 */
const ADVICE: readonly [pattern: RegExp, advice: Advice][] = [
  [
    /not authorized to perform: ([\w:]+)/,
    ([, action]) => `Allow \`${action}\` for the role or user whose credentials the collector has`,
  ],
  [
    /InvalidClientTokenId|UnrecognizedClient|ExpiredToken|SignatureDoesNotMatch|Missing Authentication Token|token included in the request is (?:invalid|expired)|\b401\b/i,
    () => 'Give the collector credentials that AWS accepts and that have not expired',
  ],
  [
    /AccessDenied|\b403\b/,
    (_, component) =>
      `Allow ${actionsOf(component) ?? 'the action'} for the role or user whose credentials the collector has`,
  ],
  [
    /failed to refresh cached credentials|no EC2 IMDS role|NoCredentialProviders|failed to retrieve credentials/i,
    () => 'Give the collector credentials, such as `AWS_ACCESS_KEY_ID` and `AWS_SECRET_ACCESS_KEY` in its environment',
  ],
  [
    /invalid temporality and type combination/,
    () => 'Set `OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE=cumulative` for the application',
  ],
  [/no such host|server misbehaving/, () => "Correct the host in the exporter's `endpoint`: nobody knows it"],
  [/connection refused/, () => "Correct the exporter's `endpoint`, or start what should listen there"],
  [
    /\b429\b|Too Many Requests|Throttl/i,
    (_, component) =>
      isRemoteWrite(component)
        ? 'Ask for a higher quota of the workspace (ingestion rate, active series), or send less often (`OTEL_METRIC_EXPORT_INTERVAL`): the exporter drops what is throttled, unless the collector runs with `--feature-gates=exporter.prometheusremotewritexporter.RetryOn429`'
        : 'Send less at a time, or ask for a higher quota',
  ],
  [
    /log events for log group name are (?:too old|too new|expired)|discard log entry with invalid timestamp|older than 14 days or more than 2 hours/,
    () =>
      'Check the clock of the application: CloudWatch Logs takes records of the last 14 days, within the retention of the group, and two hours ahead',
  ],
  [
    /out of order|out of bounds|too old|too far in the (?:past|future)|duplicate sample/i,
    () =>
      'Check the clocks, and that every instance has a `service.instance.id` of its own: Prometheus takes late samples only within its out-of-order window (Amazon Managed Prometheus: 60 s unless it is set)',
  ],
  [
    /high memory usage|Refusing data/,
    () => 'Give the collector more memory and raise `limit_mib` of its memory limiter, or send less',
  ],
  [
    /sending queue is full/,
    () => 'Raise `queue_size` of the exporter, and look for what keeps the backend from taking more',
  ],
  [
    /single log event size is larger|\b413\b|(?:entity|payload|request) too large/i,
    () => 'Log less at a time: CloudWatch Logs cuts an event off after 256 KiB, so that its JSON is broken',
  ],
  [/x509|certificate/i, () => 'Let the collector trust the certificate of the endpoint, or correct the `endpoint`'],
  [/\b404\b|Not Found/i, () => "Correct the path of the exporter's `endpoint`"],
  [
    /deadline exceeded|timeout/i,
    (_, component) =>
      isRemoteWrite(component)
        ? "Correct the exporter's `endpoint`, or open the way through the network to it: it tries a connection that is refused again without a word, until its `timeout`"
        : "Check the exporter's `endpoint`, and the way through the network from the collector to it",
  ],
];

/**
 * What to do about an error of an exporter; `undefined` for one that says too little.
 *
 * @param component which exporter, such as `awsxray`
 */
export function knownFix(text: string, component?: string): string | undefined {
  for (const [pattern, advice] of ADVICE) {
    const found = pattern.exec(text);
    if (found) return advice(found, component);
  }
  return undefined;
}

/** What to do about an error of an exporter. */
export function exporterFix(text: string, component?: string): string {
  return knownFix(text, component) ?? "Mend what it says, in the exporter's configuration or where it sends to";
}
