import type { Endpoint } from './endpoint.ts';

const ITEMS = [
  { id: 1, name: 'alpha', value: 42 },
  { id: 2, name: 'beta', value: 7 },
  { id: 3, name: 'gamma', value: 19 },
];

export const data: Endpoint = {
  path: '/api/data',
  description: 'Some data.',
  handle(_request, response) {
    response.json({ items: ITEMS, count: ITEMS.length });
  },
};
