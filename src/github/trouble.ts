/**
 * Why GitHub did not do what it was asked. `refused`: the token may not; `gone`: there is no such thing, or the token may not know
 * of it; `rejected`: it never will; `later`: too much was asked of it; `down`: there was no answer, or none of GitHub's.
 */
export type TroubleKind = 'refused' | 'gone' | 'rejected' | 'later' | 'down';

export class Trouble extends Error {
  readonly kind: TroubleKind;
  /** For how long GitHub wants to be left alone, in milliseconds; 0 where it does not say. */
  readonly wait: number;

  constructor(kind: TroubleKind, message: string, wait = 0) {
    super(message);
    this.name = 'Trouble';
    this.kind = kind;
    this.wait = wait;
  }
}

/** An answer that is no success. */
export interface Refusal {
  /** Undefined when there was no answer. */
  status: number | undefined;
  headers: Readonly<Record<string, string | number | undefined>>;
  message: string;
}

/** What GitHub's words are cut to: a proxy may answer with a whole page. */
const MOST = 300;

/** Without a word of GitHub's, so long a client is to keep still after a secondary limit. */
const A_MINUTE = 60_000;

/**
 * What a refusal means. https://docs.github.com/rest/using-the-rest-api/troubleshooting-the-rest-api and
 * https://docs.github.com/rest/using-the-rest-api/rate-limits-for-the-rest-api
 *
 * @param now in milliseconds since the Unix epoch
 */
export function troubleOf({ status, headers, message }: Refusal, now: number): Trouble {
  const words = message.replaceAll(/\s+/g, ' ').trim();
  const seen = status === undefined ? words : `${status}: ${words.length > MOST ? `${words.slice(0, MOST)}…` : words}`;
  if (status === undefined || status >= 500) return new Trouble('down', seen, secondsIn(headers['retry-after']));
  const isLimited =
    status === 429 ||
    (status === 403 &&
      (headers['retry-after'] !== undefined ||
        String(headers['x-ratelimit-remaining']) === '0' ||
        /rate limit|abuse/i.test(message)));
  if (isLimited) return new Trouble('later', seen, waitIn(headers, now));
  if (status === 401 || status === 403) return new Trouble('refused', seen);
  if (status === 404 || status === 410) return new Trouble('gone', seen);
  return new Trouble('rejected', seen);
}

function waitIn(headers: Refusal['headers'], now: number): number {
  const asked = secondsIn(headers['retry-after']);
  if (asked > 0) return asked;
  const reset = Number(headers['x-ratelimit-reset']) * 1000 - now;
  return String(headers['x-ratelimit-remaining']) === '0' && reset > 0 ? reset : A_MINUTE;
}

function secondsIn(header: string | number | undefined): number {
  const seconds = Number(header);
  return header !== undefined && seconds > 0 ? seconds * 1000 : 0;
}
