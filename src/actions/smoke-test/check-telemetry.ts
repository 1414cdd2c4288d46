import type { Check } from '../../report/smoke-result.ts';
import type { SentRequest } from '../../telemetry/traffic.ts';
import type { CheckContext } from './check.ts';
export async function checkTelemetry(_c: CheckContext, _s: readonly SentRequest[], _b: number, _x: AbortSignal): Promise<{ checks: Check[]; services: string[] }> {
  return { checks: [], services: [] };
}
