// What GitHub would find out only when somebody runs them.
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { InputSpec } from '../../runner/spec.ts';
import { specs } from '../generated-files.ts';
import { ROOT } from '../repository.ts';
import { MAJOR, TOOLKIT } from '../toolkit-name.ts';
import {
  type Action,
  actionFiles,
  type DeclaredInput,
  type Job,
  type Step,
  type Workflow,
  workflows,
} from './files.ts';

const actions = new Map(actionFiles().map(file => [file.path, file]));
const root = rootAction();
const flows = new Map(workflows().map(file => [file.path, file]));

/** All that is run, each with where it is. */
const jobs = [...flows.values()].flatMap(({ path, content }) =>
  Object.entries(content.jobs).map(([id, job]) => ({ path, id, job, workflow: content })),
);
const steps: { where: string; path: string; step: Step }[] = [
  ...jobs.flatMap(({ path, id, job }) => (job.steps ?? []).map(step => ({ where: `${path} ${id}`, path, step }))),
  ...[...actions.values()].flatMap(({ path, content }) =>
    (content.runs.steps ?? []).map(step => ({ where: path, path, step })),
  ),
];

interface Use {
  where: string;
  path: string;
  uses: string;
  given: Record<string, unknown>;
}

const uses: Use[] = [
  ...steps.flatMap(({ where, path, step }) =>
    step.uses === undefined ? [] : [{ where, path, uses: step.uses, given: step.with ?? {} }],
  ),
  ...jobs.flatMap(({ path, id, job }) =>
    job.uses === undefined ? [] : [{ where: `${path} ${id}`, path, uses: job.uses, given: job.with ?? {} }],
  ),
];
const isOurs = ({ uses: name }: Use) =>
  name.startsWith(`${TOOLKIT}/`) || name.startsWith(`${TOOLKIT}@`) || name.startsWith('./');
const ours = uses.filter(isOurs);
const foreign = uses.filter(use => !isOurs(use));

function rootAction(): Action & { branding?: unknown } {
  const file = actions.get('action.yml');
  if (file === undefined) throw new Error('there is no root action');
  return file.content;
}

/** What stands in the tree behind a `uses:` of ours. */
function target(name: string): { inputs: Record<string, DeclaredInput>; outputs: Record<string, unknown> } | undefined {
  const path = name.startsWith('./')
    ? name.slice(2)
    : name.slice(TOOLKIT.length).replace(/^\//, '').replace(/@.*$/, '');
  if (path.startsWith('.github/workflows/')) {
    const call = flows.get(path)?.content.on.workflow_call;
    return call ? { inputs: call.inputs ?? {}, outputs: call.outputs ?? {} } : undefined;
  }
  const action = actions.get(path === '' ? 'action.yml' : `${path}/action.yml`)?.content;
  return action && { inputs: action.inputs ?? {}, outputs: action.outputs ?? {} };
}

describe('uses:', () => {
  it.each(ours.map(use => [use.where, use.uses, use] as const))(
    '%s: %s is in the tree, with these inputs',
    (_w, name, use) => {
      if (!name.startsWith('./')) expect(name).toMatch(new RegExp(`@${MAJOR}$`));
      const found = target(name);
      expect(found, 'what `uses:` names').toBeDefined();
      const declared = found?.inputs ?? {};
      expect(Object.keys(declared)).toEqual(expect.arrayContaining(Object.keys(use.given)));
      const required = Object.entries(declared).filter(([, { required }]) => required);
      expect(Object.keys(use.given)).toEqual(expect.arrayContaining(required.map(([input]) => input)));
    },
  );

  it('finds what the root action and the workflows use', () => {
    const paths = new Set(ours.map(use => use.uses));
    for (const name of [
      'actions/build-push',
      'deploy',
      'actions/validate-telemetry',
      'actions/teardown',
      'actions/smoke-test',
    ])
      expect(paths).toContain(`${TOOLKIT}/${name}@${MAJOR}`);
  });

  it('of ours, in every text for people, names what is in the tree', () => {
    const texts = globSync('{*.md,docs/**/*.md,{actions,cloudformation,local,deploy,zap-app}/**/*.md}', { cwd: ROOT });
    const named = texts.flatMap(path =>
      [...readFileSync(join(ROOT, path), 'utf8').matchAll(/uses: (org\/zap-obs\S*)/g)].map(([, name = '']) => ({
        path,
        name,
      })),
    );
    expect(named.length).toBeGreaterThan(5);
    expect(named.filter(({ name }) => target(name) === undefined)).toEqual([]);
  });

  const ALLOWED: Record<string, readonly string[]> = {
    'actions/checkout': [...flows.keys()],
    'actions/attest-build-provenance': ['.github/workflows/release.yml'],
    'actions/upload-artifact': ['.github/workflows/e2e-aws.yml'],
  };

  it.each(foreign.map(use => [use.where, use.uses, use] as const))(
    '%s: %s is allowed there, and pinned',
    (_w, name, use) => {
      expect(name).toMatch(/^[\w-]+\/[\w/-]+@[0-9a-f]{40}$/);
      expect(ALLOWED[name.replace(/@.*/, '')]).toContain(use.path);
      const text = (flows.get(use.path) ?? actions.get(use.path))?.text ?? '';
      expect(text).toMatch(new RegExp(`uses: ${name} # v\\d+\\.\\d+\\.\\d+$`, 'm'));
    },
  );

  it('of others is of one commit everywhere', () => {
    const names = new Set(foreign.map(({ uses: name }) => name));
    expect(new Set([...names].map(name => name.replace(/@.*/, ''))).size).toBe(names.size);
  });

  it('leaves no token in the workspace', () => {
    const checkouts = foreign.filter(({ uses: name }) => name.startsWith('actions/checkout@'));
    expect(checkouts.length).toBeGreaterThan(5);
    expect(checkouts.filter(({ given }) => given['persist-credentials'] !== false)).toEqual([]);
  });
});

describe('inputs', () => {
  const PREFIXES: Record<string, string> = { build: 'build-push', deploy: 'deploy', validate: 'validate-telemetry' };
  const OF: Record<string, readonly string[]> = {
    'action.yml': ['deploy', 'build-push', 'validate-telemetry'],
    '.github/workflows/deploy.yml': ['deploy', 'build-push', 'validate-telemetry'],
    '.github/workflows/deploy-environments.yml': ['deploy', 'build-push', 'validate-telemetry'],
    '.github/workflows/teardown.yml': ['teardown'],
    '.github/workflows/pr-smoke.yml': ['smoke-test'],
    '.github/workflows/preview.yml': ['deploy'],
  };
  /** What a workflow asks for, or decides, beside its actions; `stack-prefix` and `confirm` of a teardown are always said. */
  const OWN = ['environment', 'environments', 'one-by-one', 'platform-stacks', 'validate', 'validate-role'];
  const STRICTER = ['teardown.yml stack-prefix', 'teardown.yml confirm'];

  function specOf(path: string, name: string): InputSpec | undefined {
    const names = OF[path] ?? [];
    for (const spec of names.map(wanted => specs.find(spec => spec.name === wanted))) {
      if (spec && name in spec.inputs && !(name === 'timeout' && names.length > 1)) return spec.inputs[name];
    }
    const [, prefix = '', rest = ''] = /^(\w+)-(.+)$/.exec(name) ?? [];
    return specs.find(spec => spec.name === PREFIXES[prefix])?.inputs[rest];
  }

  const declared = Object.keys(OF).flatMap(path => {
    const inputs = path.endsWith('action.yml')
      ? { call: actions.get(path)?.content.inputs }
      : {
          call: flows.get(path)?.content.on.workflow_call?.inputs,
          form: flows.get(path)?.content.on.workflow_dispatch?.inputs,
        };
    return Object.entries(inputs).flatMap(([kind, all]) =>
      Object.entries(all ?? {}).map(([name, input]) => ({ path, kind, name, input })),
    );
  });

  it.each(
    declared.filter(({ name }) => !OWN.includes(name)).map(each => [each.path, each.kind, each.name, each] as const),
  )('%s (%s): %s is as the spec of its action has it', (path, _kind, name, { input }) => {
    const spec = specOf(path, name);
    expect(spec, 'the input of the spec').toBeDefined();
    if (spec === undefined) return;
    expect(input.description?.startsWith(spec.description)).toBe(true);
    if (!path.endsWith('action.yml')) {
      const types = { boolean: ['boolean'], integer: ['number'], enum: ['string', 'choice'] } as Record<
        string,
        string[]
      >;
      expect(types[spec.kind] ?? ['string']).toContain(input.type);
    }
    if (STRICTER.some(strict => `${path} ${name}`.endsWith(strict))) return expect(input.required).toBe(true);
    // Who leaves the prefix out means that of the variable.
    if (!path.endsWith('action.yml') && name === 'stack-prefix') return expect(input.default).toBeUndefined();
    const fallback = 'default' in spec ? spec.default : undefined;
    expect(path.endsWith('action.yml') ? input.default : input.default).toEqual(
      path.endsWith('action.yml') && fallback !== undefined ? String(fallback) : fallback,
    );
    expect(input.required).toBe(false);
  });

  it('are many in what is called, and few in a form', () => {
    const count = (path: string, kind: string) =>
      declared.filter(each => each.path === path && each.kind === kind).length;
    expect(count('action.yml', 'call')).toBeGreaterThan(45);
    expect(count('.github/workflows/deploy.yml', 'call')).toBeGreaterThan(45);
    for (const path of Object.keys(OF)) expect(count(path, 'form')).toBeLessThanOrEqual(6);
  });

  /** What a step leaves to its action on purpose. */
  const LEFT_OUT: Record<string, readonly string[]> = {
    'action.yml image': ['push'],
    'deploy.yml image image': ['push'],
    'deploy.yml app image': ['push'],
    'action.yml deploy': ['github-token'],
    'deploy.yml platform deploy': ['image-uri', 'collector-image-uri', 'comment', 'github-token'],
    // Writing comments needs a permission that a caller might not give, and then GitHub starts nothing of the workflow.
    'deploy.yml app deploy': ['only', 'comment', 'github-token'],
    'teardown.yml inventory teardown': ['confirm'],
    'teardown.yml teardown teardown': ['dry-run'],
    // A preview hands no role over, and deploys nothing.
    'preview.yml preview preview': ['github-token', 'role-arn', 'grafana', 'on-failure', 'on-cancel'],
    'pr-smoke.yml smoke smoke': ['aws', 'aws-region', 'keep', 'role-to-assume', 'role-session-name', 'role-duration'],
  };

  it.each(Object.entries(LEFT_OUT))('of the action all reach the step %s, but %j', (where, leftOut) => {
    const step = steps.find(each => `${each.where.replace('.github/workflows/', '')} ${each.step.id}` === where)?.step;
    const inputs = Object.keys(target(step?.uses ?? '')?.inputs ?? {});
    expect(inputs.length).toBeGreaterThan(5);
    expect(inputs.filter(name => !(name in (step?.with ?? {})) && !leftOut.includes(name))).toEqual([]);
    expect(leftOut.filter(name => name in (step?.with ?? {}))).toEqual([]);
  });
});

describe('what flows from one step or job into another', () => {
  const needsOf = ({ needs = [] }: Job) => [needs].flat();
  const references = (text: string, pattern: RegExp) =>
    [...text.matchAll(pattern)].map(([, a = '', b = '']) => [a, b] as const);

  function stepOutputs(all: readonly Step[], id: string): string[] {
    const step = all.find(each => each.id === id);
    return Object.keys(target(step?.uses ?? '')?.outputs ?? {});
  }

  it.each(
    jobs
      .filter(({ job }) => job.steps?.some(({ uses: name }) => name?.startsWith(TOOLKIT)))
      .map(each => [each.path, each.id, each] as const),
  )('%s %s: is put out where it is taken from', (_path, _id, { job, workflow }) => {
    const text = JSON.stringify(job);
    for (const [id, output] of references(text, /\bsteps\.([\w-]+)\.outputs\.([\w-]+)/g))
      expect(stepOutputs(job.steps ?? [], id)).toContain(output);
    for (const [id, output] of references(text, /\bneeds\.([\w-]+)\.outputs\.([\w-]+)/g)) {
      expect(needsOf(job)).toContain(id);
      expect(Object.keys(workflow.jobs[id]?.outputs ?? {})).toContain(output);
    }
  });

  it.each([...flows].map(([path, { content }]) => [path, content] as const))(
    '%s: names inputs and jobs that there are',
    (_path, content: Workflow) => {
      const text = JSON.stringify(content);
      const { workflow_call: call, workflow_dispatch: form } = content.on;
      const inputs = { ...call?.inputs, ...form?.inputs };
      expect(Object.keys(inputs)).toEqual(
        expect.arrayContaining([...new Set(references(text, /\binputs\.([\w-]+)/g).map(([name]) => name))]),
      );
      for (const [id, output] of references(text, /\bjobs\.([\w-]+)\.outputs\.([\w-]+)/g))
        expect(Object.keys(content.jobs[id]?.outputs ?? {})).toContain(output);
    },
  );

  it('the root action puts out all that its steps do', () => {
    const { inputs = {}, outputs = {}, runs } = root;
    const all = (runs.steps ?? []).flatMap(step =>
      stepOutputs(runs.steps ?? [], step.id ?? '').map(name => [name, step.id]),
    );
    expect(all.length).toBeGreaterThan(15);
    expect(Object.fromEntries(Object.entries(outputs).map(([name, { value }]) => [name, value]))).toEqual(
      Object.fromEntries(all.map(([name, id]) => [name, `\${{ steps.${id}.outputs.${name} }}`])),
    );
    const text = JSON.stringify(runs);
    for (const [name] of references(text, /\binputs\.([\w-]+)/g)) expect(Object.keys(inputs)).toContain(name);
  });
});

describe('rights', () => {
  /** Write permissions, each with the reason that it has. */
  const WRITES: Record<string, Record<string, string>> = {
    'id-token': {
      deploy: 'role',
      teardown: 'role',
      'deploy-environments': 'role',
      'e2e-aws': 'role',
      preview: 'role',
      release: 'provenance',
    },
    'pull-requests': { preview: 'comment' },
    attestations: { release: 'provenance' },
    contents: { release: 'tags' },
  };

  it.each([...flows].map(([path, file]) => [path, file] as const))('%s begins with none', (_path, { content }) => {
    expect(content.permissions).toEqual({});
    for (const job of Object.values(content.jobs)) expect(job.permissions).toBeDefined();
  });

  it.each(jobs.map(each => [each.path, each.id, each.job] as const))(
    '%s %s may write only what it is for',
    (path, _id, job) => {
      const name = /([\w-]+)\.yml$/.exec(path)?.[1] ?? '';
      for (const [scope, level] of Object.entries(job.permissions ?? {})) {
        if (level === 'read') expect(scope).toBe('contents');
        else expect(WRITES[scope]?.[name], `${scope}: ${level}`).toBeDefined();
      }
    },
  );

  const ofPullRequests = [...flows.values()].filter(({ content }) => 'pull_request' in content.on);
  const PREVIEW = '.github/workflows/preview.yml';

  it('of pull requests are to read, without secrets', () => {
    const readers = ofPullRequests.filter(({ path }) => path !== PREVIEW);
    expect(readers.map(({ path }) => path)).toEqual(['.github/workflows/ci.yml', '.github/workflows/pr-smoke.yml']);
    for (const { content, text } of readers) {
      for (const job of Object.values(content.jobs)) {
        expect(job.permissions).toEqual({ contents: 'read' });
        expect(job.environment).toBeUndefined();
        expect(job.uses).toBeUndefined();
      }
      expect(text).not.toMatch(/secrets\b(?!,)|github\.token|vars\./);
    }
  });

  it('of previews are to comment, and to a role that pull requests may have; forks do not get that far', () => {
    const { content, text } = ofPullRequests.find(({ path }) => path === PREVIEW) ?? { text: '' };
    const { preview, ...others } = content?.jobs ?? {};
    expect(others).toEqual({});
    expect(preview?.permissions).toEqual({ contents: 'read', 'id-token': 'write', 'pull-requests': 'write' });
    // Its name would stand in the place of the pull request in the token.
    expect(preview?.environment).toBeUndefined();
    expect(preview?.if).toMatch(/^github\.event\.pull_request\.head\.repo\.full_name == github\.repository && \(/);
    expect(text).not.toMatch(/secrets\b(?!,)|github\.token|vars\.AWS_(ROLE|EXECUTION_ROLE|VALIDATE_ROLE)_ARN/);
    const step = preview?.steps?.find(({ id }) => id === 'preview');
    expect(step?.with).toMatchObject({ 'dry-run': true, comment: true });
    expect(step?.run).toBeUndefined();
  });

  it('are never those of pull_request_target or workflow_run', () => {
    for (const { content } of flows.values()) {
      expect(content.on).not.toHaveProperty('pull_request_target');
      expect(content.on).not.toHaveProperty('workflow_run');
    }
  });

  it('need no stored key: no workflow reads a secret, but for the one that pushes the tags of a release', () => {
    const read = [...flows].flatMap(([path, { text }]) =>
      text.split('\n').flatMap(line => (/\bsecrets\s*[.[:]/.test(line) ? [[path, line.trim()]] : [])),
    );
    const path = '.github/workflows/release.yml';
    expect(read).toEqual([[path, 'RELEASE_TOKEN: ${{ secrets.RELEASE_TOKEN }}']]);
    expect(flows.get(path)?.content.jobs?.release?.environment).toBe('release');
  });
});

it('no expression stands in a shell command, and no action has a shell', () => {
  const commands = steps.filter(({ step }) => step.run !== undefined);
  expect(commands.length).toBeGreaterThan(0);
  expect(commands.filter(({ step }) => step.run?.includes('${{'))).toEqual([]);
  expect(commands.filter(({ path }) => actions.has(path))).toEqual([]);
});

it('what changes the stacks of a prefix takes turns, and is not cut off', () => {
  const group = (name: string) =>
    flows.get(`.github/workflows/${name}.yml`)?.content.concurrency as Record<string, unknown>;
  expect(group('deploy')).toMatchObject({ 'cancel-in-progress': false });
  expect(group('teardown')).toEqual(group('deploy'));
  for (const part of ['inputs.environment', 'inputs.stack-prefix', 'inputs.aws-region', 'vars.AWS_REGION'])
    expect(group('deploy').group).toContain(part);
  // The same, where inputs are always given.
  expect(group('e2e-aws').group).toMatch(
    /^zap-obs \S+ inputs\.environment \S+ \S+ inputs\.stack-prefix \S+ \S+ vars\.AWS_REGION }}$/,
  );
});

it('a preview makes room for the next one of its pull request, and waits for no deployment', () => {
  expect(flows.get('.github/workflows/preview.yml')?.content.concurrency).toEqual({
    group: expect.stringMatching(
      /^zap-obs preview \$\{\{ github\.event\.pull_request\.number \}\} .*inputs\.stack-prefix/,
    ),
    'cancel-in-progress': true,
  });
});

it('the marketplace takes the root action', () => {
  const { name, description, branding } = root;
  expect(description.length).toBeLessThanOrEqual(125);
  expect([...actions.values()].filter(({ content }) => content.name === name)).toHaveLength(1);
  expect(branding).toEqual({ icon: 'zap', color: 'purple' });
});
