import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { Cancelled } from '../../runner/cancellation.ts';
import { type ActRun, runAct } from './act-run.ts';

const RUN: ActRun = { workflow: 'none.yml', event: 'push', payload: {}, env: {}, vars: {} };

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'zap-obs-no-act-'));
  vi.stubEnv('TMPDIR', folder);
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true });
});

it('does not start act when it is stopped before, and leaves nothing', async () => {
  await expect(runAct(RUN, { signal: AbortSignal.abort(new Cancelled('SIGINT')) })).rejects.toThrow(Cancelled);
  expect(readdirSync(folder)).toEqual([]);
});

it("says which value act's files cannot hold, and leaves nothing", async () => {
  await expect(runAct({ ...RUN, env: { AWS_ENDPOINT_URL: "http://it's" } })).rejects.toThrow(
    "`AWS_ENDPOINT_URL` cannot be given to act. Seen: http://it's.",
  );
  expect(readdirSync(folder)).toEqual([]);
});
