import { availableParallelism, loadavg, totalmem } from 'node:os';
import type { Machine } from './figures.ts';

/** The machine that measures, as it is now. */
export function thisMachine(): Machine {
  return {
    system: `${process.platform} ${process.arch}`,
    cores: availableParallelism(),
    memory: totalmem(),
    node: process.versions.node,
    load: loadavg()[0] ?? 0,
  };
}
