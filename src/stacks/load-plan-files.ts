import { readFile } from 'node:fs/promises';
import { dirname, isAbsolute, join, relative, resolve } from 'node:path';
import { type Fault, throwIfAny, UserFault } from '../runner/fault.ts';
import { parseStacksFile, type StackEntry } from './stacks-file.ts';
import { parseTemplate, type Template } from './template.ts';

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
 * @param folders `toolkit` holds `cloudformation/`; `workspace` is the user's checkout
 * @throws UserFault with everything that cannot be read or parsed
 */
export async function loadPlanFiles(
  file: string | undefined,
  folders: { workspace: string; toolkit: string },
): Promise<PlanFiles> {
  const { workspace, toolkit } = folders;
  const path = file === undefined ? join(toolkit, 'cloudformation', 'stacks.yaml') : resolve(workspace, file);
  const displayName = (name: string) =>
    relative(isInside(name, workspace) ? workspace : file === undefined ? toolkit : workspace, name);
  const shown = displayName(path);
  const text = await read(path, {
    what: `Stacks file \`${file ?? shown}\` cannot be read`,
    fix: `Check input \`stacks-file\`; it is looked for at ${path}. Does the job check out the repository first?`,
  });
  const entries = parseStacksFile(text, shown);
  const faults: Fault[] = [];
  const templates = new Map<string, Template>();
  await Promise.all(
    entries.map(async ({ shortName, template, place }) => {
      const templatePath = resolve(dirname(path), template);
      try {
        const content = await read(templatePath, {
          what: `Template \`${template}\` cannot be read`,
          fix: 'Its path is relative to the stacks file',
          place,
        });
        const parsed = parseTemplate(content, displayName(templatePath));
        if ('template' in parsed) templates.set(shortName, parsed.template);
        else faults.push(...parsed.faults);
      } catch (error) {
        if (!(error instanceof UserFault)) throw error;
        faults.push(...error.faults);
      }
    }),
  );
  throwIfAny(faults);
  return { entries, templates };
}

async function read(path: string, fault: Fault): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    throw new UserFault({ ...fault, seen: code === 'ENOENT' ? 'no such file' : code }, { cause: error });
  }
}

function isInside(path: string, folder: string): boolean {
  const inside = relative(folder, path);
  return !inside.startsWith('..') && !isAbsolute(inside);
}
