import { platform } from 'node:os';
import { expect, it } from 'vitest';
import { run } from './processes.ts';

const node = (script: string) => run({ file: process.execPath, args: ['-e', script], env: {}, cwd: '/' });

it('gives the exit code and all that was printed', async () => {
  expect(await node("console.log('a'); console.error('b'); process.exitCode = 3")).toMatchObject({
    code: 3,
    log: expect.stringMatching(/a\nb|b\na/),
  });
});

it.runIf(platform() === 'linux')(
  'finds the peak of the largest process, also of a child and also when it is over',
  async () => {
    const hungry = 'let b = Buffer.alloc(3e8, 1); b = undefined; setTimeout(() => {}, 300)';
    const parent = `require('node:child_process').execFileSync(process.execPath, ['-e', ${JSON.stringify(hungry)}])`;
    const { peakMemory = 0 } = await node(parent);
    expect(peakMemory).toBeGreaterThan(3e8);
    expect(peakMemory).toBeLessThan(5e8);
  },
);
