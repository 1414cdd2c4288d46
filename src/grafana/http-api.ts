import * as v from 'valibot';
import { orAbort } from '../runner/cancellation.ts';
import type { Clock } from '../runner/clock.ts';
import { UserFault } from '../runner/fault.ts';
import { reasonOf } from '../telemetry/traffic.ts';

/** What keeps Grafana from being provisioned at all: nothing else need be tried. */
export class GrafanaUnusable extends UserFault {}

/** Grafana's answer to a request that it understood. */
export interface GrafanaAnswer {
  status: number;
  /** Parsed JSON. */
  body: unknown;
}

export interface GrafanaApiOptions {
  /** Without a slash at the end. */
  url: string;
  token: string;
  clock: Clock;
  /** In [0, 1). */
  random: () => number;
  signal: AbortSignal;
  send?: typeof fetch;
}

const ATTEMPTS = 4;
/** Milliseconds that one answer may take: a health check asks AWS in its turn. */
const PATIENCE = 30_000;
/** Milliseconds between attempts: at first, and at most when Grafana asks for more in `Retry-After`. */
const FIRST_PAUSE = 500;
const LONGEST_PAUSE = 15_000;

const messageSchema = v.object({ message: v.string() });

/**
 * Grafana's HTTP API, with a service account's token: https://grafana.com/docs/grafana/latest/developers/http_api/. Asks again
 * where that may help: after 429, 5xx, a connection that broke, a page that is none of Grafana's, and 401 where the token is
 * so young that not every server may know it (unverified of Amazon Managed Grafana).
 *
 * @throws GrafanaUnusable for what further requests would meet too
 */
export class GrafanaApi {
  readonly #options: GrafanaApiOptions;

  constructor(options: GrafanaApiOptions) {
    this.#options = options;
  }

  async ask(method: 'GET' | 'POST' | 'PUT', path: string, body?: object): Promise<GrafanaAnswer> {
    const { clock, random, signal } = this.#options;
    for (let attempt = 1; ; attempt += 1) {
      const outcome = await this.#try(method, path, body);
      if (!('fault' in outcome)) return outcome;
      if (!outcome.mayPass || attempt === ATTEMPTS) throw outcome.fault;
      const pause = outcome.pause ?? FIRST_PAUSE * 2 ** (attempt - 1) * (0.8 + 0.4 * random());
      await clock.sleep(Math.min(pause, LONGEST_PAUSE), signal);
    }
  }

  async #try(method: string, path: string, body: object | undefined): Promise<GrafanaAnswer | Failure> {
    const { url, token, signal, send = fetch } = this.#options;
    const what = `${method} ${path}`;
    const limit = AbortSignal.timeout(PATIENCE);
    try {
      const request = send(url + path, {
        method,
        headers: {
          authorization: `Bearer ${token}`,
          accept: 'application/json',
          ...(body && { 'content-type': 'application/json' }),
        },
        ...(body && { body: JSON.stringify(body) }),
        // One without a session is sent to the sign-in page.
        redirect: 'manual',
        signal: AbortSignal.any([signal, limit]),
      });
      const response = await orAbort(request, signal);
      return judge(response, await orAbort(response.text(), signal), what, url);
    } catch (error) {
      if (signal.aborted) throw signal.reason;
      const seen = limit.aborted ? `no full answer within ${PATIENCE / 1000} s` : reasonOf(error);
      return { fault: unreachable(what, url, seen), mayPass: true };
    }
  }
}

interface Failure {
  fault: GrafanaUnusable;
  mayPass: boolean;
  /** Milliseconds that Grafana asks for. */
  pause?: number | undefined;
}

const UNREACHED = 'See whether the workspace lets this machine in (its network access control), and run again';

function unreachable(what: string, url: string, seen: string): GrafanaUnusable {
  return new GrafanaUnusable({ what: `Grafana at ${url} does not answer \`${what}\``, seen, fix: UNREACHED });
}

function judge(response: Response, text: string, what: string, url: string): GrafanaAnswer | Failure {
  const { status } = response;
  const body = parsed(text);
  const seen = `${status}, ${wordsOf(body, text, response)}`;
  const retryAfter = Number(response.headers.get('retry-after') ?? Number.NaN);
  const pause = retryAfter >= 0 ? retryAfter * 1000 : undefined;
  if (status === 429 || (status >= 500 && !isAboutPlugin(body))) {
    const state = status === 429 ? 'is asked too often, and refuses' : 'has a fault of its own, and refuses';
    const fix = 'This may pass by itself: run again';
    return { fault: new GrafanaUnusable({ what: `Grafana ${state} \`${what}\``, seen, fix }), mayPass: true, pause };
  }
  if (body === undefined || (status >= 300 && status < 400)) {
    const fault = new GrafanaUnusable({
      what: `Not Grafana, but something else answers \`${what}\` at ${url}`,
      seen,
      fix: UNREACHED,
    });
    return { fault, mayPass: true };
  }
  if (status === 401) {
    const told = `Grafana does not take the token of its own service account for \`${what}\``;
    const fix =
      'Run again; where that does not help, see in the Grafana workspace whether service accounts are disabled';
    return { fault: new GrafanaUnusable({ what: told, seen, fix }), mayPass: true };
  }
  if (status === 403) {
    const fix = 'See whether the workspace keeps service accounts of role Admin from this, and run again';
    return { fault: new GrafanaUnusable({ what: `Grafana does not allow \`${what}\``, seen, fix }), mayPass: false };
  }
  return { status, body };
}

/** A data source whose plugin is missing is answered with 500, and none of Grafana's troubles. */
function isAboutPlugin(body: unknown): boolean {
  return v.is(messageSchema, body) && /plugin/i.test(body.message);
}

/** `undefined` for what is no JSON; an empty answer is none either, but some successes have one. */
function parsed(text: string): unknown {
  if (text === '') return null;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** What an answer says of itself, cut to what fits into a line. */
export function saidBy(body: unknown): string {
  return v.is(messageSchema, body) ? body.message.slice(0, 300) : JSON.stringify(body)?.slice(0, 300) || 'nothing';
}

function wordsOf(body: unknown, text: string, { headers }: Response): string {
  const location = headers.get('location');
  if (location !== null) return `which leads to ${location.slice(0, 200)}`;
  if (body !== undefined) return saidBy(body);
  const title = /<title[^>]*>([^<]{1,100})/i.exec(text)?.[1]?.trim();
  return title
    ? `a page with the title “${title}”`
    : `no JSON, but ${headers.get('content-type') ?? 'something unnamed'}`;
}
