import type { Session } from '../../aws/session.aws.ts';
import type { Here } from '../../image/build-local.ts';
import type { Mirrored } from '../../image/mirror.ts';
import type { Published } from '../../image/publish.ts';
import type { Source } from '../../image/source.ts';
import type { BuildResult } from '../../report/build-result.ts';
import { buildHeadline, buildSummary } from '../../report/build-summary.ts';
import type { ActionContext } from '../../runner/define-action.ts';
import type { Settings } from './settings.ts';
import type { spec } from './spec.ts';

type Context = ActionContext<typeof spec.inputs, typeof spec.outputs>;

interface Seen {
  source: Source;
  settings: Settings;
  /** Milliseconds. */
  duration: number;
}

/** Tells of an image in ECR: outputs, a line in the log, warnings, the job summary. */
export async function reportPublished(
  { image, mirrored, session, ...seen }: Seen & { image: Published; mirrored: Mirrored | undefined; session: Session },
  context: Context,
): Promise<void> {
  const { repository, isNewRepository, digest, isReused, parts } = image;
  const collector = mirrored && {
    source: mirrored.source,
    uri: `${mirrored.repository.uri}@${mirrored.digest}`,
    outcome: mirrored.isReused ? ('there' as const) : ('copied' as const),
    isNewRepository: mirrored.isNewRepository,
    platforms: mirrored.platforms,
  };
  const partial = mirrored?.isPartial
    ? [
        `Of \`${mirrored.source}\` only the image of this machine's platform was copied: it is not in a registry that can be reached, or \`docker buildx\` is too old to copy lists of images.`,
      ]
    : [];
  const moving = repository.hasMovingTags
    ? [
        `Tags of \`${repository.name}\` can be moved to other images. What is deployed by digest stays; \`aws ecr put-image-tag-mutability --repository-name ${repository.name} --image-tag-mutability IMMUTABLE\` makes them stay.`,
      ]
    : [];
  const result: BuildResult = {
    image: {
      repository: repository.name,
      uri: `${repository.uri}@${digest}`,
      digest,
      tags: tagsOf(image.tag, context),
      outcome: isReused ? 'reused' : 'built',
      isNewRepository,
      hasMovingTags: repository.hasMovingTags,
      parts: parts.map(part => ({ ...part, platform: part.platform ?? seen.settings.platforms.join(', ') })),
      ...countsOf(image),
      isPushed: true,
    },
    ...(collector && { collector }),
    warnings: [...sourceWarnings(seen), ...moving, ...partial],
    duration: seen.duration,
    region: session.region,
    endpoint: session.endpoint,
  };
  if (collector) context.setOutput('collector-image-uri', collector.uri);
  await report(result, image.tag, context);
}

/** Tells of an image in the local engine. */
export async function reportBuildHere({ image, ...seen }: Seen & { image: Here }, context: Context): Promise<void> {
  const result: BuildResult = {
    image: {
      repository: seen.settings.repository,
      uri: image.name,
      digest: image.id,
      tags: tagsOf(image.tag, context),
      outcome: image.isReused ? 'reused' : 'built',
      isNewRepository: false,
      hasMovingTags: false,
      parts: image.parts.map(part => ({ ...part, platform: part.platform ?? '' })),
      ...countsOf(image),
      isPushed: false,
    },
    warnings: sourceWarnings(seen),
    duration: seen.duration,
  };
  await report(result, image.tag, context);
}

async function report(result: BuildResult, tag: string, { host, setOutput, writeSummary }: Context): Promise<void> {
  const { image, warnings } = result;
  for (const text of warnings) host.annotate('warning', text);
  host.line(`${buildHeadline(result)}: ${image.uri}.`);
  setOutput('image-uri', image.uri);
  setOutput('digest', image.digest);
  setOutput('tag', tag);
  setOutput('repository', image.repository);
  setOutput('reused', String(image.outcome === 'reused'));
  await writeSummary(buildSummary(result));
}

function tagsOf(content: string, { inputs }: Context): string[] {
  return inputs.tag === undefined ? [content] : [content, inputs.tag];
}

function countsOf({ steps }: Pick<Published, 'steps'>): { steps: number; cachedSteps: number } {
  return { steps: steps.length, cachedSteps: steps.filter(({ isCached }) => isCached).length };
}

/** What the tag by content does not see. */
function sourceWarnings({ source, settings }: Seen): string[] {
  const unknown = source.unknown.map(
    image =>
      `What \`${image}\` is at this moment could not be found out, so that a newer one will not lead to a new build. Name it by digest, or see that its registry can be reached.`,
  );
  if (source.remote.length === 0) return unknown;
  const lines = source.remote.map(line => `${settings.shownDockerfile}:${line}`).join(', ');
  return [
    ...unknown,
    `What \`ADD\` fetches from elsewhere (${lines}) is no part of the content: when it changes, nothing is built.`,
  ];
}
