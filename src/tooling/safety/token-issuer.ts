import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface TokenIssuer {
  /** Variables with which a job asks for its token. */
  env: Record<string, string>;
  close(): void;
}

/**
 * Stands for GitHub's service of OIDC tokens; refuses whoever does not come with the job's right to ask.
 *
 * @param token what everybody gets, or what one gets for the audience that the request names, as GitHub makes it
 */
export async function startTokenIssuer(
  token: string | ((audience: string) => string),
  right: string,
): Promise<TokenIssuer> {
  const server = createServer((request, response) => {
    const isOurs = request.headers.authorization === `Bearer ${right}`;
    const audience = new URL(request.url ?? '', 'http://issuer').searchParams.get('audience') ?? '';
    const value = typeof token === 'string' ? token : token(audience);
    response.writeHead(isOurs ? 200 : 401).end(JSON.stringify(isOurs ? { value } : {}));
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/token?v=1`;
  return {
    env: { ACTIONS_ID_TOKEN_REQUEST_URL: url, ACTIONS_ID_TOKEN_REQUEST_TOKEN: right },
    close: () => server.close(),
  };
}

/** A token of the form that STS reads, for one subject. The signature is no real one: a local AWS checks none. */
export function tokenOf(subject: string, signature: string, audience = 'sts.amazonaws.com'): string {
  const claims = Buffer.from(JSON.stringify({ sub: subject, aud: audience })).toString('base64url');
  return ['e30', claims, Buffer.from(signature).toString('base64url')].join('.');
}
