import { describe, expect, it } from 'vitest';
import { Dockerfile } from './dockerfile.ts';

const images = (text: string, args: Record<string, string> = {}) =>
  new Dockerfile(text).bases(args).map(({ image }) => image);

describe('the images that a Dockerfile builds on', () => {
  it.each([
    ['FROM node:24', ['node:24']],
    ['from --platform=$BUILDPLATFORM node:24 as build\nFROM build', ['node:24']],
    ['FROM a AS one\nFROM b AS Two\nCOPY --from=two /x /y\nCOPY --from=0 /x /y', ['a', 'b']],
    ['FROM scratch', []],
    ['FROM a\nCOPY --chown=1 --from=busybox:1 /bin/sh /sh', ['a', 'busybox:1']],
    ['FROM a\nRUN --mount=type=bind,from=tools,target=/t make', ['a', 'tools']],
    ['FROM a\nFROM a', ['a']],
    // A stage's name counts only after it.
    ['FROM later\nFROM x AS later', ['later', 'x']],
    ['FROM a\nRUN echo "FROM b" \\\nFROM c', ['a']],
    ['FROM a\nRUN <<EOF\nFROM b\nEOF\nFROM c', ['a', 'c']],
    ['FROM a \\\n# FROM comment\n\n  AS x\nFROM x', ['a']],
    ['# escape=`\nFROM a `\n AS x\nRUN dir c:\\\nFROM b', ['a', 'b']],
  ])('in %j are %j', (text, expected) => {
    expect(images(text)).toEqual(expected);
  });

  it.each([
    ['ARG B=node:24\nFROM $B', {}, 'node:24'],
    ['ARG B=node:24\nFROM $B', { B: 'node:22' }, 'node:22'],
    ['ARG V="24"\nARG B=node:${V}-slim\nFROM ${B}', {}, 'node:24-slim'],
    ['FROM node:${V:-20}', {}, 'node:20'],
    ['ARG V\nFROM node${V:+:$V}', { V: '1' }, 'node:1'],
    ['ARG A=1 B=2\nFROM x:$A$B', {}, 'x:12'],
    // What is not declared is not put in, whatever is given.
    ['FROM node:${V:-20}', { V: '1' }, 'node:20'],
  ])('in %j with %j is %s', (text, args, expected) => {
    expect(images(text, args)).toEqual([expected]);
  });
});

describe('the line of a step', () => {
  const file = new Dockerfile(`# syntax
ARG B=x
FROM $B AS build
WORKDIR /app
RUN npm ci && \\
    # why
    npm test
COPY src src

FROM $B
COPY --from=build /app .
RUN false
ARG NAME
COPY $NAME.txt /
RUN <<EOF
false
EOF
COPY src src
`);

  it.each([
    ['[build 2/4] WORKDIR /app', 4],
    ['[build 3/4] RUN npm ci &&     npm test', 5],
    ['[linux/arm64 build 4/4] COPY src src', 8],
    ['[stage-1 5/5] COPY src src', 18],
    ['[stage-1 2/5] COPY --from=build /app .', 11],
    ['[stage-1 3/5] RUN false', 12],
    ['[stage-1 4/5] COPY hello.txt /', 14],
    ['[stage-1 4/5] RUN <<EOF (false)', 15],
    ['[build 1/4] FROM docker.io/library/x', 3],
    ['[linux/amd64 stage-1 1/4] FROM docker.io/library/x', 10],
    ['[internal] load build context', undefined],
    ['exporting to image', undefined],
  ])('%s is %s', (step, line) => {
    expect(file.lineOf(step)).toBe(line);
  });
});

it('names the lines that fetch files from elsewhere', () => {
  expect(new Dockerfile('FROM a\nADD https://x/y /y\nADD file /z\nADD --checksum=1 http://x /').remoteFiles()).toEqual([
    2, 4,
  ]);
});
