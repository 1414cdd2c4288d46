import { context } from '@opentelemetry/api';
import type { NextFunction, Request, RequestHandler, Response } from 'express';
import { knownMethod } from './known-method.ts';
import type { Log } from './log.ts';
import type { AppMetrics } from './metrics.ts';

/** The endpoint of requests that match no route. */
export const UNMATCHED = 'unmatched';

/** What nginx calls a request whose client left before it was answered. */
const CLIENT_LEFT = 499;

const LONGEST_PATH = 256;

/** Measures each request by itself, then counts it and writes one record of it. */
export function observeRequests({ log, metrics }: { log: Log; metrics: AppMetrics }): RequestHandler {
  return (request: Request, response: Response, next: NextFunction) => {
    const start = performance.now();
    const within = context.active();
    // The one event that comes whether the answer was sent to its end or the client has left.
    response.once('close', () => {
      const seconds = (performance.now() - start) / 1000;
      const status = response.headersSent ? response.statusCode : CLIENT_LEFT;
      const { endpoint, method } = describe(request);
      context.with(within, () => metrics.answered({ endpoint, method, status }, seconds));
      log(
        status >= 500 ? 'ERROR' : 'INFO',
        `${method} ${endpoint} ${status}`,
        {
          'http.request.method': method,
          ...(endpoint !== UNMATCHED && { 'http.route': endpoint }),
          'url.path': request.path.slice(0, LONGEST_PATH),
          'http.response.status_code': status,
          'http.server.request.duration': seconds,
        },
        within,
      );
    });
    next();
  };
}

/** A request by names of which there are few: its route's template instead of its path. */
export function describe(request: Request): { endpoint: string; method: string } {
  const route: { path?: string } | undefined = request.route;
  return {
    endpoint: route?.path ?? UNMATCHED,
    method: knownMethod(request.method),
  };
}
