import { expect, it } from 'vitest';
import { engineStep } from './engine.ts';

const nothing = { isThere: false, canInstall: false, mayInstall: false, isTerminal: false };

it.each([
  [
    'uses an engine that answers, whatever may be installed',
    { isThere: true, canInstall: true, mayInstall: true },
    'use',
  ],
  ['installs what the user has agreed to', { canInstall: true, mayInstall: true, isTerminal: true }, 'install'],
  ['asks at a terminal', { canInstall: true, isTerminal: true }, 'ask'],
  ['neither asks nor installs in a script', { canInstall: true }, 'simulate'],
  ['does not ask for what it cannot do', { isTerminal: true }, 'simulate'],
  ['goes on simulated where agreeing does not help', { mayInstall: true, isTerminal: true }, 'simulate'],
])('%s', (_, situation, step) => {
  expect(engineStep({ ...nothing, ...situation })).toBe(step);
});
