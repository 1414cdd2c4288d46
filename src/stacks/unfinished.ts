import * as v from 'valibot';
import type { StackResult } from '../report/result.ts';
import type { CloudFormation } from './cloudformation.ts';
import { isTerminal } from './follow.ts';

const stackSchema = v.object({
  kind: v.literal('stack'),
  stackName: v.string(),
  stackId: v.string(),
  /** What AWS should have been told when the run was stopped, and was not. */
  untold: v.optional(v.picklist(['create', 'update'])),
});
const changeSetSchema = v.object({
  kind: v.literal('change-set'),
  stackName: v.string(),
  name: v.string(),
  type: v.picklist(['CREATE', 'UPDATE']),
});
const schema = v.variant('kind', [stackSchema, changeSetSchema]);

/** Something that a run has begun at AWS and not seen the end of. */
export type Unfinished = v.InferOutput<typeof schema>;
export type UnfinishedStack = v.InferOutput<typeof stackSchema>;

/** The names under which they are kept. */
const NAME = /^unfinished_\d+$/;

/**
 * Keeps a note of everything that a run has under way at AWS, where the step's clean-up after the job finds it, also when the
 * run itself is killed.
 */
export class Notebook {
  readonly #save: (name: string, value: string) => void;
  readonly #notes = new Map<string, { name: string; entry: Unfinished }>();
  #count = 0;

  /** @param save keeps a text under a name; '' takes it back */
  constructor(save: (name: string, value: string) => void) {
    this.#save = save;
  }

  note(entry: Unfinished): void {
    const key = keyOf(entry);
    const name = this.#notes.get(key)?.name ?? `unfinished_${this.#count++}`;
    this.#notes.set(key, { name, entry });
    this.#save(name, JSON.stringify(entry));
  }

  strike(entry: Unfinished): void {
    const key = keyOf(entry);
    const note = this.#notes.get(key);
    if (!note) return;
    this.#notes.delete(key);
    this.#save(note.name, '');
  }

  /** The work on a stack has ended for this run: what it left at AWS's hands stays noted. */
  ended({ id, stackName, outcome, status = '', left, action }: StackResult): void {
    for (const { entry } of [...this.#notes.values()]) {
      if (entry.kind !== 'stack' || entry.stackName !== stackName) continue;
      const isAtRest = outcome !== 'interrupted' || (left && !left.isUnheard && status !== '' && isTerminal(status));
      if (isAtRest) this.strike(entry);
      else if (left?.isUnheard && entry.stackId === id)
        this.note({ ...entry, untold: action === 'update' ? 'update' : 'create' });
    }
  }

  /** The same CloudFormation, with every write that begins something noted before it is sent. */
  watching(cloudFormation: CloudFormation): CloudFormation {
    const made = new Map<string, { stackId: string; entry: Unfinished & { kind: 'change-set' } }>();
    const pending = new Set<string>();
    const noteStack = (stackId: string) => this.note({ kind: 'stack', stackName: nameOf(stackId), stackId });
    return {
      ...cloudFormation,
      createChangeSet: async request => {
        const { stackName, name, type } = request;
        const entry = { kind: 'change-set', stackName, name, type } as const;
        this.note(entry);
        pending.add(keyOf(entry));
        try {
          const answer = await cloudFormation.createChangeSet(request);
          made.set(answer.id, { stackId: answer.stackId, entry });
          return answer;
        } finally {
          pending.delete(keyOf(entry));
        }
      },
      executeChangeSet: async (id, token, keepFailed) => {
        const changeSet = made.get(id);
        if (changeSet) noteStack(changeSet.stackId);
        await cloudFormation.executeChangeSet(id, token, keepFailed);
        if (changeSet) this.strike(changeSet.entry);
      },
      deleteChangeSet: async (stackName, name) => {
        const answer = await cloudFormation.deleteChangeSet(stackName, name);
        const entry = { kind: 'change-set', stackName, name, type: 'CREATE' } as const;
        // While its creation is not answered, it may still come to be.
        if (answer === 'gone' && !pending.has(keyOf(entry))) this.strike(entry);
        return answer;
      },
      rollbackStack: async (stackId, ...more) => {
        noteStack(stackId);
        await cloudFormation.rollbackStack(stackId, ...more);
      },
      continueUpdateRollback: async (stackId, ...more) => {
        noteStack(stackId);
        await cloudFormation.continueUpdateRollback(stackId, ...more);
      },
      deleteStack: async (stackId, ...more) => {
        noteStack(stackId);
        await cloudFormation.deleteStack(stackId, ...more);
      },
    };
  }
}

/** What a run has noted and not struck out; what cannot be read is nothing of ours. */
export function unfinishedIn(states: Readonly<Record<string, string>>): Unfinished[] {
  return Object.entries(states).flatMap(([name, text]) => {
    if (!NAME.test(name) || text === '') return [];
    const parsed = v.safeParse(v.pipe(v.string(), v.parseJson(), schema), text);
    return parsed.success ? [parsed.output] : [];
  });
}

function keyOf(entry: Unfinished): string {
  return entry.kind === 'stack' ? entry.stackId : `${entry.stackName}/${entry.name}`;
}

/** `arn:aws:cloudformation:<region>:<account>:stack/<name>/<uuid>` */
function nameOf(stackId: string): string {
  return stackId.split('/')[1] ?? stackId;
}
