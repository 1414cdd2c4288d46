import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { LocalAwsOptions } from '@zap-obs/local-aws';
import { ROOT } from './repository.ts';

/** The variables that name images, and which image each has where nothing else is said. */
export type Images = Record<'NODE_IMAGE' | 'COLLECTOR_IMAGE' | 'PROMETHEUS_IMAGE' | 'REGISTRY_IMAGE', string>;

/** Only the local AWS runs one, so that no compose file names it. The tests run the same version. */
const REGISTRY = 'public.ecr.aws/docker/library/registry:2.8.3';

/** Those that the environment names, else those of local/docker-compose.yml, and the registry behind the local ECR. */
export function imagesIn(env: Readonly<Record<string, string | undefined>> = {}): Images {
  const compose = readFileSync(join(ROOT, 'local/docker-compose.yml'), 'utf8');
  const found = [...compose.matchAll(/\$\{(\w+_IMAGE):-([^}]+)\}/g)].map(
    ([, name = '', image]) => [name, image] as const,
  );
  const all = [...found, ['REGISTRY_IMAGE', REGISTRY] as const];
  return Object.fromEntries(all.map(([name, image]) => [name, env[name] || image])) as Images;
}

/** The images of what is real behind a local AWS. */
export function localAwsImages(
  images: Images = imagesIn(process.env),
): NonNullable<LocalAwsOptions['containers']>['images'] {
  return { node: images.NODE_IMAGE, prometheus: images.PROMETHEUS_IMAGE, registry: images.REGISTRY_IMAGE };
}
