import { expect, test } from 'vitest';
import { whyNotStarted } from '../src/services/ecs/container-tasks.ts';

test('a container that cannot be started is told by the engine, without the progress of Compose', () => {
  const progress = 'The compose project cannot be started. Seen: Container x-app-1  Creating ⏎ ';
  expect(whyNotStarted(`${progress}Error response from daemon: no such runtime ⏎ more`)).toBe(
    'CannotStartContainerError: no such runtime',
  );
  const other =
    'Error response from daemon: image with reference r/app@sha256:1 was found but does not match the specified platform: wanted linux/arm64, actual: linux/amd64';
  expect(whyNotStarted(`${progress}${other}`)).toBe(
    "CannotPullContainerError: pull image manifest has been retried 1 time(s): image Manifest does not contain descriptor matching platform 'linux/arm64': r/app@sha256:1 is for linux/amd64",
  );
  expect(whyNotStarted('Docker does not answer')).toBe('CannotStartContainerError: Docker does not answer');
});
