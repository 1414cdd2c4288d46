/** One line of `act --json`, as far as people and tests want it. */
export type ActLine =
  | { kind: 'output'; job: string; text: string }
  | { kind: 'group'; job: string; title: string }
  | { kind: 'end-group'; job: string }
  | { kind: 'annotation'; job: string; level: 'error' | 'warning' | 'notice'; text: string }
  | { kind: 'step'; job: string; name: string; passed: boolean; ms: number }
  | { kind: 'summary'; job: string; markdown: string }
  | { kind: 'job'; job: string; passed: boolean }
  /** Of act itself, when something is wrong before a job runs or with act. */
  | { kind: 'trouble'; text: string };

/** What act logs, as seen at v0.2.87 (pkg/runner/logger.go and command.go). */
interface Entry {
  level?: string;
  msg?: string;
  jobID?: string;
  command?: string;
  arg?: string;
  kvPairs?: Record<string, string> | null;
  content?: string;
  raw_output?: boolean;
  stage?: string;
  step?: string;
  stepResult?: string;
  executionTime?: number;
  jobResult?: string;
}

const LEVELS = ['error', 'warning', 'notice'] as const;

/** Reads one line; `undefined` for what only act itself cares about. What is no JSON is trouble of act's. */
export function readActLine(line: string): ActLine | undefined {
  if (line.trim() === '') return undefined;
  const entry = entryOf(line);
  if (!entry) return { kind: 'trouble', text: line };
  const { level = '', msg = '', jobID: job = '', command, arg = '', content } = entry;
  if (entry.raw_output) return { kind: 'output', job, text: msg.replace(/\r?\n$/, '') };
  if (command === 'summary') return { kind: 'summary', job, markdown: content ?? '' };
  if (command === 'group') return { kind: 'group', job, title: arg };
  if (command === 'endgroup') return { kind: 'end-group', job };
  const annotation = LEVELS.find(known => known === command);
  if (annotation) return { kind: 'annotation', job, level: annotation, text: arg };
  if (entry.jobResult !== undefined) return { kind: 'job', job, passed: entry.jobResult === 'success' };
  if (entry.stepResult !== undefined && entry.stage === 'Main' && entry.stepResult !== 'skipped')
    return {
      ...{ kind: 'step', job, name: entry.step ?? '', passed: entry.stepResult === 'success' },
      ms: (entry.executionTime ?? 0) / 1e6,
    };
  // The exit code of a step, which has said why itself.
  const isTrouble = /^(error|fatal)$/.test(level) && !/^exit(?:code| status)\b/.test(msg);
  return isTrouble ? { kind: 'trouble', text: msg } : undefined;
}

function entryOf(line: string): Entry | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Entry) : undefined;
  } catch {
    return undefined;
  }
}
