import type { Server, ServerResponse } from 'node:http';

/** How the requests that were in flight ended. */
export interface Drained {
  finished: number;
  /** Requests whose connection was closed because they took too long. */
  cutOff: number;
}

/**
 * Watches a server's requests, to be able to stop it without losing any. Node's own `close` leaves a connection that is kept
 * alive open after the answer to its last request.
 *
 * @returns stops accepting, waits at most `limit` ms for the requests in flight, and closes what is left
 */
export function drainable(server: Server): (limit: number) => Promise<Drained> {
  const inFlight = new Set<ServerResponse>();
  let isStopping = false;
  server.prependListener('request', (request, response) => {
    inFlight.add(response);
    if (isStopping) response.setHeader('Connection', 'close');
    response.once('close', () => {
      inFlight.delete(response);
      if (isStopping) request.socket.end();
    });
  });
  return async limit => {
    isStopping = true;
    const wereInFlight = inFlight.size;
    for (const response of inFlight) if (!response.headersSent) response.setHeader('Connection', 'close');
    const closed = new Promise<void>(resolve => server.close(() => resolve()));
    let cutOff = 0;
    const timer = setTimeout(() => {
      cutOff = inFlight.size;
      server.closeAllConnections();
    }, limit);
    await closed;
    clearTimeout(timer);
    return { finished: wereInFlight - cutOff, cutOff };
  };
}
