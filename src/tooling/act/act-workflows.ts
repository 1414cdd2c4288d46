import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse } from 'yaml';
import type { Images } from '../local-images.ts';
import { ROOT } from '../repository.ts';
import { localAwsEnvironment } from '../run-bundle.ts';
import { TOOLKIT } from '../toolkit-name.ts';
import type { ActRun } from './act-run.ts';

/** The workflows that run under act, by the name that `npm run act` takes. */
export const WORKFLOWS = ['pr-smoke', 'preview', 'deploy', 'teardown'] as const;
export type WorkflowName = (typeof WORKFLOWS)[number];

export const PREFIX = 'act';

/** Where a run's deployment goes, and the images that stand for those of public registries. */
export interface ActScene {
  /** Of a local AWS, or of another AWS-compatible endpoint. */
  endpoint: string;
  images: Images;
}

/** How each workflow is triggered here. What it would take from a public registry are images of this machine instead. */
export async function actRunOf(name: WorkflowName, scene: ActScene): Promise<ActRun> {
  const workflow = `.github/workflows/${name}.yml`;
  const common = { workflow, env: environmentOf(scene), vars: { AWS_ENDPOINT_URL: scene.endpoint } };
  if (name === 'pr-smoke') return { ...common, event: 'pull_request', payload: PULL_REQUEST };
  if (name === 'preview') {
    const env = { ...common.env, GITHUB_REPOSITORY: TOOLKIT };
    const vars = { ...common.vars, STACK_PREFIX: PREFIX };
    return { ...common, env, vars, event: 'pull_request', payload: PULL_REQUEST };
  }
  if (name === 'teardown') {
    const inputs = { 'stack-prefix': PREFIX, confirm: PREFIX, 'delete-repositories': 'true' };
    return { ...common, event: 'workflow_dispatch', payload: { inputs } };
  }
  const inputs = { ...(await defaultsOf(workflow)), ...deployInputs(scene.images) };
  return { ...common, event: 'workflow_call', payload: { inputs } };
}

/** One of the repository itself, as far as the workflows and the actions read the event. */
const PULL_REQUEST = {
  number: 1,
  pull_request: {
    number: 1,
    head: { sha: '3f2a91c0d4e5f60718293a4b5c6d7e8f90a1b2c3', repo: { full_name: TOOLKIT } },
    user: { login: 'somebody' },
  },
};

function deployInputs({ NODE_IMAGE, COLLECTOR_IMAGE }: Images): Record<string, string> {
  const ca = process.env.NODE_EXTRA_CA_CERTS;
  return {
    'stack-prefix': PREFIX,
    profile: 'lean',
    // What it sends is looked for a moment later.
    parameters: 'MetricInterval: 1000',
    context: 'zap-app',
    expectations: 'zap-app/telemetry.yaml',
    'build-args': JSON.stringify({ NODE_IMAGE }),
    'collector-image': COLLECTOR_IMAGE,
    ...(ca && { 'secret-files': JSON.stringify({ ca }) }),
  };
}

/** act takes no defaults of booleans where the workflow is not called by another. */
async function defaultsOf(workflow: string): Promise<Record<string, string>> {
  const { on } = parse(await readFile(join(ROOT, workflow), 'utf8')) as {
    on: { workflow_call: { inputs: Record<string, { default?: unknown }> } };
  };
  const given = Object.entries(on.workflow_call.inputs).filter(([, input]) => input.default !== undefined);
  return Object.fromEntries(given.map(([name, input]) => [name, String(input.default)]));
}

/** What containers and the AWS SDK read, as the runner's machine would have it. */
function environmentOf({ endpoint, images }: ActScene): Record<string, string> {
  const passed = ['DOCKER_CONFIG', 'DOCKER_HOST', 'DOCKER_BUILDKIT', 'NODE_EXTRA_CA_CERTS'];
  const own = passed.flatMap(name => (process.env[name] ? [[name, process.env[name]] as const] : []));
  return { ...images, ...Object.fromEntries(own), ...localAwsEnvironment(endpoint) };
}
