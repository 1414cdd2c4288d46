import type { ContainerOptions } from '../../local/aws/src/containers/containers.ts';

/** The images of what is real behind a local AWS: those that the environment names, else those of public registries. */
export function localAwsImages(env: NodeJS.ProcessEnv = process.env): ContainerOptions['images'] {
  return {
    node: env.NODE_IMAGE ?? 'public.ecr.aws/docker/library/node:24.21.0-bookworm-slim',
    prometheus: env.PROMETHEUS_IMAGE ?? 'quay.io/prometheus/prometheus:v3.5.0',
    registry: env.REGISTRY_IMAGE ?? 'public.ecr.aws/docker/library/registry:2.8.3',
  };
}
