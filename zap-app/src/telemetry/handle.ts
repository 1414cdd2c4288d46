import type { RequestListener } from 'node:http';
import type { Attributes } from '@opentelemetry/api';

/** What the app may ask of its telemetry, whether or not it was started. */
export interface Telemetry {
  /** What is sent as the sender of everything. */
  resource: Attributes;
  /** Gives each request a span, as the context in which the listener runs. */
  traced(listener: RequestListener): RequestListener;
  /** Sends what is still held; rejects when that fails. */
  shutdown(): Promise<void>;
}

/** Replaced by start.ts, which `--import` runs before the app: without it the app runs bare. */
export const telemetry: Telemetry = {
  resource: {},
  traced: listener => listener,
  shutdown: async () => {},
};
