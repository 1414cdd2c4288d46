import { type Fault, renderFault } from '../runner/fault.ts';
import type { BuildResult } from './build-result.ts';
import { blocks, code, plain, prose, table } from './markdown.ts';
import { count, duration, whereabouts } from './words.ts';

/** A build in one line, for the log and as the summary's title. */
export function buildHeadline({ image, duration: time }: BuildResult): string {
  const { repository, outcome, isPushed } = image;
  if (outcome === 'reused') return `${repository} is up to date: its content has an image already (${duration(time)})`;
  return `${repository} was built${isPushed ? ' and pushed' : ''} in ${duration(time)}`;
}

/** The job summary of a build, in Markdown as GitHub renders it. */
export function buildSummary(result: BuildResult): string {
  const { image, collector, warnings, region, endpoint } = result;
  return blocks(
    `## ✅ ${plain(buildHeadline(result))}`,
    region === undefined ? '' : `In ${plain(whereabouts({ region, endpoint }))}.`,
    ...warnings.map(text => `> ⚠️ ${prose(text)}`),
    table(
      ['What', 'Value'],
      [
        ['Image', code(image.uri)],
        ['Tags', image.tags.map(code).join(', ')],
        ['Outcome', prose(outcomeOf(image))],
        ['Repository', `${code(image.repository)}, ${prose(repositoryIs(image))}`],
        ...(collector ? [['Collector', `${code(collector.uri)}: ${prose(collectorIs(collector))}`]] : []),
      ],
    ),
    image.parts.length > 0
      ? table(
          ['Platform', 'Layers', image.isPushed ? 'Size of a pull' : 'Size'],
          image.parts.map(({ platform, layers, bytes }) => [code(platform), String(layers), megabytes(bytes)]),
        )
      : '',
  );
}

/** The job summary of a build that did not come to its end. */
export function failedBuildSummary(repository: string, faults: readonly Fault[]): string {
  return blocks(
    `## ❌ ${plain(repository)} was not built, or not pushed`,
    ...faults.map(fault => `> ${prose(renderFault(fault))}`),
  );
}

function outcomeOf({ outcome, steps, cachedSteps }: BuildResult['image']): string {
  if (outcome === 'reused') return 'reused; nothing was built';
  return `built; ${cachedSteps} of ${count(steps, 'step')} from the cache`;
}

function repositoryIs({ isPushed, isNewRepository, hasMovingTags }: BuildResult['image']): string {
  if (!isPushed) return 'in the local engine only';
  const tags = hasMovingTags ? ', whose tags can be moved' : '';
  return `${isNewRepository ? 'created by this run' : 'used as it was'}${tags}`;
}

function collectorIs({ outcome, isNewRepository, platforms, source }: NonNullable<BuildResult['collector']>): string {
  const what = outcome === 'there' ? 'was there' : `copied${isNewRepository ? ' into a new repository' : ''}`;
  const which = platforms.length > 0 ? ` for ${platforms.join(', ')}` : '';
  return `\`${source}\` ${what}${which}`;
}

/** Bytes as registries show them. */
function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}
