import { describe, expect, it } from 'vitest';
import { type Container, judge, readContainers } from './containers.ts';

const container = (service: string, more: Partial<Container> = {}): Container => ({
  service,
  name: `p-${service}-1`,
  image: 'i',
  state: 'running',
  health: '',
  exitCode: 0,
  ports: [],
  ...more,
});

describe('judge', () => {
  const job = { isLasting: false };
  const server = { isLasting: true };

  it('is ready when all run, and those with a health check are healthy', () => {
    const seen = [container('app', { health: 'healthy' }), container('db')];
    expect(judge(seen, { app: server, db: job })).toEqual({ is: 'ready' });
  });

  it('waits for a container that is not there yet, not started, or not healthy', () => {
    const seen = [container('app', { health: 'starting' }), container('db', { state: 'created' })];
    expect(judge(seen, { app: server, db: server, late: server })).toEqual({
      is: 'waiting',
      for: ['late', 'app', 'db'],
    });
  });

  it('takes a job that ended well as ready, but not something meant to last', () => {
    const ended = { state: 'exited', exitCode: 0 };
    expect(judge([container('migrate', ended)], { migrate: job })).toEqual({ is: 'ready' });
    expect(judge([container('app', ended)], { app: server })).toMatchObject({
      is: 'failed',
      failures: [{ what: 'has ended with exit code 0' }],
    });
  });

  it.each([
    [{ state: 'exited', exitCode: 1 }, 'has ended with exit code 1'],
    [{ state: 'exited', exitCode: 127 }, 'has ended with exit code 127 (its command was not found)'],
    [
      { state: 'exited', exitCode: 137 },
      'has ended with exit code 137 (killed: stopped from outside, or out of memory)',
    ],
    [{ state: 'restarting', exitCode: 2 }, 'keeps ending and starting again, last with exit code 2'],
    [{ state: 'running', health: 'unhealthy' }, 'is unhealthy'],
    [{ state: 'paused' }, 'is paused'],
  ])('fails at once, also while others are waited for: %j', (state, what) => {
    const seen = [container('app', state), container('db', { health: 'starting' })];
    expect(judge(seen, { app: job, db: server })).toMatchObject({
      is: 'failed',
      failures: [{ container: { service: 'app' }, what }],
    });
  });
});

describe('readContainers', () => {
  const one = (service: string) => ({ Service: service, Name: service, Image: 'i', State: 'running', ExitCode: 0 });

  it('reads an object a line, and one array, in the order of services', () => {
    const lines = `${JSON.stringify(one('b'))}\n${JSON.stringify(one('a'))}\n`;
    expect(readContainers(lines).map(({ service }) => service)).toEqual(['a', 'b']);
    expect(readContainers(JSON.stringify([one('b'), one('a')])).map(({ service }) => service)).toEqual(['a', 'b']);
    expect(readContainers('')).toEqual([]);
  });

  it('keeps published ports of TCP only', () => {
    const Publishers = [
      { URL: '127.0.0.1', TargetPort: 80, PublishedPort: 32768, Protocol: 'tcp' },
      { URL: '', TargetPort: 81, PublishedPort: 0, Protocol: 'tcp' },
      { URL: '', TargetPort: 53, PublishedPort: 32769, Protocol: 'udp' },
    ];
    expect(readContainers(JSON.stringify({ ...one('a'), Publishers }))[0]?.ports).toEqual([
      { container: 80, host: 32768 },
    ]);
    expect(readContainers(JSON.stringify({ ...one('a'), Publishers: null }))[0]?.ports).toEqual([]);
  });
});
