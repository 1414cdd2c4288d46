import { describe, expect, it } from 'vitest';
import { buildCommand, parseMetadata } from './build.ts';

const OPTIONS = {
  context: '/w',
  dockerfile: '/w/Dockerfile',
  target: undefined,
  args: {},
  secrets: {},
  platforms: ['linux/amd64'],
  name: 'r/shop:1',
  into: 'registry' as const,
  cache: undefined,
};

describe('the command of a build', () => {
  it('names what was asked for, and attests nothing', () => {
    const { args } = buildCommand({
      ...OPTIONS,
      target: 'run',
      platforms: ['linux/amd64', 'linux/arm64'],
      metadataFile: '/m',
    });
    expect(args.join(' ')).toBe(
      'buildx build --progress rawjson --provenance=false --sbom=false --metadata-file /m --file /w/Dockerfile --target run --platform linux/amd64,linux/arm64 --tag r/shop:1 --push /w',
    );
  });

  it('has the values of arguments in its environment, but for names that Docker itself reads', () => {
    const given = {
      TOKEN: 's3cret',
      GOOGLE_API_KEY: 'k',
      DOCKERHUB_TOKEN: 't',
      PATH: '/x',
      DOCKER_HOST: 'y',
      NO_COLOR: '0',
    };
    const { args, env } = buildCommand({ ...OPTIONS, args: given });
    expect(args.filter((_, index) => args[index - 1] === '--build-arg')).toEqual([
      'PATH=/x',
      'DOCKER_HOST=y',
      'NO_COLOR=0',
      'TOKEN',
      'GOOGLE_API_KEY',
      'DOCKERHUB_TOKEN',
    ]);
    expect(env).toEqual({ TOKEN: 's3cret', GOOGLE_API_KEY: 'k', DOCKERHUB_TOKEN: 't' });
  });

  it('hands over files with secrets, and loads where nothing is pushed', () => {
    const { args } = buildCommand({ ...OPTIONS, secrets: { npm: '/w/.npmrc' }, into: 'engine' });
    expect(args.join(' ')).toMatch(/--secret id=npm,src=\/w\/\.npmrc .* --load \/w$/);
  });

  it('hands over a path with a comma as one path', () => {
    const { args } = buildCommand({ ...OPTIONS, secrets: { npm: '/a,src=b/"c"' } });
    expect(args).toContain('id=npm,"src=/a,src=b/""c"""');
  });

  it('keeps layers in the cache that was asked for', () => {
    expect(buildCommand({ ...OPTIONS, cache: { kind: 'gha', scope: 'shop' } }).args.join(' ')).toContain(
      '--cache-from type=gha,scope=shop --cache-to type=gha,scope=shop,mode=max',
    );
    expect(buildCommand({ ...OPTIONS, cache: { kind: 'registry', image: 'r/c:cache' } }).args.join(' ')).toContain(
      '--cache-from type=registry,ref=r/c:cache --cache-to type=registry,ref=r/c:cache,mode=max,image-manifest=true,oci-mediatypes=true',
    );
  });
});

it('reads what BuildKit writes of a build', () => {
  const text = '{"containerimage.digest":"sha256:a","containerimage.config.digest":"sha256:b","buildx.build.ref":"x"}';
  expect(parseMetadata(text)).toEqual({ digest: 'sha256:a', configDigest: 'sha256:b' });
});
