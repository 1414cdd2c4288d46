import type { Finished, RunDocker } from '../compose/docker.ts';
import { type Fault, UserFault } from '../runner/fault.ts';
import { localDigest, remoteDigest } from './base-images.ts';
import { isBuildxMissing, isTagTaken, registryFault } from './docker-faults.ts';
import { parseImageName, repositoryNameOf } from './image-name.ts';
import { IMAGE_POLICY } from './lifecycle-policy.ts';
import { imagesIn, parseManifest } from './manifest.ts';
import type { Desk } from './publish.ts';
import type { Repository, StoredImage } from './repositories.ts';

/** An image of elsewhere that shall be in ECR, too. */
export interface MirrorOptions {
  /** Such as `public.ecr.aws/aws-observability/aws-otel-collector:v0.49.0`. */
  source: string;
  prefix: string;
  tags: Readonly<Record<string, string>>;
}

/** A mirrored image. */
export interface Mirrored {
  source: string;
  repository: Repository;
  isNewRepository: boolean;
  tag: string;
  digest: string;
  /** It was there already. */
  isReused: boolean;
  /** Its platforms; of one that is no list of images they are not known without a pull. */
  platforms: string[];
  /** Only the image of this machine's platform was copied. */
  isPartial: boolean;
}

/** A tag that never names another image. */
const VERSION = /^v?\d+\.\d+\.\d+/;

/**
 * Sees to it that an image is in ECR with all its platforms. Of a tag that may move, such as `latest`, it is asked first what it names
 * now, and a part of that digest stands in the tag, as tags in ECR do not move.
 *
 * @throws UserFault when it cannot be copied
 */
export async function mirror(
  options: MirrorOptions,
  run: RunDocker,
  desk: Desk,
  signal: AbortSignal,
): Promise<Mirrored> {
  const { source, prefix, tags } = options;
  const { repositories } = desk;
  const name = parseImageName(source);
  if (!name) throw new UserFault(badName(source));
  const repositoryName = repositoryNameOf(prefix, name.path.split('/').at(-1) ?? '');
  const reading = targetOf(source, run, signal);
  const [found, target, there] = await Promise.all([
    repositories.find(repositoryName),
    reading,
    reading.then(({ tag }) => repositories.images(repositoryName, [tag]).then(images => images.get(tag))),
  ]);
  const { tag } = target;
  if (found && there) {
    const about = { source, repository: found, tag, digest: there.digest, platforms: platformsOf(there) };
    return { ...about, isNewRepository: false, isReused: true, isPartial: false };
  }
  const made = found
    ? { repository: found, isNew: false }
    : await repositories.create(repositoryName, { tags, hasMovingTags: false, lifecyclePolicy: IMAGE_POLICY });
  const isPartial = await copy(source, made.repository, target, run, desk, signal);
  const copied = (await repositories.images(repositoryName, [tag])).get(tag);
  const expected = isPartial ? undefined : target.digest;
  if (!copied || (expected !== undefined && copied.digest !== expected))
    throw new UserFault({
      what: `${source} was copied, but \`${repositoryName}\` does not have it`,
      seen: `${copied?.digest ?? 'no image'} as \`${tag}\`${expected ? `, where ${expected} is expected` : ''}`,
      fix: 'Run again; if it happens again, somebody else changes images there',
    });
  const about = { source, repository: made.repository, isNewRepository: made.isNew, tag, digest: copied.digest };
  return { ...about, platforms: platformsOf(copied), isReused: false, isPartial };
}

interface Target {
  tag: string;
  /** Of what the registry has under the source's name, where that had to be asked. */
  digest?: string | undefined;
  /** The registry does not know it, and the engine does. */
  isLocal: boolean;
}

async function targetOf(source: string, run: RunDocker, signal: AbortSignal): Promise<Target> {
  const { tag = 'latest', digest } = parseImageName(source) ?? {};
  if (digest === undefined && VERSION.test(tag)) return { tag, isLocal: false };
  const remote = digest ?? (await remoteDigest(source, run, signal));
  const now = remote ?? (await localDigest(source, run, signal));
  if (now === undefined) throw new UserFault(notFound(source));
  // A tag has 128 characters at most: https://github.com/opencontainers/distribution-spec/blob/main/spec.md
  const dated = `${tag.slice(0, 100)}-${now.replace('sha256:', '').slice(0, 12)}`;
  return { tag: dated, digest: remote, isLocal: remote === undefined };
}

/** @returns whether only one platform was copied */
async function copy(
  source: string,
  repository: Repository,
  { tag, isLocal }: Target,
  run: RunDocker,
  { access, repositories }: Desk,
  signal: AbortSignal,
): Promise<boolean> {
  const target = `${repository.uri}:${tag}`;
  if (!isLocal) {
    // As it is: an image that is no list shall not become one, so that its digest stays.
    const args = ['buildx', 'imagetools', 'create', '--prefer-index=false', '--tag', target, source];
    const whole = await access.run(repository, args);
    if (whole.code === 0 || isTagTaken(whole.stderr)) return false;
    const isHere = (await localDigest(source, run, signal)) !== undefined;
    if (!isHere && !isBuildxMissing(whole.stderr)) throw new UserFault(copyFault(source, whole));
    if (!isHere) expectGood(await access.run(repository, ['pull', source]), source);
  }
  expectGood(await run(['image', 'tag', source, target], { signal }), source);
  const pushed = await access.run(repository, ['push', target]);
  // Only the name goes: the image has its own.
  await run(['image', 'rm', target], { signal });
  // Another run on this machine may have pushed it, and taken the name away, meanwhile.
  if (pushed.code !== 0 && !(await repositories.images(repository.name, [tag])).has(tag)) expectGood(pushed, source);
  return true;
}

function expectGood(finished: Finished, source: string): void {
  if (finished.code !== 0) throw new UserFault(copyFault(source, finished));
}

function platformsOf({ manifest }: StoredImage): string[] {
  return imagesIn(parseManifest(manifest)).map(({ platform }) => platform);
}

function copyFault(source: string, { stderr }: Finished): Fault {
  return registryFault(stderr, { failed: `${source} cannot be copied to ECR`, files: [] });
}

function notFound(source: string): Fault {
  return {
    what: `There is no image ${source}`,
    seen: 'its registry does not know it, or cannot be reached, and the Docker engine does not have it',
    fix: 'Correct input `collector-image`, or leave it empty to mirror nothing',
  };
}

function badName(source: string): Fault {
  return {
    what: 'Input `collector-image` is no name of an image',
    seen: source,
    fix: 'Give one such as `public.ecr.aws/aws-observability/aws-otel-collector:v0.49.0`',
  };
}
