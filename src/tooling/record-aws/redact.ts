// What of an answer of AWS may be kept: nothing that opens anything, and nothing that says whose account it was.

/** Stands in for every account. */
export const ACCOUNT = '111122223333';

/** Calls whose answers are credentials. */
const CREDENTIALS =
  /GetAuthorizationToken|AssumeRole|GetSessionToken|ServiceAccountTokens?\b|\/serviceaccounts\/[^/]*\/tokens/i;

/** What looks like one, wherever it stands. */
const SECRETS: readonly RegExp[] = [
  /\b(?:AKIA|ASIA|AROA|AIDA)[A-Z0-9]{12,}\b/g,
  /\bglsa_\w+/g,
  /\beyJ[\w-]{10,}(?:\.[\w-]*)*/g,
  /(?<=[?&]X-Amz-(?:Signature|Security-Token|Credential)=)[^&"\s<]+/gi,
  /(?<="(?:secretAccessKey|sessionToken|authorizationToken|accessKeyId|password|key)"\s*:\s*")[^"]+/gi,
  /(?<=<(?:SecretAccessKey|SessionToken|AccessKeyId)>)[^<]+/g,
];

/** An answer to keep; where it is a credential, a note in its place. */
export function redacted(call: string, body: string): string {
  if (CREDENTIALS.test(call)) return '(left out: this answer holds a credential)';
  const opened = SECRETS.reduce((text, secret) => text.replaceAll(secret, '(redacted)'), body);
  return withoutAccounts(opened);
}

/** Accounts have twelve digits. So has nothing else that a fixture would need. */
export function withoutAccounts(text: string): string {
  return text.replaceAll(/(?<!\d)\d{12}(?!\d)/g, ACCOUNT);
}
