import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { RunDocker } from '../compose/docker.ts';
import { UserFault } from '../runner/fault.ts';
import { type BuildMetadata, type BuildOptions, buildCommand, parseMetadata } from './build.ts';
import { buildFault } from './build-fault.ts';
import { BuildLog, type Step } from './build-log.ts';
import { isTagTaken } from './docker-faults.ts';
import { CACHE_POLICY, IMAGE_POLICY } from './lifecycle-policy.ts';
import { imagesIn, parseManifest, weightOf } from './manifest.ts';
import type { RegistryAccess } from './registry-access.ts';
import { type Repositories, type Repository, type StoredImage, TagTaken } from './repositories.ts';
import type { Source } from './source.ts';

/** An image that shall be in a repository. */
export interface Wanted {
  repository: string;
  /** Given to it beside that of its content. */
  tag: string | undefined;
  /** Where layers are kept; `registry` is a repository beside that of the image. */
  cache: 'none' | 'gha' | 'registry';
  build: Omit<BuildOptions, 'name' | 'into' | 'cache' | 'metadataFile'>;
  shownDockerfile: string;
  /** Tags of AWS for a repository that is made. */
  tags: Readonly<Record<string, string>>;
}

/** What a publication works with. */
export interface Desk {
  repositories: Repositories;
  access: RegistryAccess;
  /** Shows the build, in a group of its own. */
  shown<T>(title: string, work: () => Promise<T>): Promise<T>;
  /** Writes a line of the log. */
  tell(line: string): void;
}

/** The part of an image that is for one platform. */
export interface Part {
  /** Such as `linux/amd64`; `undefined` for the only one of an image that is no list. */
  platform: string | undefined;
  layers: number;
  /** Bytes that a pull takes. */
  bytes: number;
}

/** An image that is in its repository. */
export interface Published {
  repository: Repository;
  isNewRepository: boolean;
  tag: string;
  digest: string;
  parts: Part[];
  /** Nothing was built: the same content was there. */
  isReused: boolean;
  /** Steps of the build. */
  steps: Step[];
}

/**
 * Sees to it that an image of the source is in its repository: an image of the same content is used as it is, and otherwise it is
 * built and pushed.
 *
 * @throws UserFault when it cannot be built or pushed, or when the wanted tag belongs to another image
 */
export async function publish(wanted: Wanted, reading: Promise<Source>, desk: Desk): Promise<Published> {
  const { repositories } = desk;
  const [found, source, there] = await Promise.all([
    repositories.find(wanted.repository),
    reading,
    reading.then(({ tag }) => repositories.images(wanted.repository, tagsOf(tag, wanted))),
  ]);
  const image = there.get(source.tag);
  const named = wanted.tag === undefined ? undefined : there.get(wanted.tag);
  if (found && !found.hasMovingTags && named && named.digest !== image?.digest)
    throw new UserFault(tagTaken(wanted, found, named));
  if (found && image) {
    const about = { repository: found, isNewRepository: false, isReused: true, steps: [] };
    return await finish(about, image, source, wanted, named, desk);
  }
  const made = found ? { repository: found, isNew: false } : await createRepository(wanted, repositories);
  const { metadata, steps } = await buildAndPush(wanted, made.repository, source, desk);
  const pushed = (await repositories.images(wanted.repository, [source.tag])).get(source.tag);
  if (!pushed || (metadata && !isSame(pushed, metadata))) throw new UserFault(mismatch(pushed, metadata?.digest));
  const about = { repository: made.repository, isNewRepository: made.isNew, isReused: metadata === undefined, steps };
  return await finish(about, pushed, source, wanted, named, desk);
}

function tagsOf(content: string, { tag }: Wanted): string[] {
  return tag === undefined ? [content] : [content, tag];
}

async function createRepository(wanted: Pick<Wanted, 'repository' | 'tags'>, repositories: Repositories) {
  const { repository, tags } = wanted;
  return await repositories.create(repository, { tags, hasMovingTags: false, lifecyclePolicy: IMAGE_POLICY });
}

interface Pushed {
  /** Of what was pushed; none when somebody else has pushed the same content meanwhile. */
  metadata?: BuildMetadata;
  steps: Step[];
}

async function buildAndPush(wanted: Wanted, repository: Repository, source: Source, desk: Desk): Promise<Pushed> {
  const cache = await cacheOf(wanted, repository, desk);
  const name = `${repository.uri}:${source.tag}`;
  const metadataFile = join(await desk.access.folder(), 'metadata.json');
  const command = buildCommand({ ...wanted.build, name, into: 'registry', cache, metadataFile });
  const run: RunDocker = (args, options) => desk.access.run(repository, args, options);
  const { log, stderr, code } = await desk.shown(`Build of ${wanted.repository}`, () =>
    runBuild(command, run, desk.tell),
  );
  if (code === 0) return { metadata: parseMetadata(await readFile(metadataFile, 'utf8')), steps: log.steps() };
  if (isTagTaken(stderr)) return { steps: log.steps() };
  throw new UserFault(buildFault({ stderr, step: log.failed(), file: wanted.shownDockerfile, ...source }));
}

/** Runs the command of a build, telling what BuildKit reports of it. */
export async function runBuild(
  { args, env }: { args: readonly string[]; env: Readonly<Record<string, string>> },
  run: RunDocker,
  tell: (line: string) => void,
): Promise<{ code: number; stderr: string; log: BuildLog }> {
  const log = new BuildLog(tell);
  const words: string[] = [];
  const onLine = (line: string) => {
    log.read(line);
    if (!line.startsWith('{')) words.push(line);
  };
  const { code } = await run(args, { env, onLine });
  return { code, stderr: words.join('\n'), log };
}

/** The place of a cache; a repository for it is made where there is none. Its one tag moves, which that of images may not. */
async function cacheOf({ cache, repository, tags }: Wanted, { uri }: Repository, { repositories }: Desk) {
  if (cache === 'none') return undefined;
  if (cache === 'gha') return { kind: 'gha', scope: repository } as const;
  const name = `${repository}-cache`;
  if (!(await repositories.find(name)))
    await repositories.create(name, { tags, hasMovingTags: true, lifecyclePolicy: CACHE_POLICY });
  return { kind: 'registry', image: `${uri}-cache:cache` } as const;
}

/** Gives it the wanted tag, if it has it not yet, and looks what it is. */
async function finish(
  about: Pick<Published, 'repository' | 'isNewRepository' | 'isReused' | 'steps'>,
  image: StoredImage,
  source: Source,
  wanted: Wanted,
  named: StoredImage | undefined,
  { repositories }: Desk,
): Promise<Published> {
  const { tag } = wanted;
  const naming = async () => {
    if (tag === undefined || named?.digest === image.digest) return;
    try {
      await repositories.tag(wanted.repository, image, tag);
    } catch (error) {
      if (!(error instanceof TagTaken)) throw error;
      const other = (await repositories.images(wanted.repository, [tag])).get(tag);
      if (other?.digest !== image.digest) throw new UserFault(tagTaken(wanted, about.repository, other));
    }
  };
  const [parts] = await Promise.all([partsOf(wanted.repository, image, repositories), naming()]);
  return { ...about, tag: source.tag, digest: image.digest, parts };
}

/** What an image consists of; of a list, each that can run. */
export async function partsOf(
  repository: string,
  { manifest }: StoredImage,
  repositories: Repositories,
): Promise<Part[]> {
  const parsed = parseManifest(manifest);
  if (!parsed.manifests) return [{ platform: undefined, ...weightOf(parsed) }];
  const listed = imagesIn(parsed);
  const images = await repositories.images(
    repository,
    listed.map(({ digest }) => digest),
  );
  return listed.map(({ platform, digest }) => {
    const image = images.get(digest);
    return { platform, ...(image ? weightOf(parseManifest(image.manifest)) : { layers: 0, bytes: 0 }) };
  });
}

/**
 * Whether what the registry has is what was pushed. Of an image, the digest of its configuration is one of the image, too: it is all
 * that the engine's own builder tells when it could not ask the registry.
 */
function isSame({ digest, manifest }: StoredImage, told: BuildMetadata): boolean {
  const config = parseManifest(manifest).config?.digest;
  const isDigest = told.digest !== undefined && (told.digest === digest || told.digest === config);
  return isDigest && (told.configDigest === undefined || config === undefined || config === told.configDigest);
}

function mismatch(found: StoredImage | undefined, pushed: string | undefined) {
  return {
    what: 'The repository does not have the image that was pushed',
    seen: `${found?.digest ?? 'no image'}, where ${pushed ?? 'an image of the same content'} is expected`,
    fix: 'Run again; if it happens again, somebody else pushes to this repository or changes what is pushed',
  };
}

function tagTaken({ tag }: Wanted, { uri }: Repository, other: StoredImage | undefined) {
  return {
    what: `Tag \`${tag}\` belongs to an image with another content, and tags of this repository do not move`,
    seen: `${uri}:${tag} is ${other?.digest ?? 'another image'}`,
    fix: 'Give another `tag`, or none: the image has a tag by its content anyway',
  };
}
