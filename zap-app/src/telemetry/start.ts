// Started before the app by `node --import`, so that what the app loads can be instrumented.
import { register } from 'node:module';
import { SettingFault } from '../settings.ts';
import { telemetry } from './handle.ts';

if (process.env.OTEL_SDK_DISABLED?.trim().toLowerCase() !== 'true') {
  // Reaches what ES modules import: without it the spans of Express are named `GET`, not `GET /api/data`.
  register('@opentelemetry/instrumentation/hook.mjs', import.meta.url);
  const { startSdk } = await import('./sdk.ts');
  try {
    Object.assign(telemetry, startSdk(process.env));
  } catch (error) {
    if (!(error instanceof SettingFault)) throw error;
    console.error(`zap-app: ${error.message}`);
    process.exit(1);
  }
}
