import { systemClock } from './clock.ts';
import { CALL_FAULTS } from './faults/calls.ts';
import { Faults, type Injection, type Strike } from './faults/injector.ts';
import { TELEMETRY_FAULTS } from './faults/telemetry.ts';
import { type ApiCall, type Listening, listen } from './server.ts';
import { LogEvents } from './services/log-events.ts';
import { LogGroups } from './services/log-groups.ts';
import { logsService } from './services/logs.ts';
import { SpanLog } from './services/span-log.ts';
import { stsService } from './services/sts.ts';
import { XRAY_PATHS, xrayService } from './services/xray.ts';
import { AccessKeys } from './wire/access-keys.ts';
import { byPath } from './wire/service.ts';

/** The faults that this much of AWS can have. */
export const FAULT_TABLE = { ...CALL_FAULTS, ...TELEMETRY_FAULTS };

/** How the telemetry part of a local AWS shall be. */
export interface TelemetryOptions {
  host: string;
  /** 0 takes any free one. */
  port: number;
  faults: readonly Injection[];
  /** Called once for every call. */
  log(call: ApiCall): void;
  onStrike(strike: Strike): void;
}

/** Starts where telemetry goes, alone: X-Ray, CloudWatch Logs and STS. Calls are told, and not kept. */
export async function startTelemetry(options: TelemetryOptions): Promise<Listening & { services: string[] }> {
  const account = '000000000000';
  const now = () => systemClock.now();
  const faults = new Faults(FAULT_TABLE, options.onStrike);
  for (const fault of options.faults) faults.inject(fault);
  const logs = new LogGroups(account, {}, now);
  const events = new LogEvents();
  const services = {
    xray: xrayService(account, new SpanLog(logs, events), now),
    logs: logsService(logs, events, now),
    sts: stsService(account, new AccessKeys(now), now),
  };
  const server = await listen({
    host: options.host,
    port: options.port,
    services,
    namings: { xray: byPath(XRAY_PATHS) },
    clock: systemClock,
    faults,
    stackNamed: () => undefined,
    onCall: options.log,
  });
  return { ...server, services: Object.keys(services) };
}
