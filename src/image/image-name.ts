/** The parts of an image's name, as Docker reads it. */
export interface ImageName {
  /** Host of the registry; `docker.io` where none is named. */
  registry: string;
  /** Path in the registry, with `library/` where Docker puts it. */
  path: string;
  tag?: string | undefined;
  /** `sha256:…` */
  digest?: string | undefined;
}

/** https://github.com/distribution/reference: a first part with a dot, a colon, or that is `localhost`, is a registry. */
export function parseImageName(text: string): ImageName | undefined {
  const [, name = '', tag, digest] = text.match(/^([^@]+?)(?::([\w][\w.-]{0,127}))?(?:@(sha256:[0-9a-f]{64}))?$/) ?? [];
  const [first = '', ...rest] = name.split('/');
  const hasRegistry = rest.length > 0 && (/[.:]/.test(first) || first === 'localhost');
  const path = hasRegistry ? rest.join('/') : name;
  if (!/^[a-z0-9]+(?:(?:\.|_{1,2}|-+)[a-z0-9]+)*(?:\/[a-z0-9]+(?:(?:\.|_{1,2}|-+)[a-z0-9]+)*)*$/.test(path))
    return undefined;
  // Nothing else can be handed to Docker as a name: what begins with `-` would be an option.
  if (hasRegistry && !REGISTRY.test(first)) return undefined;
  if (hasRegistry) return { registry: first, path, tag, digest };
  return { registry: 'docker.io', path: path.includes('/') ? path : `library/${path}`, tag, digest };
}

/** Host and port: a name, or an address of either version. */
const REGISTRY = /^(?:[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?|\[[0-9a-f:]+\])(?::\d+)?$/i;

/** Whether two references name the same repository. */
export function sameRepository(one: string, other: string): boolean {
  const [a, b] = [parseImageName(one), parseImageName(other)];
  return a !== undefined && b !== undefined && a.registry === b.registry && a.path === b.path;
}

/**
 * A name that ECR takes, made of any text: lower case, single separators.
 * https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_CreateRepository.html (repositoryName)
 */
export function repositoryNameOf(...parts: readonly string[]): string {
  return parts
    .map(part =>
      part.toLowerCase().replaceAll(/[^a-z0-9]*([._-])[^a-z0-9]*|[^a-z0-9]+/g, (_, separator) => separator ?? '-'),
    )
    .map(part => part.replaceAll(/^[^a-z0-9]+|[^a-z0-9]+$/g, ''))
    .filter(part => part !== '')
    .join('/');
}

/** What ECR takes as the name of a repository, 2 to 256 characters. */
export const REPOSITORY_NAME = /^(?=.{2,256}$)[a-z0-9]+(?:[._-][a-z0-9]+)*(?:\/[a-z0-9]+(?:[._-][a-z0-9]+)*)*$/;

/** What registries take as a tag, but for those that say which content an image has. */
export const TAG = /^(?!content-)\w[\w.-]{0,127}$/;
