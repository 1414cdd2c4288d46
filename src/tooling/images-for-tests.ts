import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { UserFault } from '../runner/fault.ts';
import { imageChoice, imagesFor } from './images.ts';

const run = promisify(execFile);

/**
 * Before end-to-end tests: gives their processes the images that IMAGES chooses, by environment variables.
 *
 * @throws UserFault when there is no Docker engine, instead of tests that are skipped or fail one by one
 */
export default async function images(): Promise<void> {
  Object.assign(process.env, await imagesFor(imageChoice(process.env.IMAGES)));
  for (const args of [['version'], ['compose', 'version'], ['buildx', 'version']]) await expectToRun(args);
}

async function expectToRun(args: string[]): Promise<void> {
  try {
    await run('docker', args);
  } catch (error) {
    const { message, stderr } = error as Error & { stderr?: string };
    throw new UserFault({
      what: `End-to-end tests need Docker, and \`docker ${args.join(' ')}\` fails`,
      seen: (stderr || message).trim(),
      fix: 'Start an engine and install what is missing; on Debian, IMAGES=built does both for root',
    });
  }
}
