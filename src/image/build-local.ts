import type { RunDocker } from '../compose/docker.ts';
import { UserFault } from '../runner/fault.ts';
import { type BuildOptions, buildCommand } from './build.ts';
import { buildFault } from './build-fault.ts';
import type { Step } from './build-log.ts';
import { registryFault } from './docker-faults.ts';
import { type Desk, type Part, runBuild } from './publish.ts';
import type { Source } from './source.ts';

/** An image that shall be in the local engine. */
export interface WantedHere {
  repository: string;
  tag: string | undefined;
  cache: 'none' | 'gha';
  build: Omit<BuildOptions, 'name' | 'into' | 'cache' | 'metadataFile'>;
  shownDockerfile: string;
}

/** An image that is in the local engine. */
export interface Here {
  /** `<repository>:<tag by content>` */
  name: string;
  /** The engine's. */
  id: string;
  tag: string;
  parts: Part[];
  isReused: boolean;
  steps: Step[];
}

/**
 * Builds an image into the local engine, unless it has one of this content.
 *
 * @throws UserFault when it cannot be built
 */
export async function buildHere(
  wanted: WantedHere,
  source: Source,
  run: RunDocker,
  { shown, tell }: Pick<Desk, 'shown' | 'tell'>,
  signal: AbortSignal,
): Promise<Here> {
  const { repository, tag } = wanted;
  const name = `${repository}:${source.tag}`;
  const there = await inspect(name, run, signal);
  const steps = there
    ? []
    : await build(name, wanted, source, (args, more) => run(args, { ...more, signal }), { shown, tell });
  const image = there ?? (await inspect(name, run, signal));
  if (!image) throw new UserFault({ what: `${name} was built, but is not in the engine`, fix: 'Run again' });
  if (tag !== undefined) {
    const { code, stderr } = await run(['image', 'tag', name, `${repository}:${tag}`], { signal });
    if (code !== 0)
      throw new UserFault(registryFault(stderr, { failed: `The image gets no tag \`${tag}\``, files: [] }));
  }
  return { name, tag: source.tag, ...image, isReused: there !== undefined, steps };
}

async function build(
  name: string,
  { build, cache, repository, shownDockerfile }: WantedHere,
  source: Source,
  run: RunDocker,
  { shown, tell }: Pick<Desk, 'shown' | 'tell'>,
): Promise<Step[]> {
  const setting = cache === 'gha' ? ({ kind: 'gha', scope: repository } as const) : undefined;
  const command = buildCommand({ ...build, name, into: 'engine', cache: setting });
  const { code, stderr, log } = await shown(`Build of ${repository}`, () => runBuild(command, run, tell));
  if (code === 0) return log.steps();
  throw new UserFault(buildFault({ stderr, step: log.failed(), file: shownDockerfile, ...source }));
}

async function inspect(
  name: string,
  run: RunDocker,
  signal: AbortSignal,
): Promise<{ id: string; parts: Part[] } | undefined> {
  const { code, stdout, stderr } = await run(['image', 'inspect', name], { signal });
  if (code === 0) {
    const [image] = JSON.parse(stdout) as [
      { Id: string; Os: string; Architecture: string; Size: number; RootFS: { Layers?: string[] } },
    ];
    const { Id, Os, Architecture, Size, RootFS } = image;
    return { id: Id, parts: [{ platform: `${Os}/${Architecture}`, layers: RootFS.Layers?.length ?? 0, bytes: Size }] };
  }
  if (/no such image/i.test(stderr)) return undefined;
  throw new UserFault(registryFault(stderr, { failed: 'The engine does not tell which images it has', files: [] }));
}
