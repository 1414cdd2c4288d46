import { expect, it } from 'vitest';
import { readSettings, SettingFault } from './settings.ts';

it('has defaults for everything; empty counts as absent', () => {
  const defaults = { port: 5000, host: undefined, externalUrl: undefined, externalTimeout: 2000 };
  expect(readSettings({})).toEqual(defaults);
  expect(readSettings({ PORT: '', HOST: '', EXTERNAL_URL: ' ', EXTERNAL_TIMEOUT_MS: '' })).toEqual(defaults);
});

it('takes what is given', () => {
  const env = { PORT: ' 8080 ', HOST: '127.0.0.1', EXTERNAL_URL: 'https://example.org/a', EXTERNAL_TIMEOUT_MS: '50' };
  const externalUrl = new URL('https://example.org/a');
  expect(readSettings(env)).toEqual({ port: 8080, host: '127.0.0.1', externalUrl, externalTimeout: 50 });
});

it.each([
  { PORT: '5000x' },
  { PORT: '1e3' },
  { PORT: '-1' },
  { PORT: '65536' },
  { PORT: '0x10' },
  { EXTERNAL_URL: 'example.org' },
  { EXTERNAL_URL: 'file:///etc/passwd' },
  { EXTERNAL_TIMEOUT_MS: '0' },
  { EXTERNAL_TIMEOUT_MS: '2s' },
])('refuses %o and names it, what was seen and what to do', env => {
  const [[name, value] = []] = Object.entries(env);
  expect(() => readSettings(env)).toThrow(SettingFault);
  expect(() => readSettings(env)).toThrow(
    new RegExp(`^${name} must be .* Seen: "${value}"\\. Correct it, or leave it out`),
  );
});
