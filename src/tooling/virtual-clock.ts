import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Clock } from '../runner/clock.ts';

/** A clock on which time passes only when everybody sleeps. */
export class VirtualClock implements Clock {
  #now = Date.parse('2026-01-01T00:00:00.000Z');
  #sleepers: { at: number; wake: () => void }[] = [];

  now(): number {
    return this.#now;
  }

  async sleep(ms: number, signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted();
    await new Promise<void>(resolve => {
      this.#sleepers.push({ at: this.#now + ms, wake: resolve });
      signal?.addEventListener('abort', () => resolve());
    });
    signal?.throwIfAborted();
  }

  /** Lets time pass until the work is done. */
  async until<T>(work: Promise<T>): Promise<T> {
    let isDone = false;
    const finish = () => {
      isDone = true;
    };
    work.then(finish, finish);
    for (;;) {
      for (let turn = 0; turn < 3; turn += 1) await nextTurn();
      if (isDone) return await work;
      const next = this.#sleepers.toSorted((a, b) => a.at - b.at)[0];
      if (!next) throw new Error('everybody waits for something that no time brings');
      this.#sleepers = this.#sleepers.filter(sleeper => sleeper !== next);
      this.#now = Math.max(this.#now, next.at);
      next.wake();
    }
  }
}
