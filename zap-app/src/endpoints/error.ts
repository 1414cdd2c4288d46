import type { Endpoint } from './endpoint.ts';

export const error: Endpoint = {
  path: '/error',
  description: 'Fails with a simulated error: a 500 with a recorded exception.',
  handle() {
    throw new SimulatedError('This error is simulated');
  },
};

class SimulatedError extends Error {
  override readonly name = 'SimulatedError';
}
