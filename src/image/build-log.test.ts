import { describe, expect, it } from 'vitest';
import { BuildLog } from './build-log.ts';

const started = '2026-01-01T00:00:00Z';
const completed = '2026-01-01T00:00:01.5Z';

function logOf(...reports: (object | string)[]) {
  const lines: string[] = [];
  const log = new BuildLog(line => lines.push(line));
  for (const report of reports) log.read(typeof report === 'string' ? report : JSON.stringify(report));
  return { log, lines };
}
const vertex = (digest: string, name: string, more: object = {}) => ({ vertexes: [{ digest, name, ...more }] });
const output = (digest: string, text: string) => ({
  logs: [{ vertex: digest, data: Buffer.from(text).toString('base64') }],
});

describe('the log of a build', () => {
  it('tells steps as they begin, speak and end', () => {
    const { lines } = logOf(
      vertex('a', '[1/2] FROM node'),
      vertex('b', '[2/2] RUN x'),
      vertex('a', '[1/2] FROM node', { started }),
      vertex('a', '[1/2] FROM node', { started, completed, cached: true }),
      vertex('b', '[2/2] RUN x', { started }),
      output('b', 'one\ntw'),
      output('b', 'o\nopen'),
      vertex('b', '[2/2] RUN x', { started, completed }),
      vertex('b', '[2/2] RUN x', { started, completed }),
    );
    expect(lines).toEqual([
      '#1 [1/2] FROM node',
      '#1 CACHED',
      '#2 [2/2] RUN x',
      '#2 one',
      '#2 two',
      '#2 open',
      '#2 DONE 1.5s',
    ]);
  });

  it('tells words that are no reports, but not the last one, which the message has', () => {
    expect(logOf('WARNING: x', '{broken', '', 'ERROR: failed to build: y').lines).toEqual(['WARNING: x', '{broken']);
  });

  it('counts the steps that do something, and those that were there', () => {
    const { log } = logOf(
      vertex('i', '[internal] load build context', { started, completed }),
      vertex('f', '[build 1/3] FROM node', { started, completed, cached: true }),
      vertex('a', '[build 2/3] RUN x', { started, completed, cached: true }),
      vertex('b', '[linux/arm64 build 3/3] COPY . .', { started, completed }),
      vertex('e', 'exporting to image', { started, completed }),
    );
    expect(log.steps().map(({ name, isCached }) => [name, isCached])).toEqual([
      ['[build 2/3] RUN x', true],
      ['[linux/arm64 build 3/3] COPY . .', false],
    ]);
  });

  it('counts a step once that was gone through again after a new login', () => {
    const { log } = logOf(
      vertex('a', '[2/2] RUN x', { started, completed }),
      vertex('b', '[2/2] RUN x', { started, completed, cached: true }),
    );
    expect(log.steps()).toMatchObject([{ isCached: false }]);
  });

  it('knows the step that failed from those that were ended because of it', () => {
    const { log } = logOf(
      vertex('a', '[a 1/1] RUN x', { started, completed, error: 'context canceled' }),
      vertex('b', '[b 1/1] RUN y', { started, completed, error: 'exit code: 1' }),
    );
    expect(log.failed()?.name).toBe('[b 1/1] RUN y');
  });

  it('keeps the last lines of a step, in bounded memory', () => {
    const { log } = logOf(
      vertex('a', '[1/1] RUN x', { started }),
      output('a', `${'line\n'.repeat(1000)}${'x'.repeat(5000)}\n`),
    );
    const [step] = log.steps();
    expect(step?.output).toHaveLength(40);
    expect(step?.output.at(-1)).toHaveLength(2002);
  });
});
