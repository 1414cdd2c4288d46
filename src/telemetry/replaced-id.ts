import type { Finding } from './finding.ts';
import { plainTraceId, xrayTraceId } from './trace-id.ts';
import type { SentRequest } from './traffic.ts';

/** A trace id in an answer that is not the one which the request carried. */
export interface ReplacedId {
  /** The header that tells it, in small letters. */
  header: string;
  /** 32 hexadecimal digits. */
  traceId: string;
}

/**
 * Headers in which answers name their trace: https://www.w3.org/TR/trace-context/#traceparent-header,
 * https://w3c.github.io/trace-context/#trace-context-http-response-headers-format (a draft),
 * https://docs.aws.amazon.com/xray/latest/devguide/xray-concepts.html#xray-concepts-tracingheader
 */
const HEADERS: Readonly<Record<string, (value: string) => string | undefined>> = {
  traceparent: ofW3c,
  traceresponse: ofW3c,
  'x-amzn-trace-id': plainTraceId,
};

function ofW3c(value: string): string | undefined {
  return plainTraceId(/^[0-9a-f]{2}-([0-9a-f]{32})-/i.exec(value.trim())?.[1] ?? '');
}

/** Tells of an answer that belongs to another trace than the request has begun; nothing when it does not say so. */
export function replacedId(headers: Pick<Headers, 'get'>, traceId: string): ReplacedId | undefined {
  for (const [header, read] of Object.entries(HEADERS)) {
    const told = read(headers.get(header) ?? '');
    if (told !== undefined && told !== traceId) return { header, traceId: told };
  }
  return undefined;
}

/** What answers say of their traces: a hint, since what stands before an application may name a trace of its own. */
export function replacedNote(sent: readonly SentRequest[]): string | undefined {
  const [first, ...others] = sent.flatMap(({ request, replaced }) => (replaced ? [{ request, ...replaced }] : []));
  if (!first) return undefined;
  const { header, traceId, request } = first;
  const more = others.length > 0 ? ` and ${others.length} more` : '';
  return `The header \`${header}\` of the answer to ${request.name}${more} names another trace than the request has begun: ${xrayTraceId(traceId)}`;
}

/** So far from the requests X-Ray's own ids may begin, in seconds: they begin with the time. */
const NEAR = 3600;
const TOLD = 3;

/**
 * Why minted ids are not found while traces of the same run are there under others.
 *
 * @param lost requests whose ids were not found; their answers may name another trace
 * @param strangers ids of traces with the run's user agent that nobody has minted
 */
export function explainReplaced(
  lost: readonly SentRequest[],
  strangers: readonly string[],
): Pick<Finding, 'cause' | 'fix'> | undefined {
  const answers = lost.flatMap(({ replaced }) => replaced ?? []);
  const headers = [...new Set(answers.map(({ header }) => `\`${header}\``))].join(', ');
  const [first] = lost;
  if (!first) return undefined;
  if (strangers.length > 0) return explain(first, strangers, "traces with this run's user agent have");
  const named = [...new Set(answers.map(({ traceId }) => traceId))];
  return named.length > 0 ? explain(first, named, `answers name in ${headers}`) : undefined;
}

function explain(first: SentRequest, strangers: readonly string[], where: string): Pick<Finding, 'cause' | 'fix'> {
  const begun = first.startedAt / 1000;
  const isOfXray = strangers.every(id => Math.abs(Number.parseInt(id.slice(0, 8), 16) - begun) < NEAR);
  const found = strangers.slice(0, TOLD).map(xrayTraceId).join(', ');
  const more = strangers.length > TOLD ? ` and ${strangers.length - TOLD} more` : '';
  const origin = isOfXray
    ? "These begin with the time, as X-Ray's own do: a load balancer gives such an id in `X-Amzn-Trace-Id`, without `Parent`, and so does an X-Ray id generator of the application that starts a trace of its own"
    : 'These are random, as an SDK mints them that does not read `traceparent`';
  return {
    cause: `The trace id was replaced on the way: ${where} ids that it has not given, ${found}${more} instead of such as ${xrayTraceId(first.traceId)}. ${origin}`,
    fix: isOfXray
      ? 'Let `traceparent` win: set `OTEL_PROPAGATORS=xray,tracecontext,baggage` for the application, because the last propagator that finds a context overrides those before it, and let no proxy remove the header'
      : 'Set `OTEL_PROPAGATORS=tracecontext,baggage` (with `xray` before it where that is needed) for the application, and let no proxy remove the header `traceparent`',
  };
}
