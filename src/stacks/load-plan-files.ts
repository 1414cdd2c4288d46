import { dirname, join, relative, resolve } from 'node:path';
import { throwIfAny, UserFault } from '../runner/fault.ts';
import { type Folders, readText, shownFrom } from './read-text.ts';
import { parseStacksFile, type StackEntry } from './stacks-file.ts';
import { parseTemplate, type Template, unknownTemplate } from './template.ts';

/** The files of a plan, read and parsed. */
export interface PlanFiles {
  entries: StackEntry[];
  /** By short name. */
  templates: Map<string, Template>;
}

/**
 * Reads a stacks file and all its templates.
 *
 * @param file as the user wrote it, relative to the workspace; absent: the three stacks of zap-obs
 * @throws UserFault with everything that cannot be read or parsed
 */
export async function loadPlanFiles(file: string | undefined, folders: Folders): Promise<PlanFiles> {
  const { entries, loaded } = await load(file, folders);
  throwIfAny([...loaded.values()].flatMap(result => ('faults' in result ? result.faults : [])));
  return { entries, templates: templatesOf(loaded) };
}

/**
 * The same for a deletion: of a template that cannot be read, only its place in the order counts.
 *
 * @throws UserFault when the stacks file cannot be read or parsed
 */
export async function loadTeardownFiles(file: string | undefined, folders: Folders): Promise<PlanFiles> {
  const { entries, loaded } = await load(file, folders);
  const templates = templatesOf(loaded);
  for (const { shortName, template } of entries) {
    if (!templates.has(shortName)) templates.set(shortName, unknownTemplate(template));
  }
  return { entries, templates };
}

type Loaded = Map<string, ReturnType<typeof parseTemplate>>;

function templatesOf(loaded: Loaded): Map<string, Template> {
  return new Map([...loaded].flatMap(([name, result]) => ('template' in result ? [[name, result.template]] : [])));
}

async function load(file: string | undefined, folders: Folders): Promise<{ entries: StackEntry[]; loaded: Loaded }> {
  const { workspace, toolkit } = folders;
  const path = file === undefined ? join(toolkit, 'cloudformation', 'stacks.yaml') : resolve(workspace, file);
  const base = shownFrom(path, file === undefined, folders);
  const shown = relative(base, path);
  const text = await readText(path, {
    what: `Stacks file \`${file ?? shown}\` cannot be read`,
    fix: `Check input \`stacks-file\`; it is looked for at ${path}. Does the job check out the repository first?`,
  });
  const entries = parseStacksFile(text, shown);
  const loadEntry = async (entry: StackEntry): Promise<[string, ReturnType<typeof parseTemplate>]> => {
    const templatePath = resolve(dirname(path), entry.template);
    return [entry.shortName, await loadTemplate(templatePath, relative(base, templatePath), entry)];
  };
  return { entries, loaded: new Map(await Promise.all(entries.map(loadEntry))) };
}

async function loadTemplate(
  path: string,
  shown: string,
  { template, place }: StackEntry,
): Promise<ReturnType<typeof parseTemplate>> {
  const what = `Template \`${template}\` cannot be read`;
  try {
    return parseTemplate(await readText(path, { what, fix: 'Its path is relative to the stacks file', place }), shown);
  } catch (error) {
    if (error instanceof UserFault) return { faults: [...error.faults] };
    throw error;
  }
}
