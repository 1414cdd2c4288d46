import { type Meter, trace } from '@opentelemetry/api';
import express, { type Express, type NextFunction, type Request, type Response } from 'express';
import { data } from './endpoints/data.ts';
import type { Endpoint } from './endpoints/endpoint.ts';
import { error } from './endpoints/error.ts';
import { external } from './endpoints/external.ts';
import { health } from './endpoints/health.ts';
import { indexEndpoint } from './endpoints/index.ts';
import { exceptionAttributes, type Log } from './log.ts';
import { type AppMetrics, createMetrics } from './metrics.ts';
import { describe, observeRequests } from './observe-requests.ts';

/** What the app is made of; listening is left to others. */
export interface AppDeps {
  log: Log;
  meter: Meter;
  /** What `/external` calls, asked at each call: the app's own port is known only when it listens. */
  external: { target(): { url: URL; isSelf: boolean }; timeout: number };
}

export function createApp({ log, meter, external: called }: AppDeps): Express {
  const metrics = createMetrics(meter);
  const counted = [data, external({ ...called, log }), error];
  const app = express();
  app.disable('x-powered-by');
  app.disable('etag');
  // One spelling for each path: `/HEALTH/` is not the path that goes untraced.
  app.enable('case sensitive routing');
  app.enable('strict routing');

  answer(app, health);
  app.use(observeRequests({ log, metrics }));
  for (const endpoint of [indexEndpoint([health, ...counted]), ...counted]) answer(app, endpoint);
  app.use(notFound);
  app.use(failed(log, metrics));
  return app;
}

function answer(app: Express, { path, handle }: Endpoint): void {
  app.route(path).get(handle).all(methodNotAllowed);
}

function methodNotAllowed(request: Request, response: Response): void {
  response
    .status(405)
    .set('Allow', 'GET, HEAD')
    .json({ error: 'method_not_allowed', reason: `${request.method} is not answered here, GET is` });
}

function notFound(_request: Request, response: Response): void {
  response.status(404).json({ error: 'not_found', reason: 'No such endpoint; GET / lists those that exist' });
}

/** Answers what an endpoint has thrown: the span and the log get all of it, the client the trace's id. */
function failed(log: Log, metrics: AppMetrics) {
  return (thrown: unknown, request: Request, response: Response, next: NextFunction): void => {
    const span = trace.getActiveSpan();
    span?.recordException(thrown instanceof Error ? thrown : String(thrown));
    metrics.thrown(describe(request));
    const { endpoint } = describe(request);
    log('ERROR', `${endpoint} failed`, { 'http.route': endpoint, ...exceptionAttributes(thrown) });
    if (response.headersSent) {
      // Express then closes the connection, so that half an answer is not taken for a whole one.
      next(thrown);
      return;
    }
    response.status(500).json({ error: 'internal_error', trace_id: span?.spanContext().traceId });
  };
}
