import { expect, it } from 'vitest';
import { tokenClaims } from './token-claims.ts';

const tokenWith = (claims: unknown) => `e30.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.c2lnbmF0dXJl`;

it('has what a trust policy can ask for, and not the rest', () => {
  const claims = {
    aud: 'sts.amazonaws.com',
    sub: 'repo:org@1/shop@2:ref:refs/heads/main',
    ref: 'refs/heads/main',
    exp: 1,
    jti: 'x',
  };
  expect(tokenClaims(tokenWith(claims))).toBe(
    'sub=repo:org@1/shop@2:ref:refs/heads/main, aud=sts.amazonaws.com, ref=refs/heads/main',
  );
});

it.each(['', 'a.b.c', 'e30', tokenWith(null), tokenWith('text'), tokenWith({ sub: 1 })])('is none of %j', token => {
  expect(tokenClaims(token)).toBeUndefined();
});
