/** What is given to a build beside its content. */
export interface BuildOptions {
  /** Absolute paths. */
  context: string;
  dockerfile: string;
  target: string | undefined;
  args: Readonly<Record<string, string>>;
  /** Files with secrets, absolute, by the id under which the Dockerfile mounts them. */
  secrets: Readonly<Record<string, string>>;
  platforms: readonly string[];
  /** The full name that the image gets. */
  name: string;
  /** To the registry, or into the engine. */
  into: 'registry' | 'engine';
  cache: CacheSetting | undefined;
  /** Where BuildKit writes what has become of it. */
  metadataFile?: string | undefined;
}

/** Where layers are kept from one build to the next. */
export type CacheSetting =
  /** GitHub's cache, under a name. */
  | { kind: 'gha'; scope: string }
  /** An image of its own, such as `<registry>/shop/web-cache:cache`. */
  | { kind: 'registry'; image: string };

/** A command of Docker. */
export interface DockerCommand {
  args: string[];
  /** What stands in no argument, as everybody on the machine can read those. */
  env: Record<string, string>;
}

/**
 * Docker, buildx and what starts them read or set these: a build argument of such a name cannot be handed over in the environment.
 * Of Go only its own (https://pkg.go.dev/runtime): `GOOGLE_API_KEY` is a user's.
 */
const READ_BY_DOCKER =
  /^(PATH|HOME|USERPROFILE|TMPDIR|PWD|SSH_AUTH_SOCK|NO_COLOR|GO(DEBUG|GC|MAXPROCS|MEMLIMIT|TRACEBACK|COVERDIR)|(DOCKER|BUILDX|BUILDKIT|XDG|OTEL)(_[A-Z_]*)?)$/i;

/**
 * The command that builds an image. It attests nothing: what it would add has the time in it, so that equal content would have
 * another digest each time, and makes a list of images out of each image.
 */
export function buildCommand(options: BuildOptions): DockerCommand {
  const { context, dockerfile, target, args, secrets, platforms, name, into, cache, metadataFile } = options;
  const [argued, inherited] = [true, false].map(isArgued =>
    Object.entries(args).filter(([name]) => READ_BY_DOCKER.test(name) === isArgued),
  ) as [[string, string][], [string, string][]];
  return {
    args: [
      'buildx',
      'build',
      ...['--progress', 'rawjson'],
      ...['--provenance=false', '--sbom=false'],
      ...(metadataFile === undefined ? [] : ['--metadata-file', metadataFile]),
      ...['--file', dockerfile],
      ...(target === undefined ? [] : ['--target', target]),
      ...argued.flatMap(([name, value]) => ['--build-arg', `${name}=${value}`]),
      ...inherited.flatMap(([name]) => ['--build-arg', name]),
      ...Object.entries(secrets).flatMap(([id, file]) => ['--secret', `id=${id},${field(`src=${file}`)}`]),
      ...(platforms.length === 0 ? [] : ['--platform', platforms.join(',')]),
      ...['--tag', name],
      ...(cache ? cacheArguments(cache) : []),
      into === 'registry' ? '--push' : '--load',
      context,
    ],
    env: Object.fromEntries(inherited),
  };
}

/** BuildKit reads such options as a line of CSV: a comma in a path would begin another one. */
function field(text: string): string {
  return /[",]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** ECR takes a cache only as an image's manifest: https://aws.amazon.com/blogs/containers/announcing-remote-cache-support-in-amazon-ecr-for-buildkit-clients */
function cacheArguments(cache: CacheSetting): string[] {
  if (cache.kind === 'gha') {
    const scope = `type=gha,scope=${cache.scope}`;
    return ['--cache-from', scope, '--cache-to', `${scope},mode=max`];
  }
  const ref = `type=registry,ref=${cache.image}`;
  return ['--cache-from', ref, '--cache-to', `${ref},mode=max,image-manifest=true,oci-mediatypes=true`];
}

/** What BuildKit has written of a build: https://docs.docker.com/reference/cli/docker/buildx/build/#metadata-file */
export interface BuildMetadata {
  /** Of the manifest. */
  digest: string | undefined;
  /** Of the configuration, which is the engine's id of the image. */
  configDigest: string | undefined;
}

/** @throws SyntaxError when it is no JSON */
export function parseMetadata(text: string): BuildMetadata {
  const { 'containerimage.digest': digest, 'containerimage.config.digest': configDigest } = JSON.parse(text);
  return { digest, configDigest };
}
