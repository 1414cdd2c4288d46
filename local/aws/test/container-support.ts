import { runDocker } from '../../../src/compose/docker.docker.ts';
import type { ContainerOptions } from '../src/containers/containers.ts';

/** This machine's Docker, and the images that `IMAGES` chooses (src/tooling/images-for-tests.ts). */
export function testContainers(): ContainerOptions {
  const {
    NODE_IMAGE = 'public.ecr.aws/docker/library/node:24.21.0-bookworm-slim',
    PROMETHEUS_IMAGE = 'quay.io/prometheus/prometheus:v3.5.0',
    REGISTRY_IMAGE = 'public.ecr.aws/docker/library/registry:2',
  } = process.env;
  return { run: runDocker, images: { node: NODE_IMAGE, prometheus: PROMETHEUS_IMAGE, registry: REGISTRY_IMAGE } };
}
