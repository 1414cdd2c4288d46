import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { makePlan, type Plan } from '../stacks/plan.ts';
import { type Profile, parseProfile } from '../stacks/profile.ts';
import { parseStacksFile } from '../stacks/stacks-file.ts';
import { parseTemplate, type Template } from '../stacks/template.ts';
import { DEMO_IMAGES } from './demo-inputs.ts';
import { ROOT } from './repository.ts';

const FOLDER = join(ROOT, 'cloudformation');

/** Names of the profiles that zap-obs brings. */
export const SHIPPED_PROFILES: readonly string[] = readdirSync(join(FOLDER, 'profiles'))
  .map(file => file.replace(/\.yaml$/, ''))
  .sort();

/** The stacks of zap-obs and their templates, by short name. */
export function shippedTemplates(): Map<string, Template> {
  return new Map(
    shippedEntries().map(({ shortName, template }) => [
      shortName,
      templateOf(readFileSync(join(FOLDER, template), 'utf8'), template),
    ]),
  );
}

/** The plan for the stacks of zap-obs. */
export function shippedPlan(options: { profile?: string; values?: Readonly<Record<string, string>> } = {}): Plan {
  const images = { ImageUri: DEMO_IMAGES['image-uri'], CollectorImageUri: DEMO_IMAGES['collector-image-uri'] };
  const values = Object.entries({ ...images, ...options.values });
  return makePlan({
    prefix: 'shipped',
    entries: shippedEntries(),
    templates: shippedTemplates(),
    values: new Map(values.map(([name, value]) => [name, { value, origin: 'parameters' }])),
    profile: options.profile === undefined ? undefined : shippedProfile(options.profile),
    only: [],
    tags: {},
    hasTemplateBucket: false,
    region: 'us-east-1',
  });
}

/** A profile that zap-obs brings. */
export function shippedProfile(name: string): Profile {
  const file = `cloudformation/profiles/${name}.yaml`;
  return { name, isBundled: true, values: parseProfile(readFileSync(join(ROOT, file), 'utf8'), file) };
}

function shippedEntries() {
  return parseStacksFile(readFileSync(join(FOLDER, 'stacks.yaml'), 'utf8'), 'stacks.yaml');
}

function templateOf(text: string, file: string): Template {
  const result = parseTemplate(text, file);
  if ('faults' in result) throw new Error(JSON.stringify(result.faults));
  return result.template;
}
