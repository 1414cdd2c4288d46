import { jsonCaller } from '../../aws/json-client.aws.ts';
import type { Session } from '../../aws/session.aws.ts';
import type { Clock } from '../../runner/clock.ts';
import type { MetricsBackend } from '../../telemetry/backends.ts';
import { LOGS } from '../../telemetry/cloudwatch-logs.aws.ts';
import { xrayTraceId } from '../../telemetry/trace-id.ts';
import { XRAY } from '../../telemetry/xray.aws.ts';

/** What is looked for, and where. */
export interface Wanted {
  session: Session;
  metrics: MetricsBackend;
  logGroup: string;
  /** 32 hexadecimal digits each. */
  traceIds: readonly string[];
  /** Names of series in Prometheus. */
  series: readonly string[];
  /** Milliseconds since the Unix epoch. */
  since: number;
}

/** How the usual approach ended. */
export interface FixedPolls {
  /** Milliseconds since the Unix epoch. */
  verdictAt: number;
  passed: boolean;
  calls: number;
}

/** As AWS's own validator of telemetry does by default (RetryHelper and GenericConstants of aws-otel-test-framework). */
const PAUSE = 20_000;
const TRIES = 10;
const IDS_A_CALL = 5;

/**
 * The usual approach: everything is asked for, again every twenty seconds, until each trace has any segment, each id is in any line
 * of the log, and each series is there with any value. Counts calls.
 */
export async function pollAtFixedTimes(wanted: Wanted, clock: Clock, signal: AbortSignal): Promise<FixedPolls> {
  const { session, metrics, logGroup, series, since } = wanted;
  const xray = jsonCaller(XRAY, session);
  const logs = jsonCaller(LOGS, session);
  const open = { traces: new Set(wanted.traceIds), logs: new Set(wanted.traceIds), series: new Set(series) };
  let calls = 0;

  async function askForTraces(): Promise<void> {
    const ids = [...open.traces];
    for (let from = 0; from < ids.length; from += IDS_A_CALL) {
      const TraceIds = ids.slice(from, from + IDS_A_CALL).map(xrayTraceId);
      calls += 1;
      const { Traces = [] } = await xray<{ Traces: { Id: string }[] }>('BatchGetTraces', { TraceIds }, ['Traces']);
      for (const { Id } of Traces) open.traces.delete(Id.slice(2).replace('-', ''));
    }
  }

  async function askForLogs(): Promise<void> {
    for (let nextToken: string | undefined; open.logs.size > 0; ) {
      const input = { logGroupName: logGroup, startTime: since, ...(nextToken && { nextToken }) };
      calls += 1;
      const page = await logs<Page>('FilterLogEvents', input, ['events', 'nextToken']);
      for (const { message } of page.events ?? [])
        for (const id of message.match(/[0-9a-f]{32}/g) ?? []) open.logs.delete(id);
      nextToken = page.nextToken;
      if (!nextToken) return;
    }
  }

  async function askForSeries(): Promise<void> {
    for (const name of open.series) {
      calls += 1;
      if ((await metrics.query(name)).length > 0) open.series.delete(name);
    }
  }

  for (let tries = 1; ; tries += 1) {
    await Promise.all([askForTraces(), askForLogs(), askForSeries()]);
    const passed = open.traces.size + open.logs.size + open.series.size === 0;
    if (passed || tries === TRIES) return { verdictAt: clock.now(), passed, calls };
    await clock.sleep(PAUSE, signal);
  }
}

interface Page {
  events: { message: string }[];
  nextToken: string;
}
