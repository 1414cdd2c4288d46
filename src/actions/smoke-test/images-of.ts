import type { Container } from '../../compose/containers.ts';
import { runDocker } from '../../compose/docker.docker.ts';
import { imageSentence, wordsOfImages } from '../../compose/images.ts';
import type { RanImage } from '../../report/smoke-result.ts';

/** The images of which containers ran, with what they say of themselves: a stand-in says that it is one. */
export async function imagesOf(containers: readonly Container[], signal: AbortSignal): Promise<RanImage[]> {
  const words = await wordsOfImages(
    containers.map(({ image }) => image),
    runDocker,
    signal,
  );
  return containers.map(({ service, image }) => ({ service, image, is: imageSentence(words.get(image) ?? {}) }));
}
