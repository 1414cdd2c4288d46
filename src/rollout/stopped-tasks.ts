import type { Container, ContainerDefinition, Task } from './ecs.ts';

/** Why a task counts as failed. `no start`: its image, secrets or network could not be had, so that nothing ever ran. */
export type FailureKind = 'no start' | 'health check' | 'exit';

const NO_START =
  /CannotPull|ResourceInitializationError|CannotStartContainerError|CannotCreateContainerError|CannotInspectContainer|ContainerRuntimeError|TaskFailedToStart/;
const HEALTH_CHECK = /failed (ELB|container|service connect)? ?health checks?/i;

/**
 * Why a task failed; `undefined` for one that was told to stop: by scaling, by a newer deployment, by a person, or because its
 * place is needed elsewhere.
 *
 * Stop codes and reasons: https://docs.aws.amazon.com/AmazonECS/latest/developerguide/stopped-task-error-codes.html
 */
export function failureKind({ stopCode, stoppedReason, containers }: Task): FailureKind | undefined {
  if (HEALTH_CHECK.test(stoppedReason)) return 'health check';
  const reasons = [stoppedReason, ...containers.map(({ reason = '' }) => reason)];
  if (stopCode === 'TaskFailedToStart' || reasons.some(reason => NO_START.test(reason))) return 'no start';
  if (stopCode === 'EssentialContainerExited' || /^Essential container in task exited/i.test(stoppedReason))
    return 'exit';
  return undefined;
}

/**
 * The container that a task stopped for: an essential one that ended badly, before one that ended well, before any other. Those
 * that were merely stopped along with it come last: theirs are the codes of SIGTERM and SIGKILL.
 */
export function culprit({ containers }: Task, definitions: readonly ContainerDefinition[]): Container | undefined {
  const isEssential = ({ name }: Container) =>
    definitions.find(definition => definition.name === name)?.isEssential ?? true;
  const rank = (container: Container) => {
    const { exitCode, reason } = container;
    if (!isEssential(container)) return 4;
    if (reason) return 0;
    if (exitCode === undefined) return 5;
    if (exitCode === 0) return 2;
    return exitCode === 143 || exitCode === 137 ? 3 : 1;
  };
  return containers.toSorted((a, b) => rank(a) - rank(b))[0];
}

/**
 * What exit codes mean by the conventions of shells (128 + signal) and of Docker.
 * https://docs.aws.amazon.com/AmazonECS/latest/developerguide/stopped-task-error-codes.html
 */
const EXIT_CODES: Readonly<Record<number, string>> = {
  0: 'ended by itself without an error',
  126: 'its command cannot be executed',
  127: 'its command was not found',
  132: 'illegal instruction (SIGILL)',
  134: 'aborted (SIGABRT)',
  137: 'killed (SIGKILL), as when memory runs out or the stop timeout is over',
  139: 'crashed (SIGSEGV)',
  143: 'told to stop (SIGTERM)',
  255: 'ended outside of the range of exit codes, or could not be started',
};

/** `1`, or `127: its command was not found`; `none` for a container that never ran. */
export function exitWords(exitCode: number | undefined): string {
  if (exitCode === undefined) return 'none';
  const meaning = EXIT_CODES[exitCode];
  return meaning ? `${exitCode}: ${meaning}` : String(exitCode);
}

/** Whether a container was ended because it used more memory than it may. */
export function isOutOfMemory({ containers, stoppedReason }: Task): boolean {
  return [stoppedReason, ...containers.map(({ reason = '' }) => reason)].some(text => /OutOfMemory/i.test(text));
}
