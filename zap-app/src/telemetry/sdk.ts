import { writeSync } from 'node:fs';
import { metrics, trace } from '@opentelemetry/api';
import { RuntimeNodeInstrumentation } from '@opentelemetry/instrumentation-runtime-node';
import { UndiciInstrumentation } from '@opentelemetry/instrumentation-undici';
import { defaultResource, detectResources, envDetector, resourceFromAttributes } from '@opentelemetry/resources';
import { NodeSDK } from '@opentelemetry/sdk-node';
import packageJson from '../../package.json' with { type: 'json' };
import { health } from '../endpoints/health.ts';
import { readNumber } from '../settings.ts';
import { ContinuedIds } from './continued-ids.ts';
import { createDiagnostics } from './diagnostics.ts';
import type { Telemetry } from './handle.ts';
import { createPropagator } from './propagators.ts';
import { createSampler } from './sampler.ts';
import { traceRequests } from './trace-requests.ts';

/** Milliseconds of a clock that never goes back. */
const now = () => performance.now();

/**
 * Starts OpenTelemetry by the environment: exporters, protocol, endpoint, resource, limits and batches are read by its SDK,
 * sampler and propagators here.
 *
 * @throws SettingFault for a setting of ours that cannot be used
 */
export function startSdk(env: NodeJS.ProcessEnv): Telemetry {
  const trustedPerSecond = readNumber(env, 'ZAPP_TRUSTED_PARENTS_PER_SECOND', { fallback: 10, min: 0, max: 1_000_000 });
  const showDiagnostics = createDiagnostics(env, line => writeSync(1, line), now);
  showDiagnostics();
  const ids = new ContinuedIds();
  const base = defaultResource().merge(
    resourceFromAttributes({ 'service.name': packageJson.name, 'service.version': packageJson.version }),
  );
  // Left to the collector: what the host is, and which instance this is. Every log record carries the resource.
  const hasDetectors = Boolean(env.OTEL_NODE_RESOURCE_DETECTORS?.trim());
  const sdk = new NodeSDK({
    resource: base,
    ...(!hasDetectors && { resourceDetectors: [envDetector] }),
    idGenerator: ids,
    textMapPropagator: createPropagator(env, ids),
    sampler: createSampler(env, { trustedPerSecond, now }),
    // Both listen to what Node publishes; neither patches anything.
    instrumentations: [new UndiciInstrumentation(), new RuntimeNodeInstrumentation()],
  });
  // Again, because the constructor sets up a logger whose lines are no JSON.
  showDiagnostics();
  sdk.start();
  return {
    resource: base.merge(detectResources({ detectors: [envDetector] })).attributes,
    traced: traceRequests({
      tracer: trace.getTracer(packageJson.name),
      meter: metrics.getMeter(packageJson.name),
      except: health.path,
    }),
    shutdown: () => sdk.shutdown(),
  };
}
