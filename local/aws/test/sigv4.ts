import { createHash, createHmac } from 'node:crypto';
import { WELL_KNOWN_KEYS } from '../src/wire/access-keys.ts';

/** What a request is signed with; tests change one thing at a time. */
export interface Signing {
  accessKeyId?: string;
  secretAccessKey?: string;
  sessionToken?: string;
  region?: string;
  service?: string;
  at?: Date;
  headers?: Record<string, string>;
}

/**
 * The headers that sign a request with Signature Version 4: written from the documentation ("Create a signed AWS API request",
 * IAM User Guide), since a check by the library that is checked would prove nothing.
 */
export function sign(method: string, address: string, body: string | Buffer = '', signing: Signing = {}) {
  const { region = 'us-east-1', service = 'aps', at = new Date(), sessionToken } = signing;
  const { accessKeyId, secretAccessKey } = { ...WELL_KNOWN_KEYS.example, ...signing };
  const url = new URL(address);
  const date = at.toISOString().replaceAll(/[-:]|\.\d+/g, '');
  const headers: Record<string, string> = {
    ...signing.headers,
    host: url.host,
    'x-amz-date': date,
    ...(sessionToken !== undefined && { 'x-amz-security-token': sessionToken }),
  };
  const names = Object.keys(headers).sort();
  const query = [...url.searchParams].map(([name, value]) => `${escaped(name)}=${escaped(value)}`).sort();
  const canonical = [
    method,
    url.pathname.split('/').map(escaped).join('/'),
    query.join('&'),
    ...names.map(name => `${name}:${headers[name]?.trim().replaceAll(/ +/g, ' ')}`),
    '',
    names.join(';'),
    createHash('sha256').update(body).digest('hex'),
  ].join('\n');
  const scope = [date.slice(0, 8), region, service, 'aws4_request'];
  const hash = createHash('sha256').update(canonical).digest('hex');
  const key = scope.reduce<string | Buffer>((key, part) => hmac(key, part), `AWS4${secretAccessKey}`);
  const signature = hmac(key, ['AWS4-HMAC-SHA256', date, scope.join('/'), hash].join('\n')).toString('hex');
  const { host: _, ...sent } = headers;
  const credential = `${accessKeyId}/${scope.join('/')}`;
  const authorization = `AWS4-HMAC-SHA256 Credential=${credential}, SignedHeaders=${names.join(';')}, Signature=${signature}`;
  return { ...sent, authorization };
}

function hmac(key: string | Buffer, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest();
}

function escaped(text: string): string {
  return encodeURIComponent(text).replaceAll(/[!'()*]/g, c => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);
}

/** New credentials of a local AWS, as a role has them for an hour. */
export async function assumeRole(url: string) {
  const body = 'Action=AssumeRole&RoleArn=arn:aws:iam::000000000000:role/writer&RoleSessionName=test';
  const response = await fetch(url, { method: 'POST', body, headers: sign('POST', url, body, { service: 'sts' }) });
  const answer = await response.text();
  const read = (name: string) => new RegExp(`<${name}>(.*)</${name}>`).exec(answer)?.[1] ?? `no ${name}`;
  return {
    accessKeyId: read('AccessKeyId'),
    secretAccessKey: read('SecretAccessKey'),
    sessionToken: read('SessionToken'),
  };
}
