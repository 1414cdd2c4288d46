import { runDocker } from '../../../src/compose/docker.docker.ts';
import type { RunDocker } from '../../../src/compose/docker.ts';
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

/**
 * A Docker that starts nothing: each project has one container, which is in this state and publishes Prometheus' port as
 * this one of the machine.
 */
export function pretendedContainers(port: number, state = 'running') {
  const commands: string[] = [];
  const run: RunDocker = async args => {
    commands.push(args.join(' '));
    const name = args[args.indexOf('--project-name') + 1];
    const container = {
      Service: 'prometheus',
      Name: `${name}-prometheus-1`,
      Image: 'prometheus',
      State: state,
      ExitCode: state === 'running' ? 0 : 1,
      Publishers: [{ TargetPort: 9090, PublishedPort: port, Protocol: 'tcp' }],
    };
    const isListing = args[0] === 'compose' && args.includes('ps');
    return { code: 0, stdout: isListing ? JSON.stringify(container) : '', stderr: '' };
  };
  return { run, images: { node: 'node', prometheus: 'prometheus', registry: 'registry' }, commands };
}
