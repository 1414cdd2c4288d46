import { createHash } from 'node:crypto';

/** Credentials that end. */
export interface IssuedKey {
  accessKeyId: string;
  secretAccessKey: string;
  sessionToken: string;
  /** ISO 8601. */
  expiration: string;
}

/** The credentials that this AWS has handed out, and those that it takes without having done so. */
export class AccessKeys {
  readonly #secrets = new Map<string, string>();
  readonly #now: () => Date;

  constructor(now: () => Date) {
    this.#now = now;
  }

  /** New credentials; the same `purpose` at the same turn gives the same ones in every run. */
  issue(purpose: string, seconds: number): IssuedKey {
    const digest = createHash('sha256').update(`${purpose}/${this.#secrets.size}`).digest('hex');
    const accessKeyId = `ASIA${digest.slice(0, 16).toUpperCase()}`;
    const secretAccessKey = digest.slice(0, 40);
    this.#secrets.set(accessKeyId, secretAccessKey);
    const expiration = new Date(this.#now().getTime() + seconds * 1000).toISOString();
    return { accessKeyId, secretAccessKey, sessionToken: `local-${digest}`, expiration };
  }

  /** Undefined where it is not known, so that no signature of it can be verified. */
  secretOf(accessKeyId: string): string | undefined {
    return this.#secrets.get(accessKeyId);
  }
}
