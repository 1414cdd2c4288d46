import { expect, it } from 'vitest';
import type { Blocker } from './blockers.ts';
import { type Allowed, type Climb, nextRung, type Rung } from './ladder.ts';

const blocker = (remedy: Blocker['remedy'], physicalId = 'repo'): Blocker => ({
  logicalId: 'Thing',
  physicalId,
  type: 'AWS::Some::Thing',
  reason: 'words of AWS',
  what: 'it is',
  fix: 'Do',
  remedy,
});
const [images, time, user, importer] = (['images', 'time', 'user', 'importer'] as const).map(kind => blocker(kind));
const failing = (blockers: (Blocker | undefined)[], more: Partial<Climb> = {}): Climb => ({
  status: 'DELETE_FAILED',
  blockers: blockers.filter(each => each !== undefined),
  failed: ['Thing'],
  emptied: new Set(),
  pauses: 0,
  waited: 0,
  left: 'nothing',
  ...more,
});
const MINUTE = 60_000;

it.each<[string, Climb, Partial<Allowed>, Partial<Rung>]>([
  ['the end', failing([], { status: 'DELETE_COMPLETE' }), { force: true }, { step: 'done' }],
  [
    'another status than DELETE_FAILED',
    failing([user], { status: 'UPDATE_COMPLETE' }),
    { force: true },
    { step: 'stop' },
  ],
  ['images', failing([images]), {}, { step: 'stop' }],
  ['images, allowed', failing([images, user]), { deleteRepositories: true }, { step: 'empty' }],
  [
    'images that are there again',
    failing([images], { emptied: new Set(['repo']) }),
    { deleteRepositories: true },
    { step: 'stop' },
  ],
  [
    'images of another repository',
    failing([images], { emptied: new Set(['other']) }),
    { deleteRepositories: true },
    { step: 'empty' },
  ],
  ['images, by force', failing([images]), { force: true }, { step: 'leave', logicalIds: ['Thing'] }],
  ['images before force', failing([images]), { force: true, deleteRepositories: true }, { step: 'empty' }],
  ['what passes', failing([time]), {}, { step: 'wait', pause: 15_000 }],
  ['what passes, later', failing([time], { pauses: 3, waited: 105_000 }), {}, { step: 'wait', pause: 120_000 }],
  ['the longest pause', failing([time], { pauses: 9, waited: MINUTE }), {}, { step: 'wait', pause: 300_000 }],
  ['the end of patience', failing([time], { pauses: 9, waited: 29 * MINUTE }), {}, { step: 'wait', pause: MINUTE }],
  ['no more patience', failing([time], { pauses: 9, waited: 30 * MINUTE }), {}, { step: 'stop' }],
  ['no more patience, by force', failing([time], { waited: 30 * MINUTE }), { force: true }, { step: 'leave' }],
  ['what passes beside what does not', failing([time, user]), {}, { step: 'stop' }],
  ['the same, by force: less is left behind', failing([time, user]), { force: true }, { step: 'wait' }],
  ['what a user must do', failing([user]), { deleteRepositories: true }, { step: 'stop' }],
  ['the same, by force', failing([user]), { force: true }, { step: 'leave', logicalIds: ['Thing'] }],
  [
    'more failures without those',
    failing([user], { left: 'what failed' }),
    { force: true },
    { step: 'leave whatever fails' },
  ],
  ['a failure in spite of all', failing([user, time], { left: 'whatever fails' }), { force: true }, { step: 'stop' }],
  ['a failure of which nothing is known', failing([], { failed: [] }), { force: true }, { step: 'stop' }],
  ['an export in use, which no force helps', failing([importer, user]), { force: true }, { step: 'stop' }],
])('%s', (_, climb, allowed, rung) => {
  const all = { force: false, deleteRepositories: false, patience: 30 * MINUTE, ...allowed };
  expect(nextRung(climb, all)).toMatchObject(rung);
});

it('ends, whatever happens', () => {
  const allowed = { force: true, deleteRepositories: true, patience: 45 * MINUTE };
  let climb = failing([images, time, user]);
  const steps: string[] = [];
  for (let rung = nextRung(climb, allowed); rung.step !== 'stop'; rung = nextRung(climb, allowed)) {
    steps.push(rung.step);
    expect(steps.length).toBeLessThan(40);
    if (rung.step === 'empty') climb = { ...climb, emptied: new Set(rung.repositories.map(each => each.physicalId)) };
    if (rung.step === 'wait') climb = { ...climb, pauses: climb.pauses + 1, waited: climb.waited + rung.pause };
    if (rung.step === 'leave') climb = { ...climb, left: 'what failed' };
    if (rung.step === 'leave whatever fails') climb = { ...climb, left: 'whatever fails' };
  }
  expect(climb.waited).toBe(allowed.patience);
  expect([...new Set(steps)]).toEqual(['empty', 'wait', 'leave', 'leave whatever fails']);
});
