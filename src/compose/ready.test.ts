import { createServer as createHttpServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { expect, it } from 'vitest';
import { Cancelled } from '../runner/cancellation.ts';
import { countingClock } from '../tooling/counting-clock.ts';
import { untilAnswers } from './answers.ts';
import type { RunDocker } from './docker.ts';
import type { Model } from './model.ts';
import { ComposeProject } from './project.ts';
import { untilReady } from './ready.ts';

/** Docker that gives one answer after the other, the last one for ever. */
function docker(...answers: { code?: number; stdout?: string; stderr?: string }[]): RunDocker & { asked: string[] } {
  const asked: string[] = [];
  let next = 0;
  const run: RunDocker = async args => {
    asked.push(args.join(' '));
    const answer = answers[Math.min(next++, answers.length - 1)];
    return { code: 0, stdout: '', stderr: '', ...answer };
  };
  return Object.assign(run, { asked });
}

const container = (more: object) =>
  JSON.stringify({ Service: 'app', Name: 'p-app-1', Image: 'app:1', State: 'running', ExitCode: 0, ...more });
const MODEL: Model = { services: { app: { healthcheck: {} } } };
const projectOf = (run: RunDocker) =>
  new ComposeProject({ name: 'p', files: ['/w/compose.yml'], shownFiles: ['compose.yml'], env: {} }, run);
const signal = new AbortController().signal;

it('looks again, ever less often, until all is ready', async () => {
  const starting = { stdout: container({ Health: 'starting' }) };
  const run = docker(starting, starting, starting, { stdout: container({ Health: 'healthy' }) });
  const clock = countingClock();
  const containers = await untilReady(projectOf(run), MODEL, { clock, signal, patience: 60_000 });
  expect(containers).toMatchObject([{ service: 'app', health: 'healthy' }]);
  expect(clock.slept).toEqual([100, 100, 100]);
});

it('fails at once when a container ends, and when the time is up', async () => {
  const clock = countingClock();
  const ended = projectOf(docker({ stdout: container({ State: 'exited', ExitCode: 3 }) }));
  await expect(untilReady(ended, MODEL, { clock, signal, patience: 60_000 })).rejects.toThrow(
    'The container of `app` has ended with exit code 3. Seen: image app:1. Its last words are below',
  );
  expect(clock.slept).toEqual([]);

  const starting = projectOf(docker({ stdout: container({ Health: 'starting' }) }));
  await expect(untilReady(starting, MODEL, { clock, signal, patience: 5000 })).rejects.toThrow(
    '`app` is not ready after 5 s',
  );
  expect(Math.max(...clock.slept)).toBeLessThanOrEqual(1000);
});

it('removes until nothing is left, and names what stays', async () => {
  const nothing = { stdout: '' };
  const late = docker({}, nothing, { stdout: 'p-app-1\n' }, nothing, nothing, {}, nothing, nothing, nothing, nothing);
  await projectOf(late).remove(0, 5000);
  expect(late.asked.filter(args => args.includes(' down '))).toHaveLength(2);

  const stuck = docker({ stdout: 'thing\n' });
  await expect(projectOf(stuck).remove(0, 5000)).rejects.toThrow(
    'The compose project p cannot be removed. Seen: container thing, network thing, volume thing. Remove it by',
  );
});

it('waits until a server speaks HTTP, not only until its port is open', async () => {
  const closing = createServer(socket => socket.destroy());
  await new Promise<void>(resolve => closing.listen(0, '127.0.0.1', resolve));
  const { port } = closing.address() as AddressInfo;
  const url = `http://127.0.0.1:${port}/`;
  const waiting = { clock: countingClock(), signal, patience: 1000, whileSilent: async () => {} };
  await expect(untilAnswers(url, 'app', waiting)).rejects.toThrow('`app` runs, but nothing answers at');
  const whileSilent = () => Promise.reject(new Error('it has ended'));
  await expect(untilAnswers(url, 'app', { ...waiting, whileSilent })).rejects.toThrow('it has ended');
  await new Promise(resolve => closing.close(resolve));

  const server = createHttpServer((_, answer) => answer.writeHead(500).end());
  await new Promise<void>(resolve => server.listen(port, '127.0.0.1', resolve));
  await untilAnswers(url, 'app', waiting);
  server.close();
});

it('ends a wait when the run is cancelled', async () => {
  const run = docker({ stdout: container({ Health: 'starting' }) });
  const cancelled = AbortSignal.abort(new Cancelled('SIGINT'));
  const waiting = untilReady(projectOf(run), MODEL, { clock: countingClock(), signal: cancelled, patience: 1000 });
  await expect(waiting).rejects.toThrow('SIGINT');
});
