// The workflows under act as they are committed, by the shipped bundle, against a local AWS whose containers run.
import { rm } from 'node:fs/promises';
import { type LocalAws, startLocalAws } from '@zap-obs/local-aws';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { runDocker } from '../../compose/docker.docker.ts';
import { isRead } from '../bench/figures.ts';
import { startFakeGitHub } from '../fake-github.ts';
import { imagesIn, localAwsImages } from '../local-images.ts';
import { localAwsEnvironment } from '../run-bundle.ts';
import { TOOLKIT } from '../toolkit-name.ts';
import { needAct } from './act-binary.ts';
import type { ActLine } from './act-log.ts';
import { type ActOutcome, runAct } from './act-run.ts';
import { actRunOf, type WorkflowName } from './act-workflows.ts';
import { FOREIGN_WORKFLOW, foreignRepository } from './foreign-repository.ts';

const images = imagesIn(process.env);
let aws: LocalAws;
beforeAll(async () => {
  await needAct();
  aws = await startLocalAws({ pace: 0, port: 0, containers: { run: runDocker, images: localAwsImages(images) } });
});
afterAll(() => aws?.close());

const run = async (name: WorkflowName) => runAct(await actRunOf(name, { endpoint: aws.url, images }));

/** The first line of each job's summary; the run must have gone well. */
function headlines({ code, lines }: ActOutcome): Record<string, string> {
  const told = lines.filter(line => line.kind === 'output' || line.kind === 'annotation' || line.kind === 'trouble');
  expect(code, told.map(({ text }) => text).join('\n')).toBe(0);
  const summaries = lines.filter((line): line is ActLine & { kind: 'summary' } => line.kind === 'summary');
  return Object.fromEntries(summaries.map(({ job, markdown }) => [job, markdown.split('\n', 1)[0] ?? '']));
}

it('pr-smoke proves a pull request', async () => {
  expect(headlines(await run('pr-smoke'))).toEqual({
    smoke: expect.stringMatching(/^## ✅ Smoke test of zap-app: \d+ checks passed/),
  });
});

it('preview tells a pull request what it would change', async () => {
  const github = await startFakeGitHub(TOOLKIT);
  try {
    const preview = await actRunOf('preview', { endpoint: aws.url, images });
    const env = { ...preview.env, GITHUB_API_URL: github.url };
    const withToken = await runAct({ ...preview, env, secrets: { GITHUB_TOKEN: 'token-of-the-job' } });
    expect(headlines(withToken)).toEqual({ preview: '## 📝 act: 3 stacks would change' });
    expect(github.comments.map(({ pullRequest, body }) => [pullRequest, body.includes('ecs-app')])).toEqual([
      [1, true],
    ]);
    // Without one, it says why there is no comment, and tells the rest all the same; with no account of this machine's user.
    vi.stubEnv('AWS_PROFILE', 'somebody');
    vi.stubEnv('AWS_IGNORE_CONFIGURED_ENDPOINT_URLS', 'true');
    expect(headlines(await runAct(preview))).toEqual({ preview: '## 📝 act: 3 stacks would change' });
    expect(github.comments).toHaveLength(1);
    expect(aws.stacks().filter(({ status }) => status !== 'DELETE_COMPLETE')).toEqual([]);
  } finally {
    vi.unstubAllEnvs();
    await github.close();
  }
});

it('deploy goes from source to a proof, has nothing to do then, and teardown leaves nothing', async () => {
  expect(headlines(await run('deploy'))).toEqual({
    image: expect.stringMatching(/^## ✅ act\/zap-app was built and pushed/),
    platform: expect.stringMatching(/^## ✅ act: 2 stacks deployed/),
    app: expect.stringMatching(/^## ✅ act: 1 stack deployed/),
    proof: expect.stringMatching(/^## ✅ Telemetry of zap-app: metrics, traces and logs of 20 requests arrived/),
  });
  const before = aws.calls.length;
  expect(headlines(await run('deploy'))).toEqual({
    image: expect.stringMatching(/^## ✅ act\/zap-app is up to date/),
    platform: expect.stringMatching(/^## ✅ act is up to date/),
    app: expect.stringMatching(/^## ✅ act is up to date/),
    proof: expect.stringMatching(/^## ✅ Telemetry of zap-app: metrics, traces and logs of 20 requests arrived/),
  });
  // What the containers write goes on.
  const asked = aws.calls.slice(before).filter(({ service }) => !['aps', 'logs', 'xray'].includes(service));
  expect(asked.filter(({ action }) => !isRead(action))).toEqual([]);
  expect(headlines(await run('teardown'))).toEqual({
    inventory: expect.stringMatching(/^## 📝 act: 3 stacks would be deleted/),
    teardown: expect.stringMatching(/^## ✅ act: 3 stacks deleted/),
  });
});

it('a repository of its own uses the pipeline, an alias and an action, as committed', async () => {
  const repository = await foreignRepository({
    folder: 'zap-app',
    steps: [
      {
        uses: 'org/zap-obs@v1',
        with: {
          'stack-prefix': 'shop',
          repository: 'shop/app',
          profile: 'lean',
          parameters: 'MetricInterval: 1000',
          'build-args': JSON.stringify({ NODE_IMAGE: images.NODE_IMAGE }),
          'collector-image': images.COLLECTOR_IMAGE,
          ...(process.env.NODE_EXTRA_CA_CERTS && {
            'secret-files': JSON.stringify({ ca: process.env.NODE_EXTRA_CA_CERTS }),
          }),
        },
      },
      {
        uses: 'org/zap-obs/deploy@v1',
        with: { 'stack-prefix': 'shop', 'dry-run': true, only: 'monitoring', profile: 'lean' },
      },
      {
        uses: 'org/zap-obs/actions/teardown@v1',
        with: { 'stack-prefix': 'shop', confirm: 'shop', 'delete-repositories': true },
      },
    ],
  });
  try {
    const env = { ...localAwsEnvironment(aws.url), ...dockerVariables() };
    const outcome = await runAct(
      { workflow: FOREIGN_WORKFLOW, event: 'push', payload: {}, env, vars: {} },
      { cwd: repository },
    );
    headlines(outcome);
    // act tells the last summary of a composite action once more, as the action's own.
    const summaries = outcome.lines.flatMap(line => (line.kind === 'summary' ? [line.markdown] : []));
    const told = [...new Set(summaries)].map(markdown => markdown.split('\n', 1)[0]);
    expect(told).toEqual([
      expect.stringMatching(/^## ✅ shop\/app was built and pushed/),
      expect.stringMatching(/^## ✅ shop: 3 stacks deployed/),
      expect.stringMatching(/^## ✅ Telemetry of zap-app: metrics, traces and logs of 20 requests arrived/),
      expect.stringMatching(/^## 📝 shop is up to date/),
      expect.stringMatching(/^## ✅ shop: 3 stacks deleted/),
    ]);
  } finally {
    await rm(repository, { recursive: true, force: true });
  }
});

function dockerVariables(): Record<string, string> {
  const names = ['DOCKER_CONFIG', 'DOCKER_HOST', 'DOCKER_BUILDKIT', 'NODE_EXTRA_CA_CERTS'];
  return Object.fromEntries(names.flatMap(name => (process.env[name] ? [[name, process.env[name]]] : [])));
}
