import { createHash } from 'node:crypto';

/** Forms in which a secret may have got somewhere, each with its name. */
export function formsOf(secret: string): Map<string, string> {
  const bytes = Buffer.from(secret);
  return new Map([
    ['plain', secret],
    ['as JSON', JSON.stringify(secret).slice(1, -1)],
    ['URL-encoded', encodeURIComponent(secret)],
    ['in hex', bytes.toString('hex')],
    ...base64sOf(bytes).map((text, shift): [string, string] => [`in base64, after ${shift} bytes`, text]),
  ]);
}

/** In base64 as a part of something longer: at each of the three places that a byte can have, without the ends. */
function base64sOf(bytes: Buffer): string[] {
  return [0, 1, 2].map(shift => {
    const text = Buffer.concat([Buffer.alloc(shift), bytes]).toString('base64');
    return text.slice(Math.ceil((shift * 8) / 6), -4);
  });
}

/**
 * Where secrets are found that should be nowhere.
 *
 * @param texts by what they are
 * @param secrets by what they are
 * @returns `what in where (how)`
 */
export function findSecrets(texts: ReadonlyMap<string, string>, secrets: ReadonlyMap<string, string>): string[] {
  const found: string[] = [];
  for (const [where, text] of texts) {
    // Both alphabets of base64, and hex in either case, are one.
    const lower = text.toLowerCase();
    const standard = text.replaceAll('-', '+').replaceAll('_', '/');
    for (const [what, secret] of secrets)
      for (const [how, form] of formsOf(secret)) {
        const isThere = how === 'in hex' ? lower.includes(form) : text.includes(form) || standard.includes(form);
        if (isThere) found.push(`${what} in ${where} (${how})`);
      }
  }
  return found;
}

/** What the log shows to people: the runner replaces what it was told to mask from then on, also in base64. */
export function shownByRunner(log: string): string {
  const masked = new Set<string>();
  const lines = log.split('\n').flatMap(line => {
    const [, secret] = /^\s*::add-mask::(.*?)\r?$/.exec(line) ?? [];
    if (secret !== undefined) {
      if (secret !== '') masked.add(secret.replaceAll('%0A', '\n').replaceAll('%25', '%'));
      return [];
    }
    return [[...masked].reduce((text, one) => text.replaceAll(one, '***'), line)];
  });
  return lines.join('\n');
}

/**
 * The keys that the local AWS gives for a role: it makes them of its name and of how many it has given before
 * (local/aws/src/wire/access-keys.ts).
 */
export function issuedSecrets(roleArn: string, sessionName: string): Map<string, string> {
  const digests = Array.from({ length: 60 }, (_, index) =>
    createHash('sha256').update(`${roleArn}/${sessionName}/${index}`).digest('hex'),
  );
  return new Map(
    digests.flatMap((digest, index) => [
      [`secret key ${index} of the role`, digest.slice(0, 40)],
      [`session token ${index} of the role`, `local-${digest}`],
    ]),
  );
}
