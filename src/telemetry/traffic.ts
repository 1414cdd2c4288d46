import { withTimeout } from '../runner/cancellation.ts';
import type { Clock } from '../runner/clock.ts';
import { UserFault } from '../runner/fault.ts';
import type { ExpectedRequest } from './expectations.ts';
import type { Finding } from './finding.ts';
import { mismatches } from './json-match.ts';
import { jsonOf, shown } from './json-value.ts';
import { type ReplacedId, replacedId } from './replaced-id.ts';
import { mintTrace, type RandomBytes, tracePrefix } from './trace-id.ts';

/** A request that was sent, and what came of it. */
export interface SentRequest {
  request: ExpectedRequest;
  /** Which it carried in `traceparent`, as 32 hexadecimal digits. */
  traceId: string;
  /** The runner's own span, which is the parent of what the request begins: 16 hexadecimal digits. */
  spanId?: string;
  /** Since the Unix epoch, in milliseconds. */
  startedAt: number;
  answer: Answer;
  /** The trace that the answer's headers name instead. */
  replaced?: ReplacedId;
  /** Whether the answer is as expected: one for each thing that is expected of it. */
  findings: readonly Finding[];
}

export type Answer =
  | {
      kind: 'answered';
      status: number;
      /** From the start to the last byte, in milliseconds. */
      ms: number;
      /** In a request that was sent, its beginning: it has been judged by then. */
      body: string;
      /** The body is longer than what was read of it. */
      isCut: boolean;
    }
  | { kind: 'failed'; reason: string; ms: number };

export interface TrafficOptions {
  /** Names the run in every trace id: 8 hexadecimal digits, see `mintRun`. */
  run: string;
  signal: AbortSignal;
  clock: Clock;
  random?: RandomBytes;
  /** Requests that are begun in a second, evenly; as many as answers allow, when it is absent. */
  rate?: number;
  /** Nothing more is sent when the first request gets no answer. */
  mustReach?: boolean;
  /** Told after each answer. */
  notify?(sent: SentRequest): void;
}

/** The header by which an application knows traffic of a test. */
export const TEST_HEADER = 'X-Zap-Obs-Traffic';

/** By which all requests of a run are found where their trace ids have been replaced: X-Ray keeps it. */
export function userAgentOf(run: string): string {
  return `zap-obs/${run}`;
}

/** Requests on their way at a time. A rate may need many, where answers are slow. */
const AT_ONCE = { unhurried: 4, paced: 64 };
/** Milliseconds; longer where a request may take longer. */
const PATIENCE = 10_000;
const MOST_BODY = 1024 * 1024;
/** Characters. */
const KEPT_BODY = 2000;

/**
 * Which requests are sent, in order: each that is expected once, then those that leave a trace in turn, since only they prove
 * anything request by request.
 *
 * @param count of all; at least each is sent once
 */
export function planTraffic(requests: readonly ExpectedRequest[], count: number): ExpectedRequest[] {
  const traced = requests.filter(({ isTraced }) => isTraced);
  const turns = traced.length > 0 ? traced : requests;
  const more = turns.length > 0 ? Math.max(count - requests.length, 0) : 0;
  return [...requests, ...Array.from({ length: more }, (_, index) => turns[index % turns.length] as ExpectedRequest)];
}

/**
 * Sends requests, each with a trace id of its own.
 *
 * @returns what came of each, in the order given
 * @throws UserFault when the base URL is none, or nothing answers there that must; the signal's reason when that aborts
 */
export async function sendRequests(
  requests: readonly ExpectedRequest[],
  baseUrl: string,
  options: TrafficOptions,
): Promise<SentRequest[]> {
  const { clock, signal, run, rate, mustReach, notify } = options;
  const base = baseOf(baseUrl);
  const begun = clock.now();
  const prefix = tracePrefix(begun, run);
  const sent: SentRequest[] = [];
  const waiting = [...requests.entries()];
  const [first] = waiting;
  if (mustReach && first) {
    waiting.shift();
    const one = await send(first[1], base, prefix, options);
    if (one.answer.kind === 'failed') throw unreachable(baseUrl, one.answer);
    sent.push(one);
    notify?.(one);
  }
  const work = async () => {
    for (let next = waiting.shift(); next; next = waiting.shift()) {
      const [index, request] = next;
      const early = rate === undefined ? 0 : begun + (index * 1000) / rate - clock.now();
      if (early > 0) await clock.sleep(early, signal);
      const one = await send(request, base, prefix, options);
      sent[index] = one;
      notify?.(one);
    }
  };
  const most = rate === undefined ? AT_ONCE.unhurried : AT_ONCE.paced;
  await Promise.all(Array.from({ length: Math.min(most, requests.length) }, work));
  return sent;
}

function unreachable(url: string, { reason, ms }: Extract<Answer, { kind: 'failed' }>): UserFault {
  return new UserFault({
    what: `Nothing answers at ${url}`,
    seen: `${reason}, after ${ms} ms`,
    fix: 'Check the URL, and that this machine can reach it: an internal load balancer answers inside its VPC only',
  });
}

function baseOf(baseUrl: string): string {
  const url = URL.canParse(baseUrl) ? new URL(baseUrl) : undefined;
  if (url && /^https?:$/.test(url.protocol) && !url.username && !url.search && !url.hash) {
    return url.href.replace(/\/$/, '');
  }
  throw new UserFault({
    what: 'The base URL cannot be used',
    seen: shown(baseUrl),
    fix: 'Give one like `http://127.0.0.1:5000`, without credentials, query and `#`',
  });
}

async function send(
  request: ExpectedRequest,
  base: string,
  prefix: string,
  options: TrafficOptions,
): Promise<SentRequest> {
  const { run, signal, clock, random } = options;
  signal.throwIfAborted();
  const startedAt = clock.now();
  const { traceId, spanId, traceparent } = mintTrace(prefix, random);
  const patience = Math.max(PATIENCE, (request.maxMs ?? 0) + 1000);
  const limit = withTimeout(signal, patience);
  const passed = () => Math.max(clock.now() - startedAt, 0);
  const judged = (answer: Answer, replaced?: ReplacedId): SentRequest => {
    const findings = checkAnswer(request, answer);
    // What was read is judged; a thousand bodies are not kept.
    const kept = answer.kind === 'answered' ? { ...answer, body: answer.body.slice(0, KEPT_BODY) } : answer;
    return { request, traceId, spanId, startedAt, answer: kept, findings, ...(replaced && { replaced }) };
  };
  try {
    const response = await fetch(base + request.path, {
      method: request.method,
      headers: { traceparent, [TEST_HEADER]: 'true', 'user-agent': userAgentOf(run) },
      redirect: 'manual',
      signal: limit,
    });
    const body = await bodyOf(response);
    const answer: Answer = { kind: 'answered', status: response.status, ms: passed(), ...body };
    return judged(answer, replacedId(response.headers, traceId));
  } catch (error) {
    signal.throwIfAborted();
    const reason = limit.aborted ? `no full answer within ${patience / 1000} s` : reasonOf(error);
    return judged({ kind: 'failed', reason, ms: passed() });
  }
}

async function bodyOf({ body }: Response): Promise<{ body: string; isCut: boolean }> {
  const parts: Uint8Array[] = [];
  let size = 0;
  // Leaving the loop ends the download.
  for await (const part of body ?? []) {
    parts.push(part);
    size += part.length;
    if (size > MOST_BODY) break;
  }
  return { body: Buffer.concat(parts).subarray(0, MOST_BODY).toString(), isCut: size > MOST_BODY };
}

const REASONS: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'the connection was refused: nothing listens there',
  ECONNRESET: 'the connection was reset',
  UND_ERR_SOCKET: 'the connection was closed before the answer was complete',
  EPIPE: 'the connection was closed',
  ENOTFOUND: 'the host name is unknown',
  EAI_AGAIN: 'the host name cannot be looked up now',
  EHOSTUNREACH: 'the host cannot be reached',
  ENETUNREACH: 'the network cannot be reached',
};

/** Why a request has no answer. What went wrong hides in the causes of fetch's own error. */
export function reasonOf(error: unknown): string {
  const { name, code = '', message, cause, errors } = error as Error & { code?: string; errors?: unknown[] };
  if (REASONS[code]) return REASONS[code];
  // https://fetch.spec.whatwg.org/#port-blocking
  if (message === 'bad port') return 'this port is one of those that are never used for HTTP';
  if (name === 'HTTPParserError') return `the answer is no HTTP (${message})`;
  const inner = errors?.[0] ?? cause;
  if (inner instanceof Error) return reasonOf(inner);
  return code ? `${message} (${code})` : message;
}

/** Whether an answer is as expected: one finding for each thing that is expected of it. */
export function checkAnswer(request: ExpectedRequest, answer: Answer): Finding[] {
  const { name, place } = request;
  const status = { name: `${name}: status ${request.status}`, place };
  if (answer.kind === 'failed') {
    const fix = `Look at the application's log: \`${request.method} ${request.path}\` got no answer`;
    return [{ ...status, passed: false, seen: `no answer after ${answer.ms} ms: ${answer.reason}`, fix }];
  }
  const findings: Finding[] = [statusFinding(request, answer, status)];
  if (request.json !== undefined) findings.push(jsonFinding(request, answer));
  if (request.maxMs !== undefined) {
    const passed = answer.ms <= request.maxMs;
    const seen = `${answer.ms} ms to the last byte`;
    const fix = 'Look for what the request waits for, or raise `max-ms`';
    findings.push({ name: `${name}: within ${request.maxMs} ms`, passed, seen, place, ...(!passed && { fix }) });
  }
  return findings;
}

/** What is expected of answers, each thing once: how many of them were so, and what the first other one was like. */
export function answerFindings(sent: readonly SentRequest[]): Finding[] {
  const all = Map.groupBy(
    sent.flatMap(({ findings }) => findings),
    ({ name }) => name,
  );
  return [...all.values()].flatMap(same => {
    const failed = same.filter(({ passed }) => !passed);
    const told = failed[0] ?? same[0];
    if (!told || same.length === 1) return same;
    const times = failed.length > 0 ? `${failed.length} of ${same.length} were not` : `all ${same.length}`;
    return [{ ...told, seen: told.seen === undefined ? times : `${told.seen} (${times})` }];
  });
}

type Answered = Extract<Answer, { kind: 'answered' }>;

function statusFinding(request: ExpectedRequest, answer: Answered, about: Pick<Finding, 'name'>): Finding {
  const { status, body } = answer;
  if (status === request.status) return { ...about, passed: true, seen: `${status}` };
  const seen = body.trim() === '' ? `${status}, without a body` : `${status}, ${shortened(body)}`;
  const fix =
    status >= 300 && status < 400
      ? 'Expect the status of the redirect, or the path that it leads to: redirects are not followed'
      : `Mend what answers \`${request.method} ${request.path}\`, or expect \`status: ${status}\``;
  return { ...about, passed: false, seen, fix };
}

function jsonFinding({ name, json, place, method, path }: ExpectedRequest, { body, isCut }: Answered): Finding {
  const about = { name: `${name}: JSON`, place };
  const fix = `Mend what answers \`${method} ${path}\`, or what \`json\` expects`;
  if (isCut) return { ...about, passed: false, seen: 'a body of more than 1 MiB', fix };
  const value = jsonOf(body);
  if (value === undefined)
    return { ...about, passed: false, seen: `no JSON: ${body === '' ? 'an empty body' : shortened(body)}`, fix };
  const found = mismatches(json ?? null, value);
  if (found.length === 0) return { ...about, passed: true };
  const told = found
    .slice(0, 3)
    .map(({ path, expected, seen }) => `${path ? `\`${path}\`` : 'it'} is ${seen} instead of ${expected}`);
  if (found.length > told.length) told.push(`${found.length - told.length} more differences`);
  return { ...about, passed: false, seen: told.join('; '), fix };
}

function shortened(body: string): string {
  return shown(body.replaceAll(/\s+/g, ' ').trim(), 160);
}
