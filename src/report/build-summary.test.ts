import { expect, it } from 'vitest';
import type { BuildResult } from './build-result.ts';
import { buildSummary, failedBuildSummary } from './build-summary.ts';

const BUILT: BuildResult = {
  image: {
    repository: 'shop/web',
    uri: '127.0.0.1:5000/shop/web@sha256:1',
    digest: 'sha256:1',
    tags: ['content-1', 'v1'],
    outcome: 'built',
    isNewRepository: true,
    hasMovingTags: false,
    parts: [
      { platform: 'linux/amd64', layers: 4, bytes: 52_340_000 },
      { platform: 'linux/arm64', layers: 4, bytes: 50_000_000 },
    ],
    steps: 6,
    cachedSteps: 4,
    isPushed: true,
  },
  collector: {
    source: 'public.ecr.aws/aws-observability/aws-otel-collector:v0.49.0',
    uri: '127.0.0.1:5000/shop/aws-otel-collector@sha256:2',
    outcome: 'copied',
    isNewRepository: true,
    platforms: ['linux/amd64', 'linux/arm64'],
  },
  warnings: [],
  duration: 12_000,
  region: 'eu-central-1',
  endpoint: 'http://127.0.0.1:4566',
};
const { collector: _, ...HERE } = BUILT;

it.each<[string, string]>([
  ['built', buildSummary(BUILT)],
  [
    'reused',
    buildSummary({
      ...BUILT,
      image: {
        ...BUILT.image,
        outcome: 'reused',
        isNewRepository: false,
        hasMovingTags: true,
        steps: 0,
        cachedSteps: 0,
      },
      collector: {
        source: 'x/collector:1',
        uri: 'r/c@sha256:3',
        outcome: 'there',
        isNewRepository: false,
        platforms: [],
      },
      warnings: ['Tags of `shop/web` can be moved to other images.'],
      duration: 310,
    }),
  ],
  ['here', buildSummary({ ...HERE, image: { ...BUILT.image, uri: 'shop/web:content-1', isPushed: false } })],
  [
    'failed',
    failedBuildSummary('shop/web', [
      { what: 'The image cannot be built', seen: '<b> | x', place: { file: 'Dockerfile', line: 3 } },
    ]),
  ],
])('a summary of a build that was %s', async (name, text) => {
  await expect(text).toMatchFileSnapshot(`__transcripts__/build-summary-${name}.md`);
});
