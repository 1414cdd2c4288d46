import { expect, it } from 'vitest';
import type { RunDocker } from '../../compose/docker.ts';
import { imagesIn } from '../local-images.ts';
import { imageStep, startImages } from './images.ts';

it.each([
  ['pulls what can be pulled, also where stand-ins are there', { pulled: true, built: true, mayBuild: true }, 'pulled'],
  ['takes stand-ins that are there without asking', { pulled: false, built: true, mayBuild: false }, 'built'],
  ['builds them where the user has agreed', { pulled: false, built: false, mayBuild: true }, 'built'],
  ['goes on simulated otherwise', { pulled: false, built: false, mayBuild: false }, 'simulate'],
])('%s', (_, has, step) => {
  expect(imageStep(has)).toBe(step);
});

it('has an image with a version for each part, as the compose file names them', () => {
  const names = Object.entries(imagesIn());
  expect(names.map(([name]) => name).sort()).toEqual([
    'COLLECTOR_IMAGE',
    'NODE_IMAGE',
    'PROMETHEUS_IMAGE',
    'REGISTRY_IMAGE',
  ]);
  for (const [, image] of names) expect(image).toMatch(/^[a-z.]+\/[\w./-]+:v?\d+\.\d+\.\d+/);
});

/** A Docker that has no image, and says this when it is to pull one. */
const without =
  (stderr: string): RunDocker =>
  async args => ({ code: 1, stdout: '', stderr: args[0] === 'pull' ? stderr : '' });

it('says why it simulates: the reason of Docker, and what to do', async () => {
  const stderr =
    'Error response from daemon: Get "https://registry.example/v2/": dial tcp: lookup registry.example: no such host\n';
  const chosen = await startImages(undefined, { yes: false, run: without(stderr), say: () => {} });
  expect(chosen).toEqual({
    simulated: expect.stringMatching(
      /^images cannot be pulled \(.*registry\.example.*no such host.*\); `npm start -- --images built`/,
    ),
  });
});

it('does not go on without images that the user wants pulled', async () => {
  const stderr = 'Error response from daemon: Get "https://registry.example/v2/": no such host\n';
  const choosing = startImages('pulled', { yes: true, run: without(stderr), say: () => {} });
  await expect(choosing).rejects.toThrow(/^The images cannot be pulled\. Seen: .*registry\.example.*`--images built`/);
});
