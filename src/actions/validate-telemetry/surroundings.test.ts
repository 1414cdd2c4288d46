import { expect, it } from 'vitest';
import { UserFault } from '../../runner/fault.ts';
import type { LogEvent, LogsBackend } from '../../telemetry/backends.ts';
import type { ProofRun } from '../../telemetry/proof-run.ts';
import { surroundingsOf } from './surroundings.ts';

const BEGIN = Date.parse('2026-11-22T23:33:26Z');

// Lines of a collector 0.156.0, and one of an application.
const READY = '2026-11-22T23:33:20.000Z\tinfo\tservice@v0.156.0/service.go:279\tEverything is ready.\t{}';
const RETRY =
  '2026-11-22T23:33:27.000Z\tinfo\tinternal/retry_sender.go:133\tExporting failed. Will retry the request after interval.\t{"otelcol.component.id": "awsxray", "otelcol.signal": "traces", "error": "connection refused"}';
const TOO_OLD =
  '2026-11-22T23:33:28.000Z\twarn\tcwlogs/cwlog_client.go:120\tlog events for log group name are too old\t{"LogGroupName": "g"}';
const DENIED =
  '2026-11-22T23:33:29.000Z\terror\tinternal/base_exporter.go:118\tExporting failed. Rejecting data.\t{"otelcol.component.id": "awsxray", "error": "403"}';
const OF_APPLICATION = '{"level":"warn","msg":"PutLogEvents was slow"}';

function logOf(lines: readonly string[]): LogsBackend {
  const events = lines.map((message, index): LogEvent => ({ message, timestamp: BEGIN + index }));
  return {
    events: async () => [],
    holding: async texts => events.filter(({ message }) => texts.every(text => message.includes(text))),
  };
}

async function factsFrom(logs: LogsBackend) {
  const run = { plan: { backends: { logs } }, startedAt: BEGIN } as unknown as ProofRun;
  const subject = { metricsEndpoint: '', logGroups: ['g'] } as unknown as Parameters<typeof surroundingsOf>[0];
  const session = { region: 'us-east-1' } as unknown as Parameters<typeof surroundingsOf>[1];
  return surroundingsOf(subject, session, { run: '1a2b3c4d' } as ProofRun['plan']).facts?.(run);
}

it("finds what the collector's log tells of retries, rejected events and errors, once and in order", async () => {
  expect(await factsFrom(logOf([READY, RETRY, TOO_OLD, OF_APPLICATION, DENIED]))).toEqual({
    collectorLog: [RETRY, TOO_OLD, DENIED],
  });
});

it('does without where the groups cannot be asked', async () => {
  const refused = async () => {
    throw new UserFault({ what: 'no', fix: 'allow it' });
  };
  expect(await factsFrom({ events: refused, holding: refused })).toEqual({});
});
