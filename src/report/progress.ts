import type { Host } from '../runner/host.ts';
import type { StackResult } from './result.ts';
import { changeCounts, count, duration, ending, explanation } from './words.ts';

/** One event of a stack, as progress shows it. */
export interface ProgressEvent {
  logicalId: string;
  type: string;
  status: string;
  reason?: string | undefined;
  /** Whether it is about the stack itself. */
  isStack: boolean;
  /** Milliseconds since the Unix epoch. */
  at: number;
}

/** A stack that is being worked on. */
interface Work {
  action: string;
  expected: number;
  /** When each resource that is being worked on began. */
  running: Map<string, number>;
  done: Set<string>;
}

const BAR = 24;

/**
 * Shows what goes on: a line for each resource that is finished or failed, and, where the host can replace lines, a bar for
 * all stacks at work.
 *
 * @param describe words for people about a resource, where a template has some
 */
export class Progress {
  readonly #host: Host;
  readonly #describe: (shortName: string, logicalId: string) => string | undefined;
  readonly #work = new Map<string, Work>();

  constructor(host: Host, describe: (shortName: string, logicalId: string) => string | undefined = () => undefined) {
    this.#host = host;
    this.#describe = describe;
  }

  began(shortName: string, stackName: string, action: string, expected: number): void {
    this.#work.set(shortName, { action, expected, running: new Map(), done: new Set() });
    this.#host.line(`${shortName}: ${action} ${stackName}${expected > 0 ? ` (${count(expected, 'resource')})` : ''} …`);
    this.#draw();
  }

  event(shortName: string, event: ProgressEvent): void {
    const work = this.#work.get(shortName);
    if (!work || event.isStack) return;
    const { logicalId, status, at } = event;
    if (status.endsWith('_IN_PROGRESS')) {
      if (!work.running.has(logicalId)) work.running.set(logicalId, at);
    } else {
      const took = at - (work.running.get(logicalId) ?? at);
      work.running.delete(logicalId);
      work.done.add(logicalId);
      this.#host.line(this.#eventLine(shortName, event, took));
    }
    this.#draw();
  }

  ended(result: StackResult): void {
    this.#work.delete(result.shortName);
    const counts = result.outcome === 'done' || result.outcome === 'planned' ? changeCounts(result) : '';
    const why = result.reason && result.outcome !== 'done' ? `: ${explanation(result).replaceAll('\n', ' ')}` : '';
    const time = result.outcome === 'skipped' ? '' : ` in ${duration(result.duration)}`;
    this.#host.line(`${result.shortName}: ${ending(result)}${counts ? ` (${counts})` : ''}${time}${why}`);
    this.#draw();
  }

  #eventLine(shortName: string, { logicalId, type, status, reason }: ProgressEvent, took: number): string {
    const words = this.#describe(shortName, logicalId) ?? type;
    const time = took >= 1000 ? ` ${duration(took)}` : '';
    return `  ${shortName}  ${status}  ${logicalId} (${words})${time}${reason && !status.endsWith('_COMPLETE') ? `: ${reason.replaceAll('\n', ' ')}` : ''}`;
  }

  #draw(): void {
    if (!this.#host.status) return;
    const parts = [...this.#work].map(([shortName, { expected, running, done }]) => {
      const total = Math.max(expected, done.size + running.size, 1);
      const filled = Math.round((done.size / total) * BAR);
      const [current] = running.keys();
      return `${shortName} ${'█'.repeat(filled)}${'░'.repeat(BAR - filled)} ${done.size}/${total}${current ? ` ${this.#describe(shortName, current) ?? current}` : ''}`;
    });
    this.#host.status(parts.join('   '));
  }
}
