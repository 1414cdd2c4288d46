import type { Endpoint } from './endpoint.ts';

/** Lists the endpoints, itself included. */
export function indexEndpoint(others: readonly Endpoint[]): Endpoint {
  const index: Endpoint = {
    path: '/',
    description: 'Lists the endpoints.',
    handle(_request, response) {
      const endpoints = [index, ...others].map(({ path, description }) => ({ method: 'GET', path, description }));
      response.json({ service: 'zap-app', endpoints });
    },
  };
  return index;
}
