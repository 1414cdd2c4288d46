/** Modules that an application loads by `NODE_OPTIONS=--import` before all others, by name: each makes a fault of its own. */
export const PRELOADS = {
  /** A clock that is five minutes and ten seconds slow, before OpenTelemetry reads it. */
  'slow-clock': `const SKEW = -310_000;
const RealDate = Date;
const now = () => RealDate.now() + SKEW;
globalThis.Date = class extends RealDate {
  constructor(...given) {
    if (given.length === 0) super(now());
    else super(...given);
  }
  static now() {
    return now();
  }
};
const origin = performance.timeOrigin + SKEW;
Object.defineProperty(performance, 'timeOrigin', { value: origin });
`,
  /** A logger that knows nothing of spans: records are made outside of any. */
  'logs-without-context': `import { ROOT_CONTEXT } from '@opentelemetry/api';
import { logs } from '@opentelemetry/api-logs';
`,
} as const satisfies Readonly<Record<string, string>>;
