import { createHash } from 'node:crypto';

/** So long a token is good, in seconds: https://docs.aws.amazon.com/AmazonECR/latest/userguide/registry_auth.html */
const LIFE = 12 * 3600;

/** The one user name that the registry takes. */
const USER = 'AWS';

/** A token as GetAuthorizationToken hands it out. */
export interface IssuedToken {
  /** Base64 of `AWS:<password>`, which is what a client sends after `Basic `. */
  token: string;
  expiresAt: Date;
}

/** What an `Authorization` header is worth. */
export type Standing = 'good' | 'expired' | 'unknown';

/** The tokens with which clients log in to the registry. */
export class RegistryTokens {
  /** When each ends, in milliseconds since 1970. */
  readonly #ends = new Map<string, number>();
  readonly #now: () => Date;

  constructor(now: () => Date) {
    this.#now = now;
  }

  /** One more token; the n-th is the same in every run. */
  issue(): IssuedToken {
    const password = createHash('sha256').update(`ecr/${this.#ends.size}`).digest('base64url');
    const token = Buffer.from(`${USER}:${password}`).toString('base64');
    const end = this.#now().getTime() + LIFE * 1000;
    this.#ends.set(token, end);
    return { token, expiresAt: new Date(end) };
  }

  standing(authorization: string | undefined): Standing {
    const end = this.#ends.get(tokenIn(authorization));
    if (end === undefined) return 'unknown';
    return this.#now().getTime() < end ? 'good' : 'expired';
  }

  /** Lets the token of a request end now. */
  expire(authorization: string | undefined): void {
    const token = tokenIn(authorization);
    if (this.#ends.has(token)) this.#ends.set(token, this.#now().getTime());
  }
}

function tokenIn(authorization: string | undefined): string {
  return /^Basic (\S+)$/i.exec(authorization ?? '')?.[1] ?? '';
}
