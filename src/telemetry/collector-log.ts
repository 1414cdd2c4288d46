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
}

/**
 * The errors among a collector's lines, each once, the last ones last. Lines are those of zap's console encoder (time, level,
 * caller, message and a JSON object, between tabs) or of its JSON encoder; see `service::telemetry::logs` in
 * https://opentelemetry.io/docs/collector/internal-telemetry/.
 */
export function collectorErrors(lines: readonly string[]): CollectorError[] {
  const errors = lines.map(parseLine).filter(line => line !== undefined);
  return [...new Map(errors.map(error => [`${error.component} ${error.text}`, error])).values()];
}

function parseLine(line: string): CollectorError | undefined {
  const [, level = '', , message = '', json = ''] = line.split('\t');
  const fields = fieldsOf(json || line);
  const severity = level || String(fields.level ?? '');
  if (!/^(error|fatal|panic|dpanic)$/i.test(severity)) return undefined;
  const status = [fields.status, fields.endpoint].filter(part => typeof part === 'string').join(' from ');
  const reasons = [message || String(fields.msg ?? ''), status, String(fields.error ?? '')].map(part =>
    part.trim().replace(/\.$/, ''),
  );
  const signal = SIGNALS.find(one => one === fields['otelcol.signal']);
  const component = fields['otelcol.component.id'];
  return {
    ...(signal && { signal }),
    ...(typeof component === 'string' && { component }),
    text: reasons.filter(part => part !== '').join(': '),
  };
}

/** Whether a collector has written it, as its loggers do: time, level, caller and message, or the same as JSON. */
export function isCollectorLine(line: string): boolean {
  if (/^\S+\t(debug|info|warn|error|dpanic|panic|fatal)\t[^\t]+\.go:\d+\t/i.test(line)) return true;
  return /"caller":"[^"]+\.go:\d+"/.test(line) && /"(otelcol\.[a-z.]+|service\.name)":/.test(line);
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

const ADVICE: readonly [pattern: RegExp, advice: (found: RegExpExecArray) => string][] = [
  [
    /not authorized to perform: ([\w:]+)/,
    ([, action]) => `Allow \`${action}\` for the role or user whose credentials the collector has`,
  ],
  [/AccessDenied|\b403\b/, () => 'Allow the action for the role or user whose credentials the collector has'],
  [
    /InvalidClientTokenId|UnrecognizedClient|ExpiredToken|SignatureDoesNotMatch|token included in the request is (?:invalid|expired)|\b401\b/i,
    () => 'Give the collector credentials that AWS accepts and that have not expired',
  ],
  [
    /failed to refresh cached credentials|no EC2 IMDS role|NoCredentialProviders|failed to retrieve credentials/i,
    () => 'Give the collector credentials, such as `AWS_ACCESS_KEY_ID` and `AWS_SECRET_ACCESS_KEY` in its environment',
  ],
  [/no such host|server misbehaving/, () => "Correct the host in the exporter's `endpoint`: nobody knows it"],
  [/connection refused/, () => "Correct the exporter's `endpoint`, or start what should listen there"],
  [/\b429\b|Too Many Requests|Throttl/i, () => 'Send less at a time, or ask for a higher quota'],
  [
    /out of order|out of bounds|too old|duplicate sample/i,
    () => 'Check the clocks, and that every instance has a `service.instance.id` of its own',
  ],
  [/\b404\b|Not Found/i, () => "Correct the path of the exporter's `endpoint`"],
  [/deadline exceeded|timeout/i, () => 'Check the way through the network from the collector to the endpoint'],
];

/** What to do about an error of an exporter; `undefined` for one that says too little. */
export function knownFix(text: string): string | undefined {
  for (const [pattern, advice] of ADVICE) {
    const found = pattern.exec(text);
    if (found) return advice(found);
  }
  return undefined;
}

/** What to do about an error of an exporter. */
export function exporterFix(text: string): string {
  return knownFix(text) ?? "Mend what it says, in the exporter's configuration or where it sends to";
}
