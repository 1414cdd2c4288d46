import { describe, expect, it } from 'vitest';
import type { Model } from './model.ts';
import { type Changes, overlayOf } from './overlay.ts';

const CHANGES: Changes = { mark: 'zap_obs_run=r1', keepPorts: false, builds: true, telemetry: {}, backends: {} };
const overlay = (services: Model['services'], changes: Partial<Changes> = {}, shared: Partial<Model> = {}) =>
  overlayOf({ services, ...shared }, 'p', { ...CHANGES, ...changes });

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

  it('takes fixed container names away, which two runs cannot share, and keeps them as names on the network', () => {
    expect(overlay({ app: { container_name: 'mine', networks: { front: { aliases: ['x'] } } } })).toBe(
      'services:\n  app:\n    container_name: !reset null\n    networks:\n      front:\n        aliases:\n          - mine\n',
    );
  });

  it('takes fixed names of volumes and networks away, which would be removed with the run, but for external ones', () => {
    const volumes = { data: { name: 'precious' }, own: { name: 'p_own' }, theirs: { name: 'theirs', external: true } };
    const networks = { default: { name: 'p_default' }, front: { name: 'front' } };
    expect(overlay({}, {}, { volumes, networks })).toBe(
      'services: {}\nvolumes:\n  data:\n    name: !reset null\nnetworks:\n  front:\n    name: !reset null\n',
    );
  });

  it('gives images that are built names of the run, also where another service uses them', () => {
    const services = { app: { build: {}, image: 'shop:dev' }, worker: { image: 'shop:dev' }, db: { image: 'db:1' } };
    expect(overlay(services)).toBe(
      'services:\n  app:\n    image: !reset null\n  worker:\n    image: p-app\n    pull_policy: never\n  db: {}\n',
    );
    expect(overlay(services, { builds: false })).not.toContain('!reset');
  });

  it('sends to the port of the protocol that the user has chosen', () => {
    const telemetry = { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://adot-collector:4318' };
    const grpc = { environment: { OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc' } };
    expect(overlay({ app: grpc }, { telemetry })).toContain('http://adot-collector:4317');
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
    const text = overlay(
      { app: { environment }, prometheus: {} },
      { telemetry, backends: { prometheus: 9090 }, keepPorts: true },
    );
    expect(text).toBe(`services:
  app:
    environment:
      OTEL_EXPORTER_OTLP_ENDPOINT: http://adot-collector:4318
      OTEL_RESOURCE_ATTRIBUTES: a=b,zap_obs_run=r1
  prometheus:
    ports:
      - target: 9090
        protocol: tcp
        published: "0"
        host_ip: 127.0.0.1
`);
  });

  it('borrows backends that the project does not have, and lets its services wait for the collector', () => {
    const borrowed = { file: '/zap/docker-compose.yml', services: ['adot-collector'], first: 'adot-collector' };
    const backends = { 'adot-collector': 4318 };
    const app = { networks: { front: null } };
    expect(overlay({ app }, { borrowed, backends })).toBe(`services:
  app:
    depends_on:
      adot-collector:
        condition: service_healthy
  adot-collector:
    extends:
      file: /zap/docker-compose.yml
      service: adot-collector
    ports: !override
      - target: 4318
        protocol: tcp
        published: "0"
        host_ip: 127.0.0.1
    networks:
      front: null
`);
  });
});
