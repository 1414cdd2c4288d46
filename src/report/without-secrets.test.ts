import { expect, it } from 'vitest';
import { withoutSecrets } from './without-secrets.ts';

it('replaces a secret in every text, and leaves our own words alone', () => {
  const result = {
    action: 'update',
    reason: 'update of x',
    ids: ['update'],
    of: { details: [{ text: 'an update' }] },
    at: 1,
  };
  const redact = (text: string) => text.replaceAll('update', '***');
  expect(withoutSecrets(result, redact)).toEqual({
    action: 'update',
    reason: '*** of x',
    ids: ['***'],
    of: { details: [{ text: 'an ***' }] },
    at: 1,
  });
  expect(withoutSecrets({ a: undefined, b: null }, redact)).toEqual({ a: undefined, b: null });
});
