import { createHash } from 'node:crypto';

/** Credentials that end. */
export interface IssuedKey {
  accessKeyId: string;
  secretAccessKey: string;
  sessionToken: string;
  /** ISO 8601. */
  expiration: string;
}

/** A pair of keys that does not end. */
export interface KeyPair {
  accessKeyId: string;
  secretAccessKey: string;
}

/**
 * Pairs that are known without having been issued: what is printed for people, what this repository's tools and tests use,
 * and what sessions with a local AWS have (src/aws/session.aws.ts).
 */
export const WELL_KNOWN_KEYS = {
  example: { accessKeyId: 'AKIALOCALEXAMPLE0000', secretAccessKey: 'local' },
  test: { accessKeyId: 'test', secretAccessKey: 'test' },
  local: { accessKeyId: 'local', secretAccessKey: 'local' },
} satisfies Record<string, KeyPair>;

/** What is known of credentials by their access key id: those that were issued have a token and an end. */
export type KnownKey = KeyPair & Partial<IssuedKey>;

/** The credentials that this AWS has handed out, and those that it takes without having done so. */
export class AccessKeys {
  readonly #issued = new Map<string, IssuedKey>();
  readonly #holders = new Map<string, string>();
  readonly #now: () => Date;

  constructor(now: () => Date) {
    this.#now = now;
  }

  /**
   * New credentials; the same `purpose` at the same turn gives the same ones in every run.
   *
   * @param holder ARN of whoever gets them
   */
  issue(purpose: string, seconds: number, holder = purpose): IssuedKey {
    const digest = createHash('sha256').update(`${purpose}/${this.#issued.size}`).digest('hex');
    const accessKeyId = `ASIA${digest.slice(0, 16).toUpperCase()}`;
    const secretAccessKey = digest.slice(0, 40);
    const expiration = new Date(this.#now().getTime() + seconds * 1000).toISOString();
    const key = { accessKeyId, secretAccessKey, sessionToken: `local-${digest}`, expiration };
    this.#issued.set(accessKeyId, key);
    this.#holders.set(accessKeyId, holder);
    return key;
  }

  /** Who calls with them; undefined for those that were not issued here. */
  holderOf(accessKeyId: string): string | undefined {
    return this.#holders.get(accessKeyId);
  }

  /** Undefined where AWS would say that it has never seen it. */
  find(accessKeyId: string): KnownKey | undefined {
    const wellKnown = Object.values(WELL_KNOWN_KEYS).find(key => key.accessKeyId === accessKeyId);
    return wellKnown ?? this.#issued.get(accessKeyId);
  }

  /** Undefined where it is not known, so that no signature of it can be verified. */
  secretOf(accessKeyId: string): string | undefined {
    return this.find(accessKeyId)?.secretAccessKey;
  }
}
