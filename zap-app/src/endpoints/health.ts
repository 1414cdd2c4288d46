import type { Endpoint } from './endpoint.ts';

/** Load balancers ask every few seconds: it is neither traced nor counted nor logged. */
export const health: Endpoint = {
  path: '/health',
  description: 'Answers when the app is ready; not traced, counted or logged.',
  handle(_request, response) {
    response.json({ status: 'ok' });
  },
};
