import { existsSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse, parseDocument } from 'yaml';
import { actions } from '../../index.ts';
import { type Fault, UserFault } from '../../runner/fault.ts';
import { parseProfile } from '../../stacks/profile.ts';
import { parseStacksFile } from '../../stacks/stacks-file.ts';
import { parseTemplate } from '../../stacks/template.ts';
import { parseExpectations } from '../../telemetry/expectations.ts';
import { ROOT } from '../repository.ts';
import { PINNED_IN } from '../workflows/checkout.ts';
import { workflows } from '../workflows/files.ts';
import { anchorsOf, type Block, blocksOf, linksOf, PAGES, pageText } from './pages.ts';

const blocks = PAGES.flatMap(blocksOf);
const ofLanguage = (...languages: string[]) => blocks.filter(({ language }) => languages.includes(language));
const titled = (these: readonly Block[]) => these.map(block => [`${block.page}:${block.line}`, block] as const);

/** Of the commit that our workflows pin. */
const [, CHECKOUT_MAJOR] = /actions\/checkout@\w+ # (v\d+)/.exec(readFileSync(join(ROOT, PINNED_IN), 'utf8')) ?? [];

interface Step {
  id?: string;
  uses?: string;
  with?: Record<string, unknown>;
}

/** Every step or calling job of a block, in a workflow or on its own. */
function stepsOf(block: unknown): Step[] {
  if (Array.isArray(block)) return block.flatMap(stepsOf);
  if (typeof block !== 'object' || block === null) return [];
  return 'uses' in block ? [block as Step] : Object.values(block).flatMap(stepsOf);
}

/** Of an action of ours, its name; undefined for the root action, workflows and other people's actions. */
function actionNameOf({ uses = '' }: Step): string | undefined {
  return /^org\/zap-obs\/(?:actions\/)?([\w-]+)@v1$/.exec(uses)?.[1];
}

describe('every YAML block', () => {
  it.each(titled(ofLanguage('yaml')))('%s can be parsed, and is of a known kind', (_, { text, path }) => {
    expect(parseDocument(text, { logLevel: 'error' }).errors).toEqual([]);
    expect(kindOf(text, path)).not.toBe('unknown');
  });

  const steps = ofLanguage('yaml').flatMap(block =>
    ['workflow', 'steps'].includes(kindOf(block.text, block.path))
      ? stepsOf(parse(block.text)).map(step => [`${block.page}:${block.line}`, step.uses ?? '', step, block] as const)
      : [],
  );

  it.each(steps.filter(([, , step]) => actionNameOf(step)))(
    '%s: %s gives inputs that are accepted',
    async (_, __, step) => {
      const name = actionNameOf(step) ?? '';
      const spec = (await actions[name]?.())?.action.spec;
      if (!spec) throw new Error(`there is no action ${name}`);
      const given = Object.keys(step.with ?? {});
      expect(Object.keys(spec.inputs)).toEqual(expect.arrayContaining(given));
      const required = Object.entries(spec.inputs).filter(([, input]) => 'required' in input && input.required);
      expect(given).toEqual(expect.arrayContaining(required.map(([input]) => input)));
      for (const [input, value] of Object.entries(step.with ?? {})) {
        const declared = spec.inputs[input];
        if (declared?.kind === 'enum') expect(declared.values).toContain(value);
        if (declared?.kind === 'boolean') expect([input, typeof value]).toEqual([input, 'boolean']);
      }
    },
  );

  it('names outputs that there are', async () => {
    for (const block of ofLanguage('yaml').filter(({ text }) => text.includes('.outputs.'))) {
      const byId = new Map(stepsOf(parse(block.text)).flatMap(step => (step.id ? [[step.id, step] as const] : [])));
      for (const [, id = '', output = ''] of block.text.matchAll(/steps\.([\w-]+)\.outputs\.([\w-]+)/g)) {
        // A step of an earlier block; by its usual id.
        const name = actionNameOf(byId.get(id) ?? {}) ?? { image: 'build-push', deploy: 'deploy' }[id] ?? '';
        const spec = (await actions[name]?.())?.action.spec;
        expect([block.page, id, Object.keys(spec?.outputs ?? {})]).toEqual([
          block.page,
          id,
          expect.arrayContaining([output]),
        ]);
      }
    }
  });

  it('shows each action on the front page', () => {
    const shown = steps.flatMap(([, , step, { page }]) => (page === 'README.md' ? [actionNameOf(step)] : []));
    expect([...new Set(shown)].filter(name => name !== undefined).sort()).toEqual(Object.keys(actions).sort());
  });

  it.each(steps.filter(([, , step]) => !actionNameOf(step)))('%s: %s is of zap-obs, or the checkout', (_, uses) => {
    if (uses.startsWith('actions/checkout@')) expect(uses).toBe(`actions/checkout@${CHECKOUT_MAJOR}`);
    else expect(uses).toMatch(/^org\/zap-obs(\/\.github\/workflows\/[\w-]+\.yml)?@v1$/);
  });

  // The root action and the workflows are compared as soon as they are there.
  const composed = steps.filter(
    ([, uses]) => declaredIn(uses) !== undefined && existsSync(join(ROOT, declaredIn(uses) ?? '')),
  );

  it.each(composed)('%s: %s gives inputs that are declared', (_, uses, step) => {
    const declared = inputsDeclaredIn(declaredIn(uses) ?? '');
    const given = Object.keys(step.with ?? {});
    expect(Object.keys(declared)).toEqual(expect.arrayContaining(given));
    const needed = Object.entries(declared).filter(([, input]) => input.required && input.default === undefined);
    expect(given).toEqual(expect.arrayContaining(needed.map(([name]) => name)));
  });

  it.each(titled(ofLanguage('yaml').filter(({ text, path }) => kindOf(text, path) === 'workflow')))(
    '%s widens no permission for all jobs that it does not use, and checks out without leaving a token',
    (_, { text }) => {
      const { permissions, jobs } = parse(text);
      expect(permissions).toBeDefined();
      const all = stepsOf(jobs);
      const usesRole = /role-to-assume|workflows\/(deploy|deploy-environments|preview|teardown)\.yml@/.test(text);
      expect('id-token' in permissions).toBe(usesRole);
      const comments = /^ +comment: true$|workflows\/preview\.yml@/m.test(text);
      expect(permissions['pull-requests']).toBe(comments ? 'write' : undefined);
      for (const { uses = '', with: inputs } of all.filter(
        ({ uses = '' }) => usesRole && uses.startsWith('actions/checkout'),
      ))
        expect([uses, inputs?.['persist-credentials']]).toEqual([uses, false]);
    },
  );

  it.each(steps.filter(([, uses]) => uses === 'org/zap-obs@v1'))(
    '%s: %s proves with the role that may, where it deploys with the one that may not',
    (_, __, { with: inputs = {} }) => {
      const isBootstraps = inputs['role-to-assume'] === '${{ vars.AWS_ROLE_ARN }}';
      expect(inputs['validate-role']).toBe(isBootstraps ? '${{ vars.AWS_VALIDATE_ROLE_ARN }}' : undefined);
    },
  );

  it('has an example of the error message of a misspelt key that is one', () => {
    const [example] = blocksOf('docs/errors.md').filter(({ language }) => language === 'text');
    const file = 'service: shop\nrequests:\n  - { name: orders, path: /orders }\nmetrcs: []\n';
    expect(messagesOf(() => parseExpectations(file, 'telemetry.yaml'))).toBe(example?.text.trim());
  });

  it('has one example of expectations that editors know by its schema', () => {
    const examples = ofLanguage('yaml').filter(({ text }) => text.startsWith('# yaml-language-server'));
    expect(examples).toHaveLength(1);
    expect(examples[0]?.text).toContain('/actions/telemetry.schema.json');
    const { requests, metrics, spans, logs } = parseExpectations(examples[0]?.text ?? '', 'telemetry.yaml');
    expect([requests.length, metrics.length, spans.length, logs.fields.length]).toEqual([2, 1, 1, 6]);
  });
});

/** The file that declares the root action, or a reusable workflow. */
function declaredIn(uses: string): string | undefined {
  if (uses === 'org/zap-obs@v1') return 'action.yml';
  return /^org\/zap-obs\/(\.github\/workflows\/[\w-]+\.yml)@v1$/.exec(uses)?.[1];
}

function inputsDeclaredIn(file: string): Record<string, { required?: boolean; default?: unknown }> {
  const { inputs, on } = parse(readFileSync(join(ROOT, file), 'utf8'));
  return inputs ?? on.workflow_call.inputs;
}

/** What a YAML block is, after the parser of that kind has taken it. */
function kindOf(text: string, path: string): string {
  if (/-template\.yaml$/.test(path)) {
    expect(parseTemplate(text, path)).not.toHaveProperty('faults');
    return 'template';
  }
  const value = parse(text);
  if (Array.isArray(value)) return value.every(step => 'uses' in step || 'run' in step) ? 'steps' : 'unknown';
  const keys = Object.keys(value ?? {});
  if (keys.includes('jobs')) return 'workflow';
  if (keys.includes('services')) return 'compose';
  if (keys[0] === 'stacks') return parseStacksFile(text, path).length > 0 ? 'stacks' : 'unknown';
  if (keys[0] === 'service') return parseExpectations(text, 'telemetry.yaml').service ? 'expectations' : 'unknown';
  return keys.length > 0 && keys.length === parseProfile(text, path).size ? 'profile' : 'unknown';
}

function messagesOf(act: () => unknown): string | undefined {
  try {
    act();
  } catch (error) {
    if (error instanceof UserFault) return error.message;
  }
  return undefined;
}

// --- Commands ----------------------------------------------------------------------------------------------------------

/** The commands of shell blocks, continued lines joined, comments taken away. */
const commands = ofLanguage('sh', 'bash', 'console').flatMap(({ page, line, text }) =>
  text
    .replaceAll(/\\\n\s*/g, '')
    .split('\n')
    .map(command => command.replace(/\s+# .*$/, '').trim())
    .filter(command => command !== '' && !command.startsWith('#'))
    .map(command => [`${page}:${line}`, command] as const),
);

/** Calls of the AWS CLI that the documentation may name, with the options that each must have. */
const AWS_CALLS: Readonly<Record<string, readonly string[]>> = {
  'cloudformation deploy': ['--stack-name', '--template-file', '--capabilities', '--parameter-overrides'],
  'cloudformation describe-stacks': ['--stack-name', '--query'],
  'cloudformation delete-stack': ['--stack-name'],
  'grafana update-permissions': ['--workspace-id', '--update-instruction-batch'],
};

describe('every command', () => {
  const { scripts } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
    scripts: Record<string, string>;
  };

  it.each(commands)('%s: %s', (_, command) => {
    const [program = '', ...words] = command.split(' ');
    if (program === 'npm') {
      const script = words[0] === 'run' ? words[1] : words[0];
      expect(Object.keys(scripts)).toContain(script);
    } else if (program === 'aws') {
      const options = AWS_CALLS[words.slice(0, 2).join(' ')];
      expect([command, options]).not.toEqual([command, undefined]);
      for (const option of options ?? []) expect(words).toContain(option);
    } else {
      expect(['gh variable set', 'gh api repos/org/shop', 'act push -P']).toContain(
        [program, ...words].slice(0, 3).join(' '),
      );
    }
  });

  it.each(['bootstrap-github-oidc.yaml', 'bootstrap-preview.yaml'])('of %s gives parameters that it has', file => {
    const result = parseTemplate(readFileSync(join(ROOT, 'cloudformation', file), 'utf8'), file);
    if ('faults' in result) throw new Error(result.faults.map(({ what }: Fault) => what).join());
    const deployments = commands.filter(([, command]) => command.includes(file));
    expect(deployments.length).toBeGreaterThan(0);
    for (const [, command] of deployments) {
      const overrides = command
        .replace(/.*--parameter-overrides /, '')
        .split(' ')
        .map(pair => pair.split('=')[0] ?? '');
      expect(Object.keys(result.template.parameters)).toEqual(expect.arrayContaining(overrides));
      const needed = Object.values(result.template.parameters).filter(parameter => parameter.default === undefined);
      expect(overrides).toEqual(expect.arrayContaining(needed.map(({ name }) => name)));
    }
  });

  it('sets variables that workflows read', () => {
    const set = commands.flatMap(([, command]) => /^gh variable set (\w+)/.exec(command)?.[1] ?? []);
    const read = workflows().flatMap(({ text }) => [...text.matchAll(/\bvars\.(\w+)/g)].map(([, name = '']) => name));
    expect(set).toHaveLength(6);
    expect(read).toEqual(expect.arrayContaining(set));
  });
});

// --- Links and pictures ------------------------------------------------------------------------------------------------

describe.each(PAGES)('%s', page => {
  it('links to files and headings that there are', () => {
    for (const target of linksOf(pageText(page)).filter(link => !/^https?:/.test(link))) {
      const [path = '', anchor] = target.split('#');
      const file = path === '' ? page : normalize(join(dirname(page), path));
      expect([target, existsSync(join(ROOT, file))]).toEqual([target, true]);
      if (anchor === undefined) continue;
      const heading = statSync(join(ROOT, file)).isDirectory() ? join(file, 'README.md') : file;
      expect([target, anchorsOf(pageText(heading))]).toEqual([target, expect.arrayContaining([anchor])]);
    }
  });

  it('shows pictures of less than 300 kB, and says in words what each shows', () => {
    const text = pageText(page);
    const pictures = [
      ...[...text.matchAll(/!\[([^\]]*)\]\(([^)]+)\)/g)].map(([, alt, path]) => [alt, path]),
      ...[...text.matchAll(/<img src="([^"]+)" alt="([^"]+)"/g)].map(([, path, alt]) => [alt, path]),
      ...[...text.matchAll(/srcset="([^"]+)"/g)].map(([, path]) => ['dark', path]),
    ];
    for (const [alt = '', path = ''] of pictures) {
      expect(alt).not.toBe('');
      expect([path, statSync(join(ROOT, dirname(page), path)).size < 300_000]).toEqual([path, true]);
    }
    expect(text.match(/<img /g) ?? []).toHaveLength(text.match(/<img src="[^"]+" alt="[^"]+"/g)?.length ?? 0);
  });

  it('keeps to plain prose', () => {
    expect(pageText(page).match(/\p{Extended_Pictographic}/gu) ?? []).toEqual([]);
    expect(pageText(page).toLowerCase()).not.toMatch(
      /\b(seamless|effortless|powerful|blazing|simply|just works|robust)\b/,
    );
  });
});

it('every page can be reached from the front page', () => {
  const reached = new Set<string>();
  const visit = (page: string) => {
    if (reached.has(page) || !PAGES.includes(page)) return;
    reached.add(page);
    for (const link of linksOf(pageText(page))) visit(normalize(join(dirname(page), link.replace(/#.*/, ''))));
  };
  visit('README.md');
  expect([...reached].sort()).toEqual([...PAGES].sort());
});

it('every page that tells of AWS says at its beginning where that was tried', () => {
  const others = ['docs/errors.md', 'docs/expectations.md', 'docs/smoke-test.md'];
  for (const page of PAGES.filter(name => !others.includes(name)))
    expect([page, /^> .*\b(local AWS|list prices)\b/m.test(pageText(page))]).toEqual([page, true]);
});
