import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, it } from 'vitest';
import { readPromql } from '../tooling/promql.ts';
import type { Sample } from './backends.ts';
import { factsFromMetrics, probeOtlp } from './facts.ts';

const sample = (labels: Record<string, string>, value: number): Sample => ({ labels, value });

async function facts(samples: Sample[], isOwn = false) {
  const queries: string[] = [];
  const query = async (promql: string) => {
    queries.push(promql);
    return promql.includes('by (job)') ? [sample({ job: 'eu/shop' }, 1), sample({}, 1)] : samples;
  };
  return { ...(await factsFromMetrics({ query, range: async () => [] }, 'r"1', { isOwn })), queries };
}

it("adds up the collector's counters for each signal, over its exporters", async () => {
  const { counters, services } = await facts([
    sample({ __name__: 'otelcol_receiver_accepted_spans_total' }, 8),
    sample({ __name__: 'otelcol_exporter_sent_spans_total', exporter: 'awsxray' }, 3),
    sample({ __name__: 'otelcol_exporter_sent_spans_total', exporter: 'debug' }, 8),
    sample({ __name__: 'otelcol_exporter_send_failed_spans_total', exporter: 'awsxray' }, 5),
    sample({ __name__: 'otelcol_exporter_send_failed_spans_total', exporter: 'debug' }, 0),
    sample({ __name__: 'otelcol_receiver_refused_log_records_total' }, 0),
  ]);
  expect(services).toEqual(['eu/shop']);
  expect(counters).toEqual({
    metrics: { failing: [] },
    traces: { accepted: 8, sent: 11, sendFailed: 5, failing: ['awsxray'] },
    logs: { refused: 0, failing: [] },
  });
});

it('takes absent counters for unknown, not for zero', async () => {
  expect(await facts([])).not.toHaveProperty('counters');
});

it('asks for counters of the run, or for all where the whole Prometheus is its own', async () => {
  const { queries } = await facts([]);
  const own = await facts([], true);
  expect(queries[0]).toContain('and on (job, instance) target_info{zap_obs_run="r\\"1"}');
  expect(own.queries[0]).not.toContain('target_info');
  for (const query of [...queries, ...own.queries]) readPromql(query);
});

it('asks a receiver for its pipelines with exports that hold nothing', async () => {
  const seen: string[] = [];
  const server = createServer((incoming, outgoing) => {
    seen.push(`${incoming.method} ${incoming.url} ${incoming.headers['content-type']}`);
    if (incoming.url === '/v1/traces') return void incoming.socket.destroy();
    outgoing.writeHead(incoming.url === '/v1/logs' ? 404 : 200).end('{}');
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  const { signal } = new AbortController();
  const answers = await probeOtlp(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`, signal);
  expect(answers).toEqual({ metrics: 200, traces: expect.stringContaining('closed'), logs: 404 });
  expect(seen.sort()).toEqual(['logs', 'metrics', 'traces'].map(one => `POST /v1/${one} application/json`));
  server.close();
});
