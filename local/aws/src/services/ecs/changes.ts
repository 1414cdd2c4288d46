/** Lets others wait until something that changes is as they want it. */
export class Changes {
  readonly #waiting = new Set<() => void>();

  /** Everybody who waits looks again. */
  tell(): void {
    for (const look of this.#waiting) look();
  }

  /** @throws the signal's reason when that aborts first */
  async until(holds: () => boolean, signal: AbortSignal): Promise<void> {
    while (!holds()) {
      signal.throwIfAborted();
      await new Promise<void>((resolve, reject) => {
        const end = (settle: () => void) => () => {
          signal.removeEventListener('abort', stop);
          this.#waiting.delete(look);
          settle();
        };
        const look = end(resolve);
        const stop = end(() => reject(signal.reason));
        this.#waiting.add(look);
        signal.addEventListener('abort', stop, { once: true });
      });
    }
  }
}
