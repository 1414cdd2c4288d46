import type { Meter } from '@opentelemetry/api';

/** What the app counts itself: the contract in telemetry.yaml. */
export interface AppMetrics {
  /** @param seconds from the arrival of the request to the end of the answer */
  answered(request: { endpoint: string; method: string; status: number }, seconds: number): void;
  /** An endpoint has thrown. */
  thrown(request: { endpoint: string; method: string }): void;
}

/** Boundaries in seconds; those of OpenTelemetry's convention for HTTP. Its SDK's own defaults are meant for milliseconds. */
export const SECONDS = [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10];

export function createMetrics(meter: Meter): AppMetrics {
  const requests = meter.createCounter('zapp.http.requests', {
    unit: '{request}',
    description: 'Requests that were answered',
  });
  const exceptions = meter.createCounter('zapp.http.exceptions', {
    unit: '{exception}',
    description: 'Exceptions that an endpoint has thrown',
  });
  const duration = meter.createHistogram('zapp.http.request.duration', {
    unit: 's',
    description: 'From the arrival of a request to the end of its answer',
    advice: { explicitBucketBoundaries: SECONDS },
  });
  return {
    answered(request, seconds) {
      requests.add(1, request);
      duration.record(seconds, request);
    },
    thrown(request) {
      exceptions.add(1, request);
    },
  };
}
