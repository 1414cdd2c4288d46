// Started before the app by `node --import`, so that what the app loads can be instrumented.
import { SettingFault } from '../settings.ts';
import { telemetry } from './handle.ts';

if (process.env.OTEL_SDK_DISABLED?.trim().toLowerCase() !== 'true') {
  const { startSdk } = await import('./sdk.ts');
  try {
    Object.assign(telemetry, startSdk(process.env));
  } catch (error) {
    if (!(error instanceof SettingFault)) throw error;
    console.error(`zap-app: ${error.message}`);
    process.exit(1);
  }
}
