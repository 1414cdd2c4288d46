import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it, onTestFinished } from 'vitest';
import type { SmokeResult } from '../../report/smoke-result.ts';
import { ROOT } from '../../tooling/repository.ts';
import { type BundleOptions, type BundleRun, runBundle } from '../../tooling/run-bundle.ts';

// The shipped bundle, as the runner starts it, with real containers: the sample application, a collector, Prometheus.

const COMPOSE = join(ROOT, 'local/docker-compose.yml');
const SAMPLE = { 'compose-file': COMPOSE, expectations: join(ROOT, 'zap-app/telemetry.yaml') };

const folder = mkdtempSync(join(tmpdir(), 'zap-obs-smoke-e2e-'));
const NODE_IMAGE = process.env.NODE_IMAGE ?? 'public.ecr.aws/docker/library/node:24.21.0-bookworm-slim';

afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A workspace with these files, content by path. */
function workspaceOf(name: string, files: Record<string, string>): string {
  const workspace = join(folder, name);
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(join(workspace, path, '..'), { recursive: true });
    writeFileSync(join(workspace, path), content);
  }
  return workspace;
}

async function smokeTest(
  inputs: Record<string, string>,
  options: BundleOptions = {},
): Promise<BundleRun & { result: SmokeResult | undefined }> {
  const env = { NODE_IMAGE, RUNNER_TEMP: folder, ...options.env };
  const run = await runBundle('smoke-test', inputs, { ...options, env });
  const { report } = run.outputs;
  const result = report === undefined ? undefined : (JSON.parse(readFileSync(report, 'utf8')) as SmokeResult);
  return { ...run, result };
}

function docker(...args: string[]): string {
  return execFileSync('docker', args, { cwd: folder, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] }).trim();
}

/** A name that no other run has; whatever a test that fails leaves of it goes with the test. */
function uniqueProject(name: string): string {
  const project = `zap-e2e-${name}-${randomBytes(3).toString('hex')}`;
  onTestFinished(() => {
    docker('compose', '--project-name', project, 'down', '--volumes', '--timeout', '0');
  });
  return project;
}

/** Containers, networks and volumes of projects of that name. */
function remainsOf(project: string): string {
  const label = ['--filter', `label=com.docker.compose.project=${project}`];
  return [
    docker('ps', '--all', '--quiet', ...label),
    docker('network', 'ls', '--quiet', ...label),
    docker('volume', 'ls', '--quiet', ...label),
    docker('image', 'ls', '--quiet', `${project}-zap-app`),
  ].join('');
}

function failedNames({ result }: { result: SmokeResult | undefined }): string[] {
  return (result?.checks ?? []).filter(({ passed }) => !passed).map(({ suite, name }) => `${suite}: ${name}`);
}

describe('the sample application', () => {
  it('passes, and leaves nothing', async () => {
    const run = await smokeTest(SAMPLE);
    expect(run).toMatchObject({ code: 0, outputs: { passed: 'true' } });
    expect(failedNames(run)).toEqual([]);
    const suites = new Set(run.result?.checks.map(({ suite }) => suite));
    expect([...suites]).toEqual(['answers', 'metrics', 'traces', 'logs']);
    expect(run.result?.times.proof).toBeLessThan(10_000);
    expect(run.summary).toContain('simulated by local AWS');
    const collector = run.result?.images.find(({ service }) => service === 'adot-collector');
    expect(collector?.image).toBe(process.env.COLLECTOR_IMAGE ?? expect.stringContaining('aws-otel-collector'));
    if (process.env.IMAGES === 'built') expect(collector?.is).toContain('stand-in for aws-otel-collector');
    expect(readFileSync(run.outputs.junit ?? '', 'utf8')).toContain('failures="0" errors="0"');
    expect(remainsOf(run.result?.project ?? '?')).toBe('');
  });

  it('fails when the collector stops, and names it', async () => {
    // Everything is sent after seconds only, so that the collector is gone by then.
    const slow = { OTEL_BSP_SCHEDULE_DELAY: 4000, OTEL_BLRP_SCHEDULE_DELAY: 4000, OTEL_METRIC_EXPORT_INTERVAL: 4000 };
    const workspace = workspaceOf('stopped', {
      'slow.yml': `services: { zap-app: { environment: ${JSON.stringify(slow)} } }`,
    });
    const project = uniqueProject('stopped');
    const run = await smokeTest(
      { ...SAMPLE, 'compose-file': `${COMPOSE},slow.yml`, 'project-name': project },
      {
        workspace,
        onOutput: text => {
          if (text.includes('Requests to')) docker('kill', `${project}-adot-collector-1`);
        },
      },
    );
    expect(run).toMatchObject({ code: 1, outputs: { passed: 'false' } });
    expect(run.log).toMatch(/The container of `adot-collector` has ended with exit code 137/);
    expect(run.summary).toContain('`adot-collector`');
    expect(remainsOf(project)).toBe('');
  });

  it('fails when an exporter is mis-spelled, with the line of the collector that says so', async () => {
    const config = readFileSync(join(ROOT, 'local/adot-config.yaml'), 'utf8').replaceAll('awsxray', 'awsxrya');
    const workspace = workspaceOf('misspelled', {
      'adot.yaml': config,
      'override.yml': `services: { adot-collector: { volumes: ["${join(folder, 'misspelled/adot.yaml')}:/etc/adot-config.yaml:ro"] } }`,
    });
    const run = await smokeTest({ ...SAMPLE, 'compose-file': `${COMPOSE},override.yml` }, { workspace });
    expect(run).toMatchObject({ code: 1, outputs: { passed: 'false' } });
    expect(run.log).toMatch(/The container of `adot-collector` has ended with exit code 1/);
    expect(run.log).toMatch(/Seen: .*unknown type: "awsxrya"/);
    expect(run.log).toContain('Mend `awsxrya` among the exporters of its configuration. Did you mean `awsxray`?');
    expect(run.log).toContain('Log of adot-collector');
    expect(remainsOf(run.result?.project ?? '?')).toBe('');
  });

  it('fails when a metric is removed from the application, and names it and what is sent instead', async () => {
    cpSync(join(ROOT, 'zap-app'), join(folder, 'renamed'), {
      recursive: true,
      filter: path => !path.includes('node_modules'),
    });
    const metrics = join(folder, 'renamed/src/metrics.ts');
    writeFileSync(metrics, readFileSync(metrics, 'utf8').replace('zapp.http.exceptions', 'zapp.http.exeptions'));
    const run = await smokeTest(SAMPLE, { env: { APP_CONTEXT: join(folder, 'renamed') } });
    expect(run.code).toBe(1);
    expect(failedNames(run)).toEqual(['metrics: metric zapp.http.exceptions']);
    expect(run.log).toMatch(/zapp_http_exceptions_total/);
    expect(run.log).toMatch(/zapp_http_exeptions_total/);
  });

  it('fails when the pipeline of logs is dropped, and says that the collector takes none', async () => {
    const config = readFileSync(join(ROOT, 'local/adot-config.yaml'), 'utf8');
    const [start = ''] = config.split(/^ {4}logs:\n/m);
    const workspace = workspaceOf('no-logs', {
      'adot.yaml': start,
      'override.yml': `services: { adot-collector: { volumes: ["${join(folder, 'no-logs/adot.yaml')}:/etc/adot-config.yaml:ro"] } }`,
    });
    const run = await smokeTest({ ...SAMPLE, 'compose-file': `${COMPOSE},override.yml` }, { workspace });
    expect(run.code).toBe(1);
    expect(failedNames(run).every(name => name.startsWith('logs: '))).toBe(true);
    expect(failedNames(run)).not.toEqual([]);
    expect(run.log).toContain('The collector has no pipeline for logs: its OTLP receiver answers 404 to them');
    expect(run.log).toContain('Add `logs` to `service.pipelines`');
  });
});

describe("a project of the user's own", () => {
  /** A server in another language, which sends no telemetry. */
  const perl = `use IO::Socket::INET; $| = 1;
my $server = IO::Socket::INET->new(LocalPort => 8080, Listen => 16, ReuseAddr => 1) or die $!;
$SIG{TERM} = sub { exit 0 };
while (my $client = $server->accept) {
  my $line = <$client>; while (<$client>) { last if /^\\r?$/ }
  my ($status, $body) = $line =~ m{ /stock } ? ("200 OK", '{"stock":[1,2],"unit":"kg"}') : ("404 Not Found", "{}");
  print $client "HTTP/1.1 $status\\r\\nContent-Type: application/json\\r\\nContent-Length: " . length($body) . "\\r\\nConnection: close\\r\\n\\r\\n$body";
  close $client;
}`;
  const compose = `services:
  shop:
    image: \${NODE_IMAGE:?}
    container_name: shop
    command: [perl, /app.pl]
    volumes: ["./app.pl:/app.pl:ro"]
    ports: ["8080:8080"]
  migrate:
    image: \${NODE_IMAGE}
    command: ["true"]
`;
  const expectations = (path: string, stock = '<array>') => `service: shop
requests:
  - { name: stock, path: ${path}, status: 200, json: { stock: ${JSON.stringify(stock)} } }
  - { name: nothing, path: /no/such, status: 404 }
`;
  const workspace = workspaceOf('foreign', {
    'compose.yaml': compose,
    'app.pl': perl,
    'telemetry.yaml': expectations('/stock'),
    'wrong.yaml': expectations('/stock', '<string>'),
  });
  const own = { 'compose-file': 'compose.yaml' };

  it('is tested by expectations of its own, twice at the same time, without and with telemetry', async () => {
    const runs = await Promise.all([
      smokeTest({ ...own, telemetry: 'false' }, { workspace }),
      smokeTest(own, { workspace }),
    ]);
    for (const run of runs) {
      expect(run.log).toContain('3 checks passed');
      expect(run.code).toBe(0);
      expect(remainsOf(run.result?.project ?? '?')).toBe('');
    }
    const services = runs.map(({ result }) => result?.images.map(({ service }) => service));
    expect(services).toEqual([
      ['migrate', 'shop'],
      ['adot-collector', 'local-aws', 'migrate', 'prometheus', 'shop'],
    ]);
  });

  it('fails where an answer is another one, on the line that expects it', async () => {
    const run = await smokeTest({ ...own, telemetry: 'false', expectations: 'wrong.yaml' }, { workspace });
    expect(run.code).toBe(1);
    expect(failedNames(run)).toEqual(['answers: stock: JSON']);
    expect(run.log).toContain('wrong.yaml:3');
    expect(run.log).toContain('Log of shop');
  });

  it.each(['SIGINT', 'SIGTERM'] as const)('leaves nothing when it is stopped by %s', async signal => {
    const project = uniqueProject(signal.toLowerCase());
    let kill: (signal: NodeJS.Signals) => void = () => {};
    let stoppedAt = Number.NaN;
    const run = await smokeTest(
      { ...own, 'project-name': project },
      {
        workspace,
        env: { GITHUB_ACTIONS: 'true' },
        onStart: kill_ => {
          kill = kill_;
        },
        onOutput: text => {
          if (!Number.isNaN(stoppedAt) || !text.includes('Starting')) return;
          stoppedAt = performance.now();
          kill(signal);
        },
      },
    );
    expect(run.code).toBe(signal === 'SIGINT' ? 130 : 143);
    expect(performance.now() - stoppedAt).toBeLessThan(7500);
    expect(remainsOf(project)).toBe('');
    expect(run.states.unfinished_compose_project ?? '').toBe('');
  });

  it('is removed by the clean-up after the job when the run was killed', async () => {
    const project = uniqueProject('killed');
    let kill: (signal: NodeJS.Signals) => void = () => {};
    const run = await smokeTest(
      { ...own, 'project-name': project },
      {
        workspace,
        env: { GITHUB_ACTIONS: 'true' },
        onStart: kill_ => {
          kill = kill_;
        },
        onOutput: text => {
          if (text.includes('Started')) kill('SIGKILL');
        },
      },
    );
    expect(run.code).toBeNull();
    expect(remainsOf(project)).not.toBe('');
    const after = await runBundle('clean-up', {}, { states: run.states });
    expect(after).toMatchObject({ code: 0 });
    expect(after.log).toContain(`${project}, which the run had left, is removed`);
    expect(remainsOf(project)).toBe('');
  });

  it.each<[name: string, files: Record<string, string>, inputs: Record<string, string>, expected: RegExp]>([
    [
      'an image that cannot be had',
      { 'compose.yaml': 'services: { shop: { image: "127.0.0.1:9/no/such:1", ports: ["80"] } }' },
      {},
      /cannot be started.*127\.0\.0\.1:9/,
    ],
    [
      'an unhealthy container',
      {
        'compose.yaml':
          'services: { shop: { image: "${NODE_IMAGE}", command: [sleep, "100"], ports: ["80"], healthcheck: { test: ["CMD", "false"], interval: 1s, retries: 2 } } }',
      },
      {},
      /The container of `shop` is unhealthy/,
    ],
    [
      'a container that ends',
      {
        'compose.yaml':
          'services: { shop: { image: "${NODE_IMAGE}", command: [sh, -c, "echo Error: no database >&2; exit 3"], ports: ["80"] } }',
      },
      {},
      /The container of `shop` has ended with exit code 3. Seen: Error: no database/,
    ],
    [
      'a file that is no YAML',
      { 'compose.yaml': 'services:\n  shop: [\n' },
      {},
      /compose.yaml:\d+: The compose file is not YAML/,
    ],
    [
      'no service with a port',
      { 'compose.yaml': 'services: { shop: { image: "${NODE_IMAGE}" } }' },
      {},
      /No service of the compose project publishes a port/,
    ],
    [
      'a build that fails',
      {
        'compose.yaml': 'services: { shop: { build: ., ports: ["80"] } }',
        Dockerfile: 'ARG NODE_IMAGE=zap-obs/node:built\nFROM $NODE_IMAGE\nRUN echo hello; exit 7\n',
      },
      {},
      /An image cannot be built. Seen: `.*exit 7` ended with exit code 7/,
    ],
  ])('ends with one clear error, and nothing left: %s', async (name, files, inputs, expected) => {
    const workspace = workspaceOf(name.replaceAll(' ', '-'), { 'telemetry.yaml': expectations('/'), ...files });
    const project = uniqueProject(name.replaceAll(/[^a-z]/g, '-'));
    const all = { ...own, telemetry: 'false', 'project-name': project, timeout: '60s', ...inputs };
    const run = await smokeTest(all, { workspace });
    expect(run.code).toBe(1);
    expect(run.log).toMatch(expected);
    expect(run.log).not.toContain('bug in zap-obs');
    expect(remainsOf(project)).toBe('');
  });

  it('says which port is in use when ports are kept', async () => {
    const server = (await import('node:http')).createServer().listen(0, '127.0.0.1');
    await new Promise(resolve => server.once('listening', resolve));
    const { port } = server.address() as { port: number };
    const workspace = workspaceOf('port', {
      'compose.yaml': `services: { shop: { image: "\${NODE_IMAGE}", command: [sleep, "9"], ports: ["127.0.0.1:${port}:80"] } }`,
      'telemetry.yaml': expectations('/'),
    });
    const inputs = { ...own, telemetry: 'false', 'base-url': `http://127.0.0.1:${port}` };
    const run = await smokeTest(inputs, { workspace });
    server.close();
    expect(run.code).toBe(1);
    expect(run.log).toContain(`Port ${port} is in use on this machine`);
    expect(remainsOf(run.result?.project ?? '?')).toBe('');
  });

  it('does not touch a project that is there already', async () => {
    const project = uniqueProject('existing');
    onTestFinished(() => void docker('network', 'rm', project));
    docker('network', 'create', '--label', `com.docker.compose.project=${project}`, project);
    const run = await smokeTest({ ...own, telemetry: 'false', 'project-name': project }, { workspace });
    expect(run.code).toBe(1);
    expect(run.log).toContain(`There is a compose project \`${project}\` already`);
  });

  /** A server in Node that answers every request so. */
  const answering = (text: string) =>
    `[node, -e, "require('http').createServer((_, a) => a.end('${text}')).listen(8080)"]`;
  const simple = (
    name: string,
    compose: string,
    telemetry = expectations('/')
      .replace('404', '200')
      .replace(/, json.*\}/, ' }'),
  ) => workspaceOf(name, { 'compose.yaml': compose, 'telemetry.yaml': telemetry });

  it("leaves the user's own volumes, networks and images alone, although the file names them", async () => {
    const volume = uniqueProject('volume');
    docker('volume', 'create', volume);
    onTestFinished(() => void docker('volume', 'rm', volume));
    const workspace = simple(
      'precious',
      `services:
  shop: { image: "${volume}:dev", build: ., command: ${answering('ok')}, ports: ["8080"], volumes: ["data:/data"], networks: [front] }
volumes: { data: { name: ${volume} } }
networks: { front: { name: ${volume} } }
`,
    );
    writeFileSync(join(workspace, 'Dockerfile'), `FROM ${NODE_IMAGE}\n`);
    const run = await smokeTest({ ...own, telemetry: 'false' }, { workspace });
    expect(run.log).toContain('2 checks passed');
    expect(docker('volume', 'ls', '--quiet', '--filter', `name=${volume}`)).toBe(volume);
    expect(docker('image', 'ls', '--quiet', `${volume}:dev`)).toBe('');
    expect(docker('image', 'ls', '--quiet', `${run.result?.project}-shop`)).toBe('');
  });

  it('fails when a container ends again and again, whatever the others answer', async () => {
    const workspace = simple(
      'crash-loop',
      `services:
  shop: { image: "${NODE_IMAGE}", command: ${answering('ok')}, ports: ["8080"] }
  worker: { image: "${NODE_IMAGE}", command: [sh, -c, "echo Error: no database; exit 1"], restart: always }
`,
    );
    const run = await smokeTest({ ...own, telemetry: 'false' }, { workspace });
    expect(run.code).toBe(1);
    expect(run.log).toMatch(/The container of `worker` keeps ending and starting again.* Seen: Error: no database/);
  });

  it('names what never gets ready when its time is over', async () => {
    const workspace = simple(
      'never',
      `services:
  shop: { image: "${NODE_IMAGE}", command: [sleep, "99"], ports: ["8080"], healthcheck: { test: [CMD, "false"], start_period: 1h } }
`,
    );
    const run = await smokeTest({ ...own, telemetry: 'false', timeout: '10s' }, { workspace });
    expect(run.code).toBe(1);
    expect(run.log).toContain('`shop` is not ready after 10 s');
    expect(remainsOf(run.result?.project ?? '?')).toBe('');
  });

  it('lends its collector to services on networks of their own, and knows containers by their fixed names', async () => {
    const probe = `require('http').createServer(async (_, a) => a.end(JSON.stringify({ stock: [(await fetch('http://adot-collector:4318/v1/logs', { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{}' })).status, await (await fetch('http://mydb:8080')).text()] }))).listen(8080)`;
    const workspace = simple(
      'networks',
      `services:
  shop: { image: "${NODE_IMAGE}", command: [node, -e, ${JSON.stringify(probe)}], ports: ["8080"], networks: [front] }
  db: { image: "${NODE_IMAGE}", container_name: mydb, command: ${answering('ok')}, networks: [front] }
networks: { front: {} }
`,
      'service: shop\nrequests: [{ name: stock, path: /, json: { stock: [200, ok] } }]\n',
    );
    const run = await smokeTest(own, { workspace });
    expect(run.log).toContain('2 checks passed');
    expect(run.code).toBe(0);
  });

  it("says what to do about a service on the machine's own network", async () => {
    const workspace = simple('host', `services: { shop: { image: x, network_mode: host, ports: ["8080"] } }\n`);
    const run = await smokeTest({ ...own, telemetry: 'false' }, { workspace });
    expect(run.log).toMatch(/network of the machine.*Give `base-url: http:\/\/127\.0\.0\.1:8080`/);
  });

  it('asks an account, with its credentials in the containers, and finds there what the collector has sent', async () => {
    // A local AWS outside of the project stands for the account, at one address for both sides.
    const account = uniqueProject('account');
    docker('network', 'create', account);
    onTestFinished(() => void docker('network', 'rm', account));
    const script = join(ROOT, 'dist/local-aws.js');
    docker(
      'run',
      '--detach',
      '--name',
      account,
      '--network',
      account,
      '--publish',
      '127.0.0.1::4566',
      '--volume',
      `${script}:/a.js:ro`,
      NODE_IMAGE,
      'node',
      '/a.js',
      '--host',
      '0.0.0.0',
    );
    onTestFinished(() => void docker('rm', '--force', account));
    const port = docker('port', account, '4566').split(':').at(-1);
    const workspace = workspaceOf('account', {
      'account.yml': `services: { adot-collector: { networks: [default, account], environment: { AWS_ENDPOINT_URL: "http://${account}:4566" } } }
networks: { account: { external: true, name: ${account} } }
`,
    });
    const env = {
      AWS_ENDPOINT_URL: `http://127.0.0.1:${port}`,
      AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE',
      AWS_SECRET_ACCESS_KEY: 's3cretK3y',
      AWS_SESSION_TOKEN: 't0kenOfTheSession',
    };
    const run = await smokeTest(
      { ...SAMPLE, 'compose-file': `${COMPOSE},account.yml`, aws: 'account' },
      { workspace, env },
    );
    expect(failedNames(run)).toEqual([]);
    expect(run).toMatchObject({ code: 0, result: { aws: 'account' } });
    expect(run.result?.images.map(({ service }) => service)).toEqual(['adot-collector', 'prometheus', 'zap-app']);
    expect(run.log + run.summary + JSON.stringify(run.result)).not.toMatch(/s3cretK3y|t0kenOfTheSession/);
  });
});
