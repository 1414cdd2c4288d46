import { describe, expect, it } from 'vitest';
import type { Model } from './model.ts';
import { type Changes, overlayOf } from './overlay.ts';

const CHANGES: Changes = { mark: 'zap_obs_run=r1', keepPorts: false, telemetry: {}, backends: [] };
const overlay = (services: Model['services'], changes: Partial<Changes> = {}) =>
  overlayOf({ services }, { ...CHANGES, ...changes });

describe('overlayOf', () => {
  it('publishes every port on a free one of this machine only, instead of the fixed ones', () => {
    const ports = [
      { target: 80, published: '8080', host_ip: '0.0.0.0' },
      { target: 53, protocol: 'udp' },
    ];
    expect(overlay({ app: { ports } })).toBe(`services:
  app:
    ports: !override
      - target: 80
        protocol: tcp
        published: "0"
        host_ip: 127.0.0.1
      - target: 53
        protocol: udp
        published: "0"
        host_ip: 127.0.0.1
`);
    expect(overlay({ app: { ports } }, { keepPorts: true })).toBe('services:\n  app: {}\n');
  });

  it('takes fixed container names away, which two runs cannot share', () => {
    expect(overlay({ app: { container_name: 'app' } })).toBe('services:\n  app:\n    container_name: !reset null\n');
  });

  it('looks at health every second, with the same patience as the file', () => {
    expect(overlay({ app: { healthcheck: { interval: '1m30s', retries: 2 } } })).toContain(
      'interval: 1000ms\n      retries: 180',
    );
    expect(overlay({ app: { healthcheck: {} } })).toContain('retries: 90');
    expect(overlay({ app: { healthcheck: { interval: '500ms' } } })).toContain('healthcheck: {}');
    expect(overlay({ app: { healthcheck: { disable: true, interval: '10s' } } })).not.toContain('healthcheck');
  });

  it('marks telemetry of the user’s services, beside the attributes that they have', () => {
    const telemetry = { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://adot-collector:4318', OTEL_LOGS_EXPORTER: 'otlp' };
    const environment = {
      OTEL_RESOURCE_ATTRIBUTES: 'a=b',
      OTEL_LOGS_EXPORTER: 'none',
      PASSWORD: 'secret',
      EMPTY: null,
    };
    const text = overlay({ app: { environment }, prometheus: {} }, { telemetry, backends: ['prometheus'] });
    expect(text).toBe(`services:
  app:
    environment:
      OTEL_EXPORTER_OTLP_ENDPOINT: http://adot-collector:4318
      OTEL_RESOURCE_ATTRIBUTES: a=b,zap_obs_run=r1
  prometheus: {}
`);
  });

  it('borrows backends that the project does not have, and lets its services wait for the collector', () => {
    const borrowed = { file: '/zap/docker-compose.yml', services: ['adot-collector'], first: 'adot-collector' };
    expect(overlay({ app: {} }, { borrowed, telemetry: {} })).toBe(`services:
  app:
    depends_on:
      adot-collector:
        condition: service_healthy
  adot-collector:
    extends:
      file: /zap/docker-compose.yml
      service: adot-collector
`);
  });
});
