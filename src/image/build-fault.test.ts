import { expect, it } from 'vitest';
import { renderFault } from '../runner/fault.ts';
import { buildFault } from './build-fault.ts';
import { Dockerfile } from './dockerfile.ts';

const TEXT = 'FROM node:24 AS build\nRUN npm ci && \\\n  npm test\nCOPY src src\nFROM build\n';
const dockerfile = new Dockerfile(TEXT);

function told(stderr: string, name?: string, error = '', output: string[] = []): string {
  const step = name === undefined ? undefined : { name, isCached: false, error, output };
  return renderFault(buildFault({ stderr, step, dockerfile, file: 'web/Dockerfile', bases: dockerfile.bases({}) }));
}

// Texts of engine 20.10 with buildx 0.29, and of BuildKit 0.12 and later as its sources have them.
it.each([
  [
    told(
      'ERROR: failed to solve',
      '[build 2/3] RUN npm ci &&   npm test',
      'executor failed running [/bin/sh -c npm ci]: exit code: 7',
      ['npm error code ENOLOCK', 'bye'],
    ),
    'web/Dockerfile:2: The image cannot be built: `RUN npm ci &&   npm test` ended with exit code 7. Seen: npm error code ENOLOCK.',
  ],
  [
    told(
      'Dockerfile:3\n--------------------\n   2 |     RUN x\n   3 | >>> RUN y\n--------------------\nERROR: failed to solve',
      '[build 9/9] RUN other',
      'process "/bin/sh -c y" did not complete successfully: exit code: 1',
    ),
    'web/Dockerfile:3: The image cannot be built: `RUN other` ended with exit code 1. Seen: it has printed nothing.',
  ],
  [
    told('ERROR: failed to solve: x', '[build 3/3] COPY src src', '"/src" not found: not found'),
    'web/Dockerfile:4: The image cannot be built: what `COPY src src` copies is not there. Seen: no `src`.',
  ],
  [
    told(
      'ERROR: failed to solve: x',
      '[build 3/3] COPY src src',
      'failed to calculate checksum of ref a::b: "/src": not found',
    ),
    'web/Dockerfile:4: The image cannot be built: what `COPY src src` copies is not there. Seen: no `src`.',
  ],
  [
    told('ERROR: failed to build: dockerfile parse error line 2: unknown instruction: RNU'),
    'web/Dockerfile:2: The Dockerfile cannot be read. Seen: unknown instruction: RNU.',
  ],
  [told('ERROR: dockerfile parse error on line 9: bad'), 'web/Dockerfile:9: The Dockerfile cannot be read. Seen: bad.'],
  [
    told('ERROR: target stage "x" could not be found'),
    'web/Dockerfile: The Dockerfile has no stage `x`. Seen: build. Correct input `target`.',
  ],
  [
    told(
      'ERROR: Head "https://registry-1.docker.io/v2/": dial tcp: lookup registry-1.docker.io: no such host',
      '[internal] load metadata for docker.io/library/node:24',
      'no such host',
    ),
    'web/Dockerfile:1: The image cannot be built. Seen: the registry registry-1.docker.io cannot be reached: lookup registry-1.docker.io: no such host.',
  ],
  [
    told('ERROR: x', '[build 2/3] RUN npm ci &&   npm test', 'exit code: 1', ['exec /bin/sh: exec format error']),
    'Run `docker/setup-qemu-action` in an earlier step',
  ],
  [
    told('ERROR: Multi-platform build is not supported for the docker driver.\nSwitch'),
    'this engine builds for one platform at a time. Run `docker/setup-buildx-action`',
  ],
  [told('ERROR: Cache export is not supported for the docker driver.\nSwitch'), 'or set input `cache` to `none`'],
  [told('ERROR: write /x: no space left on device'), 'no space left on the disk that Docker uses'],
  [told("docker: 'buildx' is not a docker command."), 'This Docker has no `docker buildx`'],
  [
    told('Cannot connect to the Docker daemon at unix:///x. Is the docker daemon running?'),
    'The Docker engine does not answer',
  ],
  [
    told('ERROR: failed to push r/x: unexpected status from PUT request to https://r/v2/x: 403 Forbidden'),
    'Allow `ecr:BatchCheckLayerAvailability`',
  ],
  [
    told('ERROR: received unexpected HTTP status: 502 Bad Gateway'),
    'the registry answers 502 Bad Gateway. This may pass by itself: run again',
  ],
  [
    told('ERROR: failed to create LLB definition: base name (build) should not be blank'),
    'web/Dockerfile:5: The image cannot be built: the image on which it builds has no name. Seen: `FROM build`, with nothing in it.',
  ],
  [
    told('ERROR: failed to create LLB definition: failed to parse stage name "node:24": invalid reference format'),
    'web/Dockerfile:1: The image cannot be built: the image on which it builds has no proper name. Seen: `node:24`: invalid reference format.',
  ],
  [told('ERROR: something new'), 'The image cannot be built. Seen: ERROR: something new.'],
])('%s', (text, expected) => {
  expect(text).toContain(expected);
});
