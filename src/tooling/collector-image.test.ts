import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { ADOT_ALIASES, ADOT_COMPONENTS, ADOT_CONFIG_PROVIDERS } from './adot-components.ts';
import { collectorConfig, localCollectorConfig } from './collector-config.ts';
import { ROOT } from './repository.ts';

// The collector that `.ci/images` builds where ADOT's own cannot be pulled.
const SOURCE = '.ci/images/collector/source';
const KINDS = {
  receivers: 'receiver',
  processors: 'processor',
  exporters: 'exporter',
  extensions: 'extension',
} as const;
type Section = keyof typeof KINDS;

const sections = Object.keys(KINDS) as Section[];
const manifest = parse(read(`${SOURCE}/manifest.yaml`)) as Record<Section | 'providers', { gomod: string }[]>;
const goMod = read(`${SOURCE}/go.mod`);
const template = read('cloudformation/2-ecs-fargate-template.yaml');

function read(path: string): string {
  return readFileSync(join(ROOT, path), 'utf8');
}

/** Types of the manifest's components. Packages are named by them, but for underscores and a word for their kind. */
function typesOf(section: Section): string[] {
  return manifest[section].map(({ gomod }) => {
    const [path = ''] = gomod.split(' ');
    const name =
      path
        .split('/')
        .at(-1)
        ?.replace(new RegExp(`${KINDS[section]}$`), '') ?? '';
    const types: readonly string[] = ADOT_COMPONENTS[section];
    return types.find(type => type.replaceAll('_', '') === name) ?? `not of ADOT: ${path}`;
  });
}

/** Types that a configuration uses, under their current names. */
function usedTypes(config: string, section: Section): string[] {
  const ids = Object.keys((parse(config) as Record<Section, object>)[section]);
  return ids.map(id => id.split('/')[0] ?? '').map(type => ADOT_ALIASES[section]?.[type] ?? type);
}

describe.each(sections)('the manifest’s %s', section => {
  it('are components of ADOT', () => {
    const types: readonly string[] = ADOT_COMPONENTS[section];
    expect(typesOf(section).filter(type => !types.includes(type))).toEqual([]);
  });

  it('have all that the configurations use, or the collector would refuse them', () => {
    expect(typesOf(section)).toEqual(expect.arrayContaining(usedTypes(collectorConfig(template), section)));
    expect(typesOf(section)).toEqual(expect.arrayContaining(usedTypes(localCollectorConfig(template), section)));
  });
});

it('reads configuration only from where ADOT can', () => {
  const schemes = manifest.providers.map(({ gomod }) => /\/(\w+)provider /.exec(gomod)?.[1]);
  expect(schemes).toContain('env');
  expect(ADOT_CONFIG_PROVIDERS).toEqual(expect.arrayContaining(schemes));
});

it('has each module of the manifest in go.mod in the same version, and none of them replaced', () => {
  const modules = [...sections, 'providers' as const].flatMap(section => manifest[section].map(({ gomod }) => gomod));
  const required = new Set([...goMod.matchAll(/^\t(\S+ v\S+)$/gm)].map(([, module]) => module));
  expect(modules.filter(module => !required.has(module))).toEqual([]);
  for (const module of modules) expect(goMod).not.toContain(`${module.split(' ')[0]} =>`);
});

it('is of the OpenTelemetry release that ADOT 0.49 is of', () => {
  const modules = sections.flatMap(section => manifest[section]);
  expect(new Set(modules.map(({ gomod }) => gomod.split(' ')[1]))).toEqual(new Set(['v0.156.0']));
  expect(read(`${SOURCE}/manifest.yaml`)).toContain('version: 0.156.0');
});

it('says in its label which modules are of another release', () => {
  const replaced = [...goMod.matchAll(/\/(\w+) => \S+ v(\d+\.\d+)\.\d+$/gm)];
  const description = /image\.description="(.*)"/.exec(read('.ci/images/collector/Dockerfile'))?.[1];
  expect(replaced.length).toBeGreaterThan(0);
  for (const [, module, release] of replaced) {
    expect(description).toContain(module);
    expect(description).toContain(release);
  }
});
