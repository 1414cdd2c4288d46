import type { RunDocker } from './docker.ts';

/** What the labels of an image say that it is. https://github.com/opencontainers/image-spec/blob/main/annotations.md */
export interface ImageWords {
  title?: string | undefined;
  version?: string | undefined;
  description?: string | undefined;
}

const TITLE = 'org.opencontainers.image.title';
const VERSION = 'org.opencontainers.image.version';
const DESCRIPTION = 'org.opencontainers.image.description';

/** The words of images that are on this machine, by the name asked for; of one that is not there, or has none, nothing. */
export async function wordsOfImages(
  images: readonly string[],
  run: RunDocker,
  signal: AbortSignal,
): Promise<Map<string, ImageWords>> {
  const words = await Promise.all(
    [...new Set(images)].map(async (image): Promise<[string, ImageWords]> => {
      const args = ['image', 'inspect', '--format', '{{json .Config.Labels}}', image];
      const { code, stdout } = await run(args, { signal });
      const labels = code === 0 ? ((JSON.parse(stdout) ?? {}) as Record<string, string>) : {};
      return [image, { title: labels[TITLE], version: labels[VERSION], description: labels[DESCRIPTION] }];
    }),
  );
  return new Map(words);
}

/** `title version: description`, as far as there is any. */
export function imageSentence({ title, version, description }: ImageWords): string | undefined {
  const name = [title, version].filter(Boolean).join(' ');
  return [name, description].filter(Boolean).join(': ') || undefined;
}
