import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { app, collector, environment } from './containers.ts';
import { application, type Json, type JsonMap } from './templates.ts';

describe('the collector’s configuration', () => {
  type Section = Record<string, JsonMap | null>;
  const text = environment(collector).AOT_CONFIG_CONTENT as string;
  const config = parse(text) as {
    extensions: Section;
    receivers: Section;
    processors: Section;
    exporters: Section;
    service: { extensions: string[]; telemetry: Json; pipelines: Record<string, Record<Kind, string[]>> };
  };
  type Kind = 'receivers' | 'processors' | 'exporters';
  const kinds: Kind[] = ['receivers', 'processors', 'exporters'];
  const pipelines = Object.entries(config.service.pipelines);

  it('is one text, which CloudFormation passes on as it is', () => {
    expect(text).toBeTypeOf('string');
    expect(collector.Command).toEqual(['--config=env:AOT_CONFIG_CONTENT']);
  });

  it('uses only components of ADOT 0.49 that the collector built without a registry has, too', () => {
    const available = {
      extensions: ['health_check', 'sigv4auth'],
      receivers: ['otlp', 'awsecscontainermetrics'],
      processors: ['batch', 'memory_limiter', 'resourcedetection', 'filter', 'attributes', 'resource'],
      exporters: ['prometheusremotewrite', 'awsxray', 'awscloudwatchlogs', 'debug', 'file'],
    };
    const missing = Object.entries(available).flatMap(([section, types]) =>
      Object.keys(config[section as keyof typeof available])
        .filter(id => !types.includes(id.split('/')[0] ?? ''))
        .map(id => `${section}: ${id}`),
    );
    expect(missing).toEqual([]);
  });

  it('declares what its pipelines use and uses what it declares', () => {
    for (const kind of kinds) {
      const used = new Set(pipelines.flatMap(([, pipeline]) => pipeline[kind]));
      expect([...used].sort(), kind).toEqual(Object.keys(config[kind]).sort());
    }
    expect([...config.service.extensions].sort()).toEqual(Object.keys(config.extensions).sort());
  });

  it('limits memory first and batches last in every pipeline', () => {
    for (const [name, { processors }] of pipelines) {
      expect(processors[0], name).toBe('memory_limiter');
      expect(processors.at(-1), name).toBe('batch');
    }
  });

  it('limits memory below what the container has', () => {
    const { limit_mib: limit, spike_limit_mib: spike } = config.processors.memory_limiter as JsonMap;
    const garbage = Number.parseInt(environment(collector).GOMEMLIMIT as string, 10);
    expect(Number(limit)).toBeLessThan(Number(collector.Memory));
    expect(Number(spike)).toBeLessThan(Number(limit));
    expect(garbage).toBeLessThan(Number(collector.Memory));
  });

  it('has a pipeline for each signal that the application sends to it', () => {
    const sent = ['traces', 'metrics', 'logs'].filter(
      signal => environment(app)[`OTEL_${signal.toUpperCase()}_EXPORTER`] !== 'none',
    );
    const received = pipelines
      .filter(([, { receivers }]) => receivers.includes('otlp'))
      .map(([name]) => name.split('/')[0]);
    expect(received).toEqual(expect.arrayContaining(sent));
    // Another application may send its logs as well: they must not be refused.
    expect(received.sort()).toEqual(['logs', 'metrics', 'traces']);
  });

  it('listens where the application sends', () => {
    const { http } = (config.receivers.otlp as { protocols: { http: { endpoint: string } } }).protocols;
    const port = new URL(environment(app).OTEL_EXPORTER_OTLP_ENDPOINT as string).port;
    expect(http.endpoint).toBe(`127.0.0.1:${port}`);
  });

  it('sends its own metrics to itself, as often as the application does, as this task’s', () => {
    const { http } = (config.receivers.otlp as { protocols: { http: { endpoint: string } } }).protocols;
    const interval = '${env:METRIC_INTERVAL_MILLISECONDS}';
    expect(config.service.telemetry).toEqual({
      resource: { 'service.name': expect.any(String), 'service.instance.id': null },
      metrics: {
        readers: [
          {
            periodic: {
              interval,
              exporter: { otlp: { protocol: 'http/protobuf', endpoint: `http://${http.endpoint}` } },
            },
          },
        ],
      },
    });
    expect(Number(application.Parameters.MetricInterval?.Default)).toBeLessThanOrEqual(15_000);
  });

  it('retries what may arrive later, and keeps samples in order', () => {
    for (const [id, exporter] of Object.entries(config.exporters)) {
      if (id !== 'awsxray') expect(exporter, id).toHaveProperty('retry_on_failure');
      if (id.startsWith('prometheus')) expect(exporter?.remote_write_queue, id).toMatchObject({ num_consumers: 1 });
    }
  });

  it('makes the marker of a test searchable in X-Ray, on spans and resources', () => {
    const { indexed_attributes: indexed } = config.exporters.awsxray as { indexed_attributes: string[] };
    const [marker = '', ...more] = indexed;
    expect(marker).toMatch(/^\w+$/);
    expect(more).toEqual([`otel.resource.${marker}`]);
  });

  it('answers the health check that the container declares', () => {
    expect(collector.HealthCheck).toMatchObject({ Command: ['CMD', '/healthcheck'] });
    expect(config.service.extensions).toContain('health_check');
  });

  it('signs metrics for Prometheus, whatever the endpoint is called', () => {
    expect(config.extensions.sigv4auth).toEqual({ region: `\${env:AWS_REGION}`, service: 'aps' });
    for (const [id, exporter] of Object.entries(config.exporters)) {
      if (id.startsWith('prometheusremotewrite')) expect(exporter?.auth, id).toEqual({ authenticator: 'sigv4auth' });
    }
  });

  it('keeps series apart by instance, not by turning every resource attribute into a label', () => {
    expect(text).not.toContain('resource_to_telemetry_conversion');
    for (const [name, { processors }] of pipelines) {
      if (name.startsWith('metrics')) expect(processors, name).toContain('resource/instance');
    }
    expect(config.processors.resourcedetection).toEqual({ detectors: ['env', 'ecs'], override: false });
  });

  it('reads no environment variable that the container is not given', () => {
    const read = [...text.matchAll(/\$\{env:(\w+)\}/g)].map(([, name]) => name);
    expect(read.filter(name => name === undefined || !(name in environment(collector)))).toEqual([]);
  });
});
