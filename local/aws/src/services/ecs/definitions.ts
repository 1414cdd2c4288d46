import type { TaskDefinition } from './task-definition.ts';

/** The revisions of task definitions that there are, and those that were: services may still run them. */
export class TaskDefinitions {
  readonly #all = new Map<string, TaskDefinition>();
  readonly #deregistered = new Set<string>();

  define(definition: TaskDefinition): void {
    this.#all.set(definition.arn, definition);
    this.#deregistered.delete(definition.arn);
  }

  get(arn: string): TaskDefinition | undefined {
    return this.#all.get(arn);
  }

  /** As a call names it: by ARN, `family:revision`, or the newest active revision of a family. */
  find(region: string, name: string): TaskDefinition | undefined {
    const own = [...this.#all.values()].filter(({ arn }) => arn.split(':')[3] === region);
    return (
      own.find(({ arn, family, revision }) => name === arn || name === `${family}:${revision}`) ??
      own.findLast(({ arn, family }) => family === name && this.isActive(arn))
    );
  }

  deregister(arn: string): void {
    this.#deregistered.add(arn);
  }

  isActive(arn: string): boolean {
    return !this.#deregistered.has(arn);
  }
}
