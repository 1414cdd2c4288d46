import { describe, expect, it } from 'vitest';
import { LIMIT, stoppedRuns, twoStacks } from './stopped-run.ts';

const { stopped, deployed, cleanUp, statusOf, leftovers, callsFor } = stoppedRuns();

/** What is said after the job of a stack in this status. */
const ENDS: Readonly<Record<string, string>> = {
  DELETE_COMPLETE: 'is gone',
  CREATE_COMPLETE: 'was created all the same',
  UPDATE_COMPLETE: 'was updated all the same',
  UPDATE_ROLLBACK_COMPLETE: 'is as it was before the update',
};

describe.concurrent('SIGINT at 20 moments by chance', () => {
  it.each(Array.from({ length: 20 }, (_, seed) => seed))(
    'moment %i leaves neither a change set nor a lie',
    async seed => {
      const random = generator(seed);
      const prefix = `chance${seed}x`;
      const isUpdate = random() < 0.5;
      if (isUpdate) await deployed(prefix, twoStacks(0));
      // Such a run makes some thirty calls; the signal comes a little after one of them, or after the end.
      const nth = 1 + Math.floor(random() * 30);
      const delay = random() * 60;
      let seen = 0;
      const run = await stopped('deploy', { 'stack-prefix': prefix }, twoStacks(0.3, 'two'), (_, stop) => {
        if (++seen === nth) setTimeout(stop, delay);
        return 'pass';
      });

      if (Number.isNaN(run.took)) expect(run.code).toBe(0);
      else expect(run.took).toBeLessThan(LIMIT);
      // A signal that comes when all is done is too late, or hits a process that is taking itself down.
      const codes = run.summary.startsWith('## ✅') ? [0, null] : [130];
      expect(codes, run.log).toContain(run.code);
      expect(await leftovers(prefix), run.log).toEqual([]);
      for (const name of [`${prefix}-first`, `${prefix}-second`]) {
        const row = run.summary.split('\n').find(line => line.includes(`| \`${name}\` |`)) ?? '';
        const wasTold = (action: string) =>
          callsFor(name).some(
            call => call.action === action && /-cancel$/.test(String(call.params.ClientRequestToken)),
          );
        expect(row.includes('AWS was told to take the update back'), run.log).toBe(wasTold('CancelUpdateStack'));
        expect(row.includes('AWS was told to delete it'), run.log).toBe(wasTold('DeleteStack'));
        const before = isUpdate ? 'CREATE_COMPLETE' : 'DELETE_COMPLETE';
        if (row.includes('not started')) expect(statusOf(name) ?? 'DELETE_COMPLETE', run.log).toBe(before);
        if (/\| (created|updated) \|/.test(row)) expect(statusOf(name)).toMatch(/^(CREATE|UPDATE)_COMPLETE$/);
      }
      const after = await cleanUp(run, prefix);
      const ends = [...after.log.matchAll(/After the run::(\S+-(?:first|second)) (.*)\./g)];
      for (const [, name = '', end] of ends) expect(end).toBe(ENDS[statusOf(name) ?? '']);
      // Nothing is at work any more, and nobody has to look.
      for (const name of [`${prefix}-first`, `${prefix}-second`])
        expect(statusOf(name) ?? '', after.log).not.toMatch(/_IN_PROGRESS$/);
    },
  );
});

/** Numbers in [0, 1), the same for the same seed. */
function generator(seed: number): () => number {
  let state = (seed + 1) * 2_654_435_761;
  return () => {
    state = Math.imul(state ^ (state >>> 15), 2_246_822_519) + 0x9e3779b9;
    return ((state ^ (state >>> 13)) >>> 0) / 2 ** 32;
  };
}
