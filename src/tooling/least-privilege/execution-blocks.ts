import { bootstrapText } from './bootstrap.ts';

/** What the comments above the statements of a type say of the permissions of its handlers. */
export interface ExecutionBlock {
  /** Such as `AWS::EC2::VPC`. */
  type: string;
  /** Actions, or patterns of them, that its handlers have and the role has not, with the reason. */
  without: Note[];
  /** Actions that the role has beside those of the handlers, with the source. */
  beyond: Note[];
}

export interface Note {
  actions: string[];
  because: string;
}

/**
 * The blocks of the execution role's policies, as their comments head them: a line with the type, and below it lines
 * `without <actions>: <reason>` and `beyond <actions>: <source>`.
 */
export function executionBlocks(): ExecutionBlock[] {
  // A comment goes on in lines that are indented.
  const text = bootstrapText().replaceAll(/\n *# {3}(?=\S)/g, ' ');
  return [...text.matchAll(/^ *# (AWS(?:::\w+)+)$((?:\n *# (?:without|beyond) .*)*)/gm)].map(
    ([, type = '', notes = '']) => ({
      type,
      without: notesOf(notes, 'without'),
      beyond: notesOf(notes, 'beyond'),
    }),
  );
}

function notesOf(lines: string, word: string): Note[] {
  return [...lines.matchAll(/# (\w+) ((?:[\w-]+:[\w*.]+(?:, )?)+): (.*)/g)]
    .filter(([, first]) => first === word)
    .map(([, , actions = '', because = '']) => ({ actions: actions.split(', '), because }));
}

/** The name of a type's first statement. */
export function sidOf(type: string): string {
  return type.replace(/^AWS/, '').replaceAll('::', '');
}

/** Whether a statement is one of a type's own: the first, or one for what needs other resources or conditions. */
export function isOf(sid: string, type: string): boolean {
  const own = sidOf(type);
  return sid.startsWith(own) && /^(Alarms|Bounded|Dns|Itself|Link|Pass|Role|Service)?$/.test(sid.slice(own.length));
}
