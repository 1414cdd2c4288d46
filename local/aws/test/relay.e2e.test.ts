import { afterAll, beforeAll, expect, test } from 'vitest';
import { untilReady } from '../../../src/compose/ready.ts';
import { systemClock as waitingClock } from '../../../src/runner/clock.ts';
import { systemClock } from '../src/clock.ts';
import { Containers } from '../src/containers/containers.ts';
import { relayService } from '../src/containers/relay.ts';
import { type Listening, listen } from '../src/server.ts';
import { testContainers } from './container-support.ts';

let containers: Containers;
let server: Listening;

beforeAll(async () => {
  containers = await Containers.open(testContainers());
  server = await listen({
    host: '127.0.0.1',
    port: 0,
    socket: containers.socket,
    services: {},
    namings: {},
    clock: systemClock,
    faults: { onRequest: () => ({ struck: [], marks: new Map() }) },
    stackNamed: () => undefined,
    onCall: () => {},
  });
});

afterAll(async () => {
  await containers.close();
  await server.close();
});

test("a container in a relay's network namespace finds the local AWS at its own URL, and is found at a published port", async () => {
  // It listens only when it has reached the local AWS, so that its health tells.
  const app = `
    fetch('${server.url}/health').then(async answer => {
      const said = await answer.text();
      require('node:http').createServer((_, response) => response.end(said)).listen(5000);
    });`;
  const probe = "fetch('http://127.0.0.1:5000').then(() => process.exit(0), () => process.exit(1))";
  const project = await containers.project('relayed', {
    services: {
      relay: relayService(containers, { port: server.port, publish: [5000] }),
      app: {
        image: containers.images.node,
        command: ['node', '-e', app],
        network_mode: 'service:relay',
        depends_on: { relay: { condition: 'service_healthy' } },
        healthcheck: { test: ['CMD', 'node', '-e', probe], interval: '1s', timeout: '5s', retries: 60 },
      },
    },
  });
  const signal = AbortSignal.timeout(200_000);
  await project.start(signal, () => {});
  const ready = await untilReady(project, await project.model(signal), {
    clock: waitingClock,
    signal,
    patience: 120_000,
  });
  const port = ready
    .find(({ service }) => service === 'relay')
    ?.ports.find(({ container }) => container === 5000)?.host;
  const answer = await fetch(`http://127.0.0.1:${port}`);
  expect(await answer.json()).toEqual({ status: 'ok', simulation: true, services: [] });
});
