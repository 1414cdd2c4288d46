import { describe, expect, it } from 'vitest';
import { resolveBases } from './base-images.ts';
import { type Answer, scriptedDocker } from './scripted-docker.ts';

const DIGEST = `sha256:${'d'.repeat(64)}`;
const ID = `sha256:${'e'.repeat(64)}`;
const signal = new AbortController().signal;
const NO_IMAGE: Answer = { code: 1, stderr: 'Error response from daemon: no such image: x: No such image: x' };

/** A Docker that builds by this driver, with these images in its engine and in its registry. */
function dockerWith(driver: string, local: Record<string, string>, remote: Record<string, string>) {
  return scriptedDocker(command => {
    const image = command.split(' ').at(-1) ?? '';
    if (command === 'buildx inspect') return { stdout: `Name: x\nDriver:        ${driver}\n` };
    if (command.startsWith('image inspect')) return local[image] ? { stdout: `${local[image]}\n` } : NO_IMAGE;
    return remote[image] ? { stdout: JSON.stringify({ digest: remote[image] }) } : { code: 1, stderr: 'no such host' };
  });
}

describe('what a base image is', () => {
  it('is known by its digest, without Docker', async () => {
    const docker = dockerWith('docker', {}, {});
    const { digests } = await resolveBases([`node:24@${DIGEST}`], docker.run, signal);
    expect(digests.get(`node:24@${DIGEST}`)).toBe(DIGEST);
    expect(docker.asked).toEqual([]);
  });

  it.each([
    ["the engine's, by its registry's digest", 'docker', `${ID} ["node@${DIGEST}"]`, {}, DIGEST],
    ["the engine's, by its id when no registry has it", 'docker', `${ID} []`, {}, ID],
    ["the engine's, not by the digest of another name", 'docker', `${ID} ["other@${DIGEST}"]`, {}, ID],
    ["the engine's, for a builder without a name", '', `${ID} null`, {}, ID],
    ["the registry's, where the engine has none", 'docker', undefined, { node: DIGEST }, DIGEST],
    ["the registry's, for a builder apart from the engine", 'docker-container', `${ID} []`, { node: DIGEST }, DIGEST],
  ])('is %s', async (_, driver, local, remote, expected) => {
    const docker = dockerWith(driver, local === undefined ? {} : { node: local }, remote);
    expect((await resolveBases(['node'], docker.run, signal)).digests.get('node')).toBe(expected);
  });

  it('is said to be unknown where nobody tells', async () => {
    const docker = dockerWith('docker-container', { node: `${ID} []` }, {});
    expect(await resolveBases(['node'], docker.run, signal)).toEqual({ digests: new Map(), unknown: ['node'] });
  });

  it('cannot be found out without an engine', async () => {
    const docker = scriptedDocker(() => ({
      code: 1,
      stderr: 'Cannot connect to the Docker daemon at unix:///x. Is the docker daemon running?',
    }));
    await expect(resolveBases(['node'], docker.run, signal)).rejects.toThrow('The Docker engine does not answer');
  });
});
