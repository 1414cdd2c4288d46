import { expect, it } from 'vitest';
import { shippedSources } from '../errors/sources.ts';
import { bare, type Node, nameOf, nodesOf, propertyOf, treeOf } from '../errors/syntax.ts';

// That no input reaches a shell is held by the sources: one file starts processes, and that with a list of arguments.

const trees = new Map([...shippedSources()].map(([file, text]) => [file, treeOf(text, file)]));

/** Modules with which a program could be started, or a text be run as one. */
const RUNS_THINGS =
  /^(node:)?(child_process|vm|cluster|repl|inspector|worker_threads|module)$|^@actions\/exec$|^execa$|^cross-spawn$/;

/** What a file imports, in whatever way. */
function importsOf(root: Node): string[] {
  return nodesOf(root).flatMap(node => {
    if (/^(Import|Export(Named|All))Declaration$/.test(node.type) && node.source && node.importKind !== 'type')
      return [String((node.source as Node).value)];
    if (node.type === 'ImportExpression') return [literal(node.source as Node)];
    const isRequire =
      node.type === 'CallExpression' && /^(require|createRequire|getBuiltinModule)$/.test(calleeOf(node));
    return isRequire ? [literal((node.arguments as Node[])[0])] : [];
  });
}

/** What is not written out could be anything. */
function literal(node: Node | undefined): string {
  return typeof node?.value === 'string' ? node.value : 'something that is not written out';
}

function calleeOf(call: Node): string {
  const callee = bare(call.callee as Node);
  return nameOf(callee.type === 'MemberExpression' ? callee.property : callee) ?? '';
}

/** Faults of a file that a reader would call dangerous. */
function dangers(file: string, root: Node): string[] {
  const isDocker = file.endsWith('.docker.ts');
  const found = importsOf(root)
    .filter(name => RUNS_THINGS.test(name) && !(isDocker && name === 'node:child_process'))
    .map(name => `imports ${name}`);
  for (const node of nodesOf(root)) {
    const isCall = /^(Call|New)Expression$/.test(node.type);
    const name = isCall ? calleeOf(node) : '';
    if (name === 'eval' || (name === 'Function' && isCall)) found.push(`calls ${name}`);
    if (name === 'dlopen') found.push(`calls ${name}`);
    if (isDocker && isCall && name === 'spawn') found.push(...spawnDangers(node));
    const isBinding = isDocker && node.type === 'ImportSpecifier' && node.importKind !== 'type';
    const isOfProcesses = (node.parent as { source?: Node } | undefined)?.source?.value === 'node:child_process';
    if (isBinding && isOfProcesses && nameOf(node.imported) !== 'spawn') found.push(`imports ${nameOf(node.imported)}`);
    if (isDocker && /^Import(Namespace|Default)Specifier$/.test(node.type) && isOfProcesses) found.push('imports all');
  }
  return found;
}

function spawnDangers(call: Node): string[] {
  const [program, , options] = call.arguments as Node[];
  const found = literal(program) === 'docker' ? [] : [`starts ${literal(program)}`];
  if (options?.type !== 'ObjectExpression') return [...found, 'has options that are not written out'];
  const isSpread = (options.properties as Node[]).some(({ type }) => type !== 'Property');
  if (isSpread) found.push('has options that are not written out');
  if (propertyOf(options, 'shell') || propertyOf(options, 'windowsVerbatimArguments')) found.push('has a shell');
  return found;
}

it('one file of the bundle starts processes: Docker, with a list of arguments and no shell', () => {
  const all = [...trees].map(([file, root]) => [file, dangers(file, root)] as const);
  expect(all.filter(([, found]) => found.length > 0)).toEqual([]);
  const starting = [...trees].filter(([, root]) => importsOf(root).includes('node:child_process'));
  expect(starting.map(([file]) => file)).toEqual(['src/compose/docker.docker.ts']);
});

it.each([
  ['x.ts', "import { spawn } from 'node:child_process';", 'imports node:child_process'],
  ['x.ts', "const { exec } = await import('child_process');", 'imports child_process'],
  ['x.ts', "process.getBuiltinModule('node:child_process');", 'imports node:child_process'],
  ['x.ts', "export * from '@actions/exec';", 'imports @actions/exec'],
  ['x.ts', 'new Function(text)();', 'calls Function'],
  ['x.ts', 'globalThis.eval(text);', 'calls eval'],
  ['x.docker.ts', "import { execSync } from 'node:child_process';", 'imports execSync'],
  ['x.docker.ts', "import { exec as spawn } from 'node:child_process';", 'imports exec'],
  ['x.docker.ts', "import * as all from 'node:child_process';", 'imports all'],
  ['x.docker.ts', "spawn('sh', ['-c', input], {});", 'starts sh'],
  ['x.docker.ts', 'spawn(`docker ${input}`, [], {});', 'starts something that is not written out'],
  ['x.docker.ts', "spawn('docker', args, { shell: true });", 'has a shell'],
  ['x.docker.ts', "spawn('docker', args, options);", 'has options that are not written out'],
  ['x.docker.ts', "spawn('docker', args, { ...options });", 'has options that are not written out'],
])('in %s, `%s` would be found', (file, text, expected) => {
  expect(dangers(file, treeOf(text, file))).toContain(expected);
});

it.each([
  ['x.docker.ts', "import { type ChildProcess, spawn } from 'node:child_process'; spawn('docker', args, { env });"],
  ['x.ts', "import type { ChildProcess } from 'node:child_process';"],
  ['x.ts', "/x/.exec(text); await import('yaml');"],
])('in %s, `%s` is nothing', (file, text) => {
  expect(dangers(file, treeOf(text, file))).toEqual([]);
});
