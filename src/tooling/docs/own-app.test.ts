import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { startOtlpReceiver } from '../../../zap-app/test/otlp-receiver.ts';
import { action as deploy } from '../../actions/deploy/run.ts';
import { action as teardown } from '../../actions/teardown/run.ts';
import { Dockerfile } from '../../image/dockerfile.ts';
import { parseExpectations } from '../../telemetry/expectations.ts';
import { DEMO_IMAGES } from '../demo-inputs.ts';
import { ROOT } from '../repository.ts';
import { scenarios } from '../scenario.ts';
import { blocksOf } from './pages.ts';

const blocks = blocksOf('docs/own-app.md');
const fileOf = (path: string) => {
  const block = blocks.find(one => one.path === path);
  if (!block) throw new Error(`docs/own-app.md has no ${path}`);
  return block.text;
};
const expectations = parseExpectations(fileOf('telemetry.yaml'), 'telemetry.yaml');

describe('the application of docs/own-app.md', () => {
  it('sends what its telemetry.yaml expects', async () => {
    // Below the repository, so that its packages are found.
    mkdirSync(join(ROOT, '.tmp'), { recursive: true });
    const folder = mkdtempSync(join(ROOT, '.tmp', 'own-app-'));
    const receiver = await startOtlpReceiver();
    const port = await freePort();
    writeFileSync(join(folder, 'server.mjs'), fileOf('server.mjs'));
    const child = spawn(process.execPath, ['server.mjs'], {
      cwd: folder,
      env: {
        PATH: process.env.PATH,
        PORT: String(port),
        OTEL_SERVICE_NAME: 'shop',
        OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url,
        OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json',
        OTEL_METRIC_EXPORT_INTERVAL: '100',
        OTEL_METRIC_EXPORT_TIMEOUT: '100',
        OTEL_BSP_SCHEDULE_DELAY: '50',
        OTEL_BLRP_SCHEDULE_DELAY: '50',
      },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const exited = once(child, 'exit');
    try {
      const lines = createInterface(child.stdout);
      const told = lines[Symbol.asyncIterator]();
      expect(JSON.parse((await told.next()).value ?? '')).toMatchObject({ body: 'Listening' });
      const url = `http://127.0.0.1:${port}`;
      expect((await fetch(`${url}/health`)).status).toBe(200);
      const traceId = '0af7651916cd43dd8448eb211c80319c';
      const response = await fetch(`${url}/orders`, { headers: { traceparent: `00-${traceId}-b7ad6b7169203331-01` } });
      expect([response.status, await response.json()]).toEqual([200, { orders: [] }]);
      const [metric] = expectations.metrics;
      const [span] = expectations.spans;
      await receiver.until(
        () => receiver.spans.length > 0 && receiver.logs.length > 1 && receiver.metrics.has(metric?.name ?? ''),
      );
      expect(receiver.resource['service.name']).toBe(expectations.service);
      expect(receiver.spans).toHaveLength(1);
      expect(receiver.spans[0]).toMatchObject({ name: span?.name, kind: 'server', traceId });
      expect(receiver.spans[0]?.attributes['http.route']).toBe('/orders');
      expect(receiver.metrics.get(metric?.name ?? '')).toMatchObject({ unit: metric?.unit, type: metric?.type });
      expect(receiver.logs.find(({ body }) => body === 'GET /orders 200')).toMatchObject({
        traceId,
        spanId: receiver.spans[0]?.spanId,
        severity: 'INFO',
      });
      const line = JSON.parse((await told.next()).value ?? '');
      for (const field of expectations.logs.fields)
        expect([field, valueAt(line, field)]).toEqual([field, expect.anything()]);
    } finally {
      child.kill('SIGTERM');
      await exited;
      await receiver.close();
      rmSync(folder, { recursive: true });
    }
    expect(child.exitCode).toBe(0);
  });

  it('is built on the image of the sample, and runs as the user and on the port that its parameters name', () => {
    const text = fileOf('Dockerfile');
    const sample = new Dockerfile(readFileSync(join(ROOT, 'zap-app/Dockerfile'), 'utf8'));
    expect(new Dockerfile(text).bases({}).map(({ image }) => image)).toEqual([sample.bases({})[0]?.image]);
    const parameters = parse(fileOf('infra/shop.yaml'));
    expect(text).toContain(`\nUSER ${parameters.AppUser}\n`);
    expect(text).toContain(`\nEXPOSE ${parameters.AppPort}\n`);
    expect(fileOf('server.mjs')).toContain(`PORT ?? ${parameters.AppPort}`);
    expect(parse(fileOf('compose.yaml')).services.shop.ports).toEqual([`${parameters.AppPort}:${parameters.AppPort}`]);
  });

  it('publishes its port under the name that the expectations give it', () => {
    expect(Object.keys(parse(fileOf('compose.yaml')).services)).toEqual([expectations.service]);
  });
});

describe('the stacks of docs/own-app.md', () => {
  const { run, workspace } = scenarios();

  it('are deployed, found unchanged, and torn down', async () => {
    mkdirSync(join(workspace, 'infra'));
    for (const template of ['0-vpc-alb', '1-monitoring', '2-ecs-fargate']) {
      const file = `${template}-template.yaml`;
      copyFileSync(join(ROOT, 'cloudformation', file), join(workspace, 'infra', file));
    }
    const names = ['infra/stacks.yaml', 'infra/alerts-template.yaml', 'infra/shop.yaml'];
    const files = Object.fromEntries(names.map(name => [name, fileOf(name)]));
    const workflow = parse(fileOf('.github/workflows/deploy.yml'));
    const step = workflow.jobs.deploy.steps.find(({ id }: { id?: string }) => id === 'deploy').with;
    // What a variable of the repository gives stays empty, as in one that has none.
    const parameters = step.parameters.replaceAll(/^.*\$\{\{.*$/gm, '');
    const stacks = { 'stack-prefix': step['stack-prefix'], 'stacks-file': step['stacks-file'] };
    const inputs = { ...stacks, profile: step.profile, parameters, ...DEMO_IMAGES };

    const first = await run(deploy, inputs, files);
    expect(first.host.log.filter(line => line.startsWith('[error]'))).toEqual([]);
    expect(first.code).toBe(0);
    const outputs = JSON.parse(first.host.outputs.outputs ?? '');
    expect(outputs['vpc-alb'].AppPort).toBe('8080');
    expect(outputs.alerts.AlertTopicArn).toMatch(/^arn:aws:sns:/);
    // By its name alone it reaches all three.
    expect(first.transcript.match(/AlertTopicArn +output of alerts: AlertTopicArn/g)).toHaveLength(3);

    const again = await run(deploy, inputs);
    expect([again.code, again.writes]).toEqual([0, []]);
    expect((await run(teardown, { ...stacks, confirm: 'shop' })).code).toBe(0);
  });
});

function valueAt(record: Record<string, unknown>, field: string): unknown {
  const [, key] = /^attributes\.(.+)$/.exec(field) ?? [];
  return key === undefined ? record[field] : (record.attributes as Record<string, unknown>)[key];
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}
