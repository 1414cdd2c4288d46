import { createHash } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { Sha256 } from '@smithy/core/checksum';
import { SignatureV4 } from '@smithy/signature-v4';
import type { AccessKeys, KnownKey } from './access-keys.ts';
import { parseAmzDate, skewBetween } from './amz-date.ts';
import { AwsError } from './aws-error.ts';
import { expiredCredentials, unknownCredentials } from './credentials.ts';

/** A request as it came over the wire. */
export interface SignedRequest {
  method: string;
  /** Path and query. */
  target: string;
  headers: IncomingHttpHeaders;
  /** Still compressed, if it was sent so. */
  body: Buffer;
}

/** What a signature has to be good for. */
export interface Purpose {
  service: string;
  /** Any one, where it is undefined. */
  region: string | undefined;
  keys: AccessKeys;
  now: Date;
}

/** The parts of an Authorization header. */
interface Authorization {
  accessKeyId: string;
  day: string;
  region: string;
  service: string;
  terminator: string;
  /** Lower case. */
  signedHeaders: string[];
  signature: string;
}

/**
 * Verifies a request's Signature Version 4 in its Authorization header, and refuses as Amazon API Gateway does, which
 * stands in front of Amazon Managed Prometheus. The words are those of public reports: grafana/tempo#2973 (signature),
 * prometheus-community/helm-charts#2402 (none), aws/aws-sdk-js-v3#1831 (service), n8n-io/n8n#21337 (region).
 *
 * @throws AwsError 403, saying why
 */
export async function verifySignature(request: SignedRequest, purpose: Purpose): Promise<void> {
  const { headers } = request;
  const authorization = readAuthorization(headers);
  checkScope(authorization, headers, purpose);
  const key = findKey(authorization, headers, purpose);
  const signedAt = parseAmzDate(headers['x-amz-date']) ?? Number.NaN;
  const skew = skewBetween(signedAt, purpose.now.getTime());
  if (skew !== undefined) throw invalid(skew);
  if (!authorization.signedHeaders.includes('host')) {
    throw invalid("'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization.");
  }
  const expected = await signAgain(request, authorization, key, new Date(signedAt));
  const sentHash = headers['x-amz-content-sha256'];
  const isOfBody = sentHash === undefined || sentHash === createHash('sha256').update(request.body).digest('hex');
  if (!isOfBody || expected.signature !== authorization.signature) throw mismatch(expected);
}

/** Reads the header in its documented form; spaces after the commas are optional. */
function readAuthorization(headers: IncomingHttpHeaders): Authorization {
  const given = headers.authorization;
  if (given === undefined) {
    throw new AwsError('MissingAuthenticationTokenException', 'Missing Authentication Token', 403);
  }
  const [algorithm, fields = ''] = given.split(/ (.*)/);
  const field = (name: string) => new RegExp(`(?:^|,)\\s*${name}=([^,\\s]+)`).exec(fields)?.[1] ?? '';
  const [credential, signedHeaders, signature] = [field('Credential'), field('SignedHeaders'), field('Signature')];
  const wrong = [
    algorithm !== 'AWS4-HMAC-SHA256' && `Algorithm must be AWS4-HMAC-SHA256, not '${algorithm}'.`,
    credential === '' && "Authorization header requires 'Credential' parameter.",
    signature === '' && "Authorization header requires 'Signature' parameter.",
    signedHeaders === '' && "Authorization header requires 'SignedHeaders' parameter.",
    parseAmzDate(headers['x-amz-date']) === undefined &&
      "Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header.",
  ].filter(one => one !== false);
  if (wrong.length > 0) throw new AwsError('IncompleteSignatureException', wrong.join(' '), 403);
  const [accessKeyId = '', day = '', region = '', service = '', terminator = ''] = credential.split('/');
  const names = signedHeaders.toLowerCase().split(';');
  return { accessKeyId, day, region, service, terminator, signedHeaders: names, signature };
}

/** AWS says at once all that is wrong with a credential's scope. */
function checkScope(given: Authorization, headers: IncomingHttpHeaders, { service, region }: Purpose): void {
  const date = String(headers['x-amz-date']);
  const day = date.slice(0, 8);
  const wrong = [
    region !== undefined && given.region !== region && 'Credential should be scoped to a valid region. ',
    given.service !== service && `Credential should be scoped to correct service: '${service}'. `,
    given.terminator !== 'aws4_request' &&
      `Credential should be scoped with a valid terminator: 'aws4_request', not '${given.terminator}'. `,
    given.day !== day &&
      `Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: '${given.day}' != '${day}', from '${date}'. `,
  ].filter(one => one !== false);
  if (wrong.length > 0) throw invalid(wrong.join(''));
}

/** Temporary credentials are good with their token only, and until they end. */
function findKey(
  { accessKeyId }: Authorization,
  headers: IncomingHttpHeaders,
  { service, keys, now }: Purpose,
): KnownKey {
  const key = keys.find(accessKeyId);
  const token = headers['x-amz-security-token'];
  if (!key || key.sessionToken !== token) throw unknownCredentials(service);
  if (key.expiration !== undefined && Date.parse(key.expiration) <= now.getTime()) throw expiredCredentials(service);
  return key;
}

/** What the signature should have been, and of what. */
interface Expected {
  signature: string;
  canonicalRequest: string;
  stringToSign: string;
}

/** The SDK's signer, which tells what it has signed. */
class TellingSigner extends SignatureV4 {
  canonicalRequest = '';
  stringToSign = '';

  override createCanonicalRequest(...parts: Parameters<SignatureV4['createCanonicalRequest']>): string {
    this.canonicalRequest = super.createCanonicalRequest(...parts);
    return this.canonicalRequest;
  }

  override async createStringToSign(...parts: Parameters<SignatureV4['createStringToSign']>): Promise<string> {
    this.stringToSign = await super.createStringToSign(...parts);
    return this.stringToSign;
  }
}

/** Signs what the caller says to have signed, at the time and for the scope that it names. */
async function signAgain(
  { method, target, headers, body }: SignedRequest,
  { region, service, signedHeaders }: Authorization,
  { accessKeyId, secretAccessKey }: KnownKey,
  signingDate: Date,
): Promise<Expected> {
  const signer = new TellingSigner({
    // The token is among the headers already, if it was signed.
    credentials: { accessKeyId, secretAccessKey },
    region,
    service,
    sha256: Sha256,
    applyChecksum: false,
  });
  const { path, query } = readTarget(target);
  const signed = signedHeaders.map(name => [name, String(headers[name] ?? '')]);
  const request = { method, protocol: 'http:', hostname: '', path, query, headers: Object.fromEntries(signed), body };
  const { headers: made } = await signer.sign(request, { signingDate, signableHeaders: new Set(signedHeaders) });
  const { canonicalRequest, stringToSign } = signer;
  return { signature: /Signature=(\w+)$/.exec(String(made.authorization))?.[1] ?? '', canonicalRequest, stringToSign };
}

/** Query parameters decoded, since clients leave different characters unescaped, such as `(`; of one name in their order. */
function readTarget(target: string): { path: string; query: Record<string, string[]> } {
  const [path = '/', search = ''] = target.split(/\?(.*)/s);
  const query: Record<string, string[]> = {};
  for (const [name, value] of new URLSearchParams(search)) {
    query[name] = [...(query[name] ?? []), value];
  }
  return { path, query };
}

function invalid(message: string): AwsError {
  return new AwsError('InvalidSignatureException', message, 403);
}

function mismatch({ canonicalRequest, stringToSign }: Expected): AwsError {
  return invalid(
    `The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details.\n\nThe Canonical String for this request should have been\n'${canonicalRequest}'\n\nThe String-to-Sign should have been\n'${stringToSign}'\n`,
  );
}
