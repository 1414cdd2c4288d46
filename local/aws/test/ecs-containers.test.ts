import { setImmediate as nextTurn } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Finished, RunDocker } from '../../../src/compose/docker.ts';
import { Containers } from '../src/containers/containers.ts';
import { containerTasks } from '../src/services/ecs/container-tasks.ts';
import type { EcsService, Task } from '../src/services/ecs/state.ts';
import { readTaskDefinition } from '../src/services/ecs/task-definition.ts';

// A Docker that does what a test says, since a real one is too quick for what happens between two of its commands.

const ARN = 'arn:aws:ecs:us-east-1:000000000000:task-definition/shop:1';
const DEFINITION = readTaskDefinition(ARN, { ContainerDefinitions: [{ Name: 'app', Image: 'shop@sha256:1' }] });
const SERVICE = { region: 'us-east-1', name: 'shop' } as EcsService;
const OK: Finished = { code: 0, stdout: '', stderr: '' };

let asked: string[];
let answers: Record<string, () => Promise<Finished>>;
let closing: AbortController;
let containers: Containers;

const run: RunDocker = async (args, { signal } = {}) => {
  const words = args.join(' ');
  asked.push(words);
  if (args[0] === 'events')
    return new Promise((_, reject) => signal?.addEventListener('abort', () => reject(signal.reason)));
  const [, answer] = Object.entries(answers).find(([part]) => words.includes(part)) ?? [];
  return answer ? await answer() : OK;
};

beforeEach(async () => {
  asked = [];
  answers = { 'image inspect': async () => ({ ...OK, code: 1 }) };
  closing = new AbortController();
  containers = await Containers.open({ run, images: { node: 'node', prometheus: 'prometheus', registry: 'registry' } });
  containers.listensAt(4566);
});
afterEach(async () => {
  closing.abort();
  await containers.close();
});

const tasks = () => containerTasks({ containers, dockerConfig: () => '{}', print: () => {}, closing: closing.signal });
const newTask = () => ({ id: 'a1', desiredStatus: 'RUNNING', containers: [] }) as unknown as Task;
const started = () => asked.filter(words => words.includes(' up '));

test('a task that is stopped while its image is pulled never starts', async () => {
  let pulled = () => {};
  answers[' pull '] = () => new Promise(resolve => (pulled = () => resolve(OK)));
  const [runner, task] = [tasks(), newTask()];
  const starting = runner.start(task, DEFINITION, SERVICE, () => {});
  while (!asked.some(words => words.includes(' pull '))) await nextTurn();
  task.desiredStatus = 'STOPPED';
  const stopped = runner.stop(task);
  pulled();
  await Promise.all([starting, stopped]);
  expect(started()).toEqual([]);
});

test('a task that is stopped while its containers start is removed when they have', async () => {
  let isUp = () => {};
  answers[' up '] = () => new Promise(resolve => (isUp = () => resolve(OK)));
  const [runner, task] = [tasks(), newTask()];
  const starting = runner.start(task, DEFINITION, SERVICE, () => {});
  while (started().length === 0) await nextTurn();
  task.desiredStatus = 'STOPPED';
  const stopped = runner.stop(task);
  await nextTurn();
  expect(asked.filter(words => words.includes(' down '))).toEqual([]);
  isUp();
  await Promise.all([starting, stopped]);
  expect(asked.filter(words => words.includes(' down '))).toHaveLength(1);
});

test('an image that cannot be pulled is told in the words of ECS and of Docker', async () => {
  answers[' pull '] = async () => ({ ...OK, code: 1, stderr: 'Error response from daemon: manifest unknown\n' });
  await expect(tasks().start(newTask(), DEFINITION, SERVICE, () => {})).rejects.toThrow(
    /^CannotPullContainerError: .*manifest unknown$/,
  );
});
