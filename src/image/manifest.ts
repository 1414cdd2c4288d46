/** What registries are asked for: images, and lists of images, of both families. */
export const MANIFEST_TYPES = [
  'application/vnd.oci.image.index.v1+json',
  'application/vnd.docker.distribution.manifest.list.v2+json',
  'application/vnd.oci.image.manifest.v1+json',
  'application/vnd.docker.distribution.manifest.v2+json',
] as const;

/** https://github.com/opencontainers/image-spec/blob/main/manifest.md, and the index beside it. */
export interface Manifest {
  /** Of an image: its configuration, whose digest the engine calls the image's id. */
  config?: { digest: string; size?: number };
  layers?: readonly { digest: string; size: number }[];
  /** Of a list. */
  manifests?: readonly {
    digest: string;
    platform?: { os: string; architecture: string; variant?: string };
  }[];
}

/** @throws SyntaxError when it is no JSON */
export function parseManifest(text: string): Manifest {
  return JSON.parse(text) as Manifest;
}

/** The images of a list that can run, by platform such as `linux/arm64`; attestations have the platform `unknown`. */
export function imagesIn({ manifests = [] }: Manifest): { platform: string; digest: string }[] {
  return manifests.flatMap(({ digest, platform }) => {
    if (!platform || platform.os === 'unknown') return [];
    const { os, architecture, variant } = platform;
    return [{ platform: [os, architecture, variant].filter(Boolean).join('/'), digest }];
  });
}

/** How many layers an image has, and the bytes that a pull of all of them takes. */
export function weightOf({ config, layers = [] }: Manifest): { layers: number; bytes: number } {
  const bytes = layers.reduce((sum, { size }) => sum + size, config?.size ?? 0);
  return { layers: layers.length, bytes };
}
