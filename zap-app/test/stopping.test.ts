import { once } from 'node:events';
import { Agent, createServer, get, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, it } from 'vitest';
import { startOtlpReceiver } from './otlp-receiver.ts';
import { type RunningApp, runApp, spawnApp } from './run-app.ts';

const cleanUps: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
});

/** A service that answers when it is told to. */
async function slowService() {
  const waiting: (() => void)[] = [];
  let arrived = () => {};
  const server = createServer((_request, response) => {
    waiting.push(() => response.end('{}'));
    arrived();
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  cleanUps.push(() => {
    server.closeAllConnections();
    server.close();
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    requested: () =>
      new Promise<void>(resolve => {
        arrived = resolve;
        if (waiting.length > 0) resolve();
      }),
    answer: () => {
      for (const answer of waiting.splice(0)) answer();
    },
  };
}

async function started(options: Parameters<typeof runApp>[0]): Promise<RunningApp> {
  const app = await runApp(options);
  cleanUps.push(() => app.process.kill('SIGKILL'));
  return app;
}

it.each(['SIGTERM', 'SIGINT'] as const)('%s: finishes what is in flight and sends all of it', async signal => {
  const receiver = await startOtlpReceiver();
  cleanUps.push(receiver.close);
  const service = await slowService();
  // Nothing would be sent by itself in the time of this test.
  const never = {
    OTEL_METRIC_EXPORT_INTERVAL: '600000',
    OTEL_BSP_SCHEDULE_DELAY: '600000',
    OTEL_BLRP_SCHEDULE_DELAY: '600000',
  };
  const app = await started({ receiver, env: { ...never, EXTERNAL_URL: service.url } });
  // A connection that is kept alive must not keep the app from ending.
  const agent = new Agent({ keepAlive: true });
  cleanUps.push(() => agent.destroy());
  const answered = once(get(`${app.url}/external`, { agent }), 'response') as Promise<[IncomingMessage]>;
  await service.requested();
  const stopped = app.stop(signal);
  await app.untilLine(({ body }) => body === `Stopping: ${signal}`);
  await expect(app.get('/api/data')).rejects.toThrow();
  service.answer();
  const [response] = await answered;
  response.resume();
  expect(response.statusCode).toBe(200);
  expect(response.headers.connection).toBe('close');
  expect(await stopped).toBe(0);
  expect(receiver.spans.map(({ name }) => name)).toContain('GET /external');
  expect(receiver.logs.map(({ body }) => body)).toContain('GET /external 200');
  expect(receiver.logs.map(({ body }) => body)).toContain('Stopped; requests that were finished: 1');
  expect(receiver.metrics.get('zapp.http.requests')?.points).toEqual([
    { attributes: { endpoint: '/external', method: 'GET', status: 200 }, value: 1 },
  ]);
});

it('loses nothing of many requests that end just before', async () => {
  const receiver = await startOtlpReceiver();
  cleanUps.push(receiver.close);
  const app = await started({ receiver });
  const answers = await Promise.all(Array.from({ length: 1500 }, () => app.get('/api/data').then(r => r.text())));
  expect(await app.stop()).toBe(0);
  const isRequest = ({ body }: { body: string }) => body === 'GET /api/data 200';
  expect(receiver.spans.length).toBe(answers.length);
  expect(receiver.logs.filter(isRequest).length).toBe(answers.length);
  expect(app.lines.filter(isRequest).length).toBe(answers.length);
  expect(receiver.metrics.get('zapp.http.requests')?.points[0]?.value).toBe(answers.length);
});

it('cuts off what does not finish, and exits within 5 s', async () => {
  const service = await slowService();
  const app = await started({ env: { EXTERNAL_URL: service.url, EXTERNAL_TIMEOUT_MS: '60000' } });
  const answered = app.get('/external').catch((error: Error) => error);
  await service.requested();
  const start = performance.now();
  expect(await app.stop()).toBe(0);
  expect(performance.now() - start).toBeLessThan(5000);
  expect(await answered).toBeInstanceOf(Error);
  expect(app.lines.map(({ body }) => body)).toContain('1 requests took longer than 3000 ms to finish and were cut off');
});

it('answers as ever while no collector listens, says so, and exits in time', async () => {
  const app = await started({ env: { OTEL_EXPORTER_OTLP_TIMEOUT: '1000' } });
  expect((await app.get('/api/data')).status).toBe(200);
  await app.untilLine(({ severity, body }) => severity !== 'INFO' && /ECONNREFUSED/.test(body));
  expect((await app.get('/api/data')).status).toBe(200);
  const start = performance.now();
  expect(await app.stop()).toBe(0);
  expect(performance.now() - start).toBeLessThan(5000);
});

it('exits in time when the collector takes the telemetry and never answers', async () => {
  const silent = createServer(() => {}).listen(0, '127.0.0.1');
  await once(silent, 'listening');
  cleanUps.push(() => {
    silent.closeAllConnections();
    silent.close();
  });
  const url = `http://127.0.0.1:${(silent.address() as AddressInfo).port}`;
  const app = await started({ env: { OTEL_EXPORTER_OTLP_ENDPOINT: url } });
  expect((await app.get('/api/data')).status).toBe(200);
  const start = performance.now();
  expect(await app.stop()).toBe(0);
  expect(performance.now() - start).toBeLessThan(5000);
  expect(app.lines.map(({ body }) => body)).toContainEqual(expect.stringContaining('Not all telemetry could be sent'));
});

it.each([
  [{ PORT: 'http' }, 'PORT must be a whole number from 0 to 65535. Seen: "http"'],
  [{ PORT: '65536' }, 'PORT must be a whole number'],
  [{ EXTERNAL_URL: 'ftp://files' }, 'EXTERNAL_URL must be an address that begins with http:// or https://'],
  [{ ZAPP_TRUSTED_PARENTS_PER_SECOND: '-1' }, 'ZAPP_TRUSTED_PARENTS_PER_SECOND must be a whole number from 0'],
])('%o is one clear error', async (env, message) => {
  const child = spawnApp({ env });
  let errors = '';
  child.stderr?.on('data', chunk => {
    errors += chunk;
  });
  const [code] = await once(child, 'close');
  expect(code).toBe(1);
  expect(errors).toContain(`zap-app: ${message}`);
  expect(errors.trim().split('\n')).toHaveLength(1);
});

it('a port that is taken is one clear error', async () => {
  const other = createServer().listen(0, '127.0.0.1');
  await once(other, 'listening');
  cleanUps.push(() => other.close());
  const child = spawnApp({ env: { PORT: String((other.address() as AddressInfo).port) } });
  let errors = '';
  child.stderr?.on('data', chunk => {
    errors += chunk;
  });
  expect((await once(child, 'close'))[0]).toBe(1);
  expect(errors).toMatch(/^zap-app: It cannot listen on port \d+: .*EADDRINUSE.* Set PORT to one that is free\.\n$/);
});

it('runs bare without its telemetry, and with the SDK turned off', async () => {
  for (const options of [{ bare: true }, { env: { OTEL_SDK_DISABLED: 'true' } }]) {
    const app = await started(options);
    expect((await app.get('/error')).status).toBe(500);
    const line = await app.untilLine(({ body }) => body === 'GET /error 500');
    expect(line).not.toHaveProperty('trace_id');
    expect(await app.stop()).toBe(0);
  }
});

it('sends no logs when the environment says none', async () => {
  const receiver = await startOtlpReceiver();
  cleanUps.push(receiver.close);
  const app = await started({ receiver, env: { OTEL_LOGS_EXPORTER: 'none' } });
  await (await app.get('/api/data')).text();
  expect(await app.stop()).toBe(0);
  expect(receiver.spans).toHaveLength(1);
  expect(receiver.logs).toEqual([]);
  expect(app.lines.find(({ body }) => body === 'GET /api/data 200')?.trace_id).toBe(receiver.spans[0]?.traceId);
});
