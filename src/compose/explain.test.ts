import { expect, it } from 'vitest';
import { renderFault } from '../runner/fault.ts';
import { explain } from './explain.ts';

// As Docker 20.10 and 28 and Compose 2.40 say it.
it.each([
  [
    "unable to get image 'x': Cannot connect to the Docker daemon at unix:///nonexist. Is the docker daemon running?",
    'The Docker engine does not answer. Seen: no engine at unix:///nonexist. Start it',
  ],
  [
    'permission denied while trying to connect to the Docker daemon socket at unix:///var/run/docker.sock: Get …',
    'This user may not speak to the Docker engine. Seen: permission denied at unix:///var/run/docker.sock',
  ],
  ["unknown shorthand flag: 'p' in -p\n\nUsage:  docker [OPTIONS]", 'This Docker has no `docker compose`. Install'],
  [
    ' Container web Starting\nError response from daemon: driver failed programming external connectivity on endpoint t2-web-1 (addb4): Error starting userland proxy: listen tcp4 127.0.0.1:8123: bind: address already in use',
    'Port 8123 is in use on this machine. Seen: 127.0.0.1:8123. End what listens there',
  ],
  [
    'Error response from daemon: Bind for 0.0.0.0:5000 failed: port is already allocated',
    'Port 5000 is in use on this machine. Seen: 0.0.0.0:5000.',
  ],
  [
    'failed to parse /w/ci/compose.yml: yaml: line 2: did not find expected node content',
    'ci/compose.yml:2: The compose file is not YAML. Seen: did not find expected node content. Mend that line.',
  ],
  [
    "validating /w/ci/compose.yml: services.web additional properties 'imag' not allowed",
    "ci/compose.yml: The compose file says something that Compose does not know. Seen: services.web additional properties 'imag' not allowed.",
  ],
  [
    'error while interpolating services.web.image: required variable NOPE is missing a value: needs NOPE',
    'ci/compose.yml: The compose file needs the environment variable NOPE. Seen: nothing, at `services.web.image`: needs NOPE. Set NOPE',
  ],
  ['open /w/none.yml: no such file or directory', 'It fails. Seen: no file /w/none.yml.'],
  [
    'Error response from daemon: Get "https://registry.example/v2/": dial tcp: lookup registry.example: no such host',
    'It fails. Seen: the image registry registry.example cannot be reached: dial tcp: lookup registry.example: no such host.',
  ],
  [
    'failed to solve: executor failed running [/bin/sh -c npm ci]: exit code: 3\n',
    'It fails. Seen: `/bin/sh -c npm ci` ended with exit code 3. What it printed stands in the log of the build, above.',
  ],
  [
    'failed to solve: process "/bin/sh -c npm ci" did not complete successfully: exit code: 1\n',
    'It fails. Seen: `/bin/sh -c npm ci` ended with exit code 1.',
  ],
  [
    "pull access denied for acme/app, repository does not exist or may require 'docker login'",
    'It fails. Seen: no image acme/app in its registry, or no right to pull it. Correct',
  ],
  ['write /x: no space left on device', 'It fails. Seen: no space left on the disk that Docker uses. Make room'],
  ['one\ntwo\n\nthree\nfour', 'It fails. Seen: two ⏎ three ⏎ four.'],
  ['', 'It fails. Seen: no word from Docker.'],
])('%s', (stderr, expected) => {
  const fault = explain(stderr, { failed: 'It fails', files: ['ci/compose.yml'] });
  expect(renderFault(fault)).toContain(expected);
});
