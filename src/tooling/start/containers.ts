import { runDocker } from '../../compose/docker.docker.ts';
import type { ImageChoice } from '../images.ts';
import type { Images } from '../local-images.ts';
import { dockerEngine } from './engine.ts';
import { startImages } from './images.ts';

/** What the user has said about containers and images. */
export interface ContainerWishes {
  /** Install and start an engine where there is none, and build what cannot be pulled. */
  yes: boolean;
  images: ImageChoice | undefined;
}

/**
 * The images to run, with their environment put into this process's, or undefined where all is simulated, after saying why.
 *
 * @throws UserFault when what was wished for is not to be had
 */
export async function containersFor(wishes: ContainerWishes, say: (text: string) => void): Promise<Images | undefined> {
  const engine = await dockerEngine(wishes, say);
  if ('simulated' in engine) return without(engine.simulated, say);
  Object.assign(process.env, engine.env);
  const chosen = await startImages(wishes.images, { yes: wishes.yes, run: runDocker, say });
  if ('simulated' in chosen) return without(chosen.simulated, say);
  Object.assign(process.env, chosen.env);
  return chosen.images;
}

function without(why: string, say: (text: string) => void): undefined {
  say(`No containers: ${why}.`);
  return undefined;
}
