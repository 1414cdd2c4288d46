import { describe, expect, it } from 'vitest';
import type { Model } from './model.ts';
import { targetOf } from './target.ts';

const port = (target: number, protocol?: string) => ({ ports: [{ target, ...(protocol && { protocol }) }] });
const target = (services: Model['services'], name = 'shop') =>
  targetOf({ services }, name, ['prometheus', 'adot-collector'], 'compose.yaml');

describe('targetOf', () => {
  it('takes the service of that name, also beside others with ports', () => {
    expect(target({ web: port(80), shop: port(8080) })).toEqual({ service: 'shop', port: 8080 });
  });

  it('takes the only service with a port, whatever its name; backends and UDP do not count', () => {
    expect(target({ web: port(80), dns: port(53, 'udp'), db: {}, prometheus: port(9090) })).toEqual({
      service: 'web',
      port: 80,
    });
  });

  it('names the candidates when there are several, or none', () => {
    expect(() => target({ web: port(80), api: port(81) })).toThrow(
      'No service is called `shop`, as the expectations say, and several publish a port. Seen: `web`, `api`.',
    );
    expect(() => target({ web: {}, prometheus: port(9090) })).toThrow(
      'No service of the compose project publishes a port to which requests could go. Seen: web, prometheus.',
    );
  });
});
