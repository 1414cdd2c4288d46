import type { Clock } from '../runner/clock.ts';
import type { Host } from '../runner/host.ts';

/** Between two lines of a log that cannot be taken back, in milliseconds. */
const INTERVAL = 10_000;

/** Shows how far a run has come: in place on a terminal, elsewhere by a line now and then. */
export function progressOf(host: Host, clock: Clock): (text: string) => void {
  let last = clock.now();
  return text => {
    if (host.status) return host.status(text);
    if (clock.now() - last < INTERVAL) return;
    last = clock.now();
    host.line(text);
  };
}
