import { describe, expect, it } from 'vitest';
import { parseImageName, REPOSITORY_NAME, repositoryNameOf, sameRepository } from './image-name.ts';

const DIGEST = `sha256:${'a'.repeat(64)}`;

describe("an image's name", () => {
  it.each([
    ['node', { registry: 'docker.io', path: 'library/node' }],
    ['node:24', { registry: 'docker.io', path: 'library/node', tag: '24' }],
    ['zap-obs/node:built', { registry: 'docker.io', path: 'zap-obs/node', tag: 'built' }],
    ['localhost/app', { registry: 'localhost', path: 'app' }],
    ['127.0.0.1:5000/a/b:1', { registry: '127.0.0.1:5000', path: 'a/b', tag: '1' }],
    [`public.ecr.aws/x/y:v1@${DIGEST}`, { registry: 'public.ecr.aws', path: 'x/y', tag: 'v1', digest: DIGEST }],
    ['[::1]:5000/a', { registry: '[::1]:5000', path: 'a' }],
    [`x/y@${DIGEST}`, { registry: 'docker.io', path: 'x/y', digest: DIGEST }],
  ])('%s is read', (text, expected) => {
    expect(parseImageName(text)).toEqual({ tag: undefined, digest: undefined, ...expected });
  });

  it.each([
    '',
    'Upper/Case',
    'a b',
    'x@sha256:1',
    'a//b',
    '-a',
    '--debug=a.b/c',
    'a.b c/d',
    'a.b\n/c',
    'p\u0430y.io/c',
  ])('%j is none', text => {
    expect(parseImageName(text)).toBeUndefined();
  });

  it('is of the same repository whatever its tag, and with or without the default registry', () => {
    expect(sameRepository('node:24', `docker.io/library/node@${DIGEST}`)).toBe(true);
    expect(sameRepository('node:24', 'public.ecr.aws/library/node:24')).toBe(false);
  });
});

describe('a name for a repository', () => {
  it.each([
    [['shop', 'web'], 'shop/web'],
    [['Shop-A', 'My App'], 'shop-a/my-app'],
    [['a--b', '_x_'], 'a-b/x'],
    [['p', 'ünïcode app'], 'p/n-code-app'],
    [['p', '...'], 'p'],
  ])('is made of %j', (parts, expected) => {
    expect(repositoryNameOf(...parts)).toBe(expected);
  });

  it('is always one that ECR takes', () => {
    for (const part of ['a.-b', 'x__y', '--', 'é', 'A/b', '1', 'a..b', '. -'])
      expect(repositoryNameOf('prefix', part)).toMatch(REPOSITORY_NAME);
  });
});
