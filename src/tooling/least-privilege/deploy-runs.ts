import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3';
import { action as buildPush } from '../../actions/build-push/run.ts';
import { action as deploy } from '../../actions/deploy/run.ts';
import { action as teardown } from '../../actions/teardown/run.ts';
import { jsonCaller } from '../../aws/json-client.aws.ts';
import { openSession } from '../../aws/session.aws.ts';
import { Cancelled } from '../../runner/cancellation.ts';
import type { Action } from '../../runner/define-action.ts';
import { DEMO_IMAGES } from '../demo-inputs.ts';
import type { Scenarios } from '../scenario.ts';
import { type Bootstrap, PARAMETERS, REGION } from './bootstrap.ts';
import { BROKEN, oneStack, own, STUCK, topic, updateByHand } from './own-stacks.ts';
import { SUBJECT, tokenHost } from './token-host.ts';

const PREFIX = PARAMETERS.StackPrefix;

/** Everything that build-push, deploy and teardown do with AWS, done under one role. */
export class DeployRuns {
  readonly #scenarios: Scenarios;
  readonly #role: Record<string, string>;
  readonly #execution: Record<string, string>;
  readonly #boundary: string;

  constructor(scenarios: Scenarios, made: Bootstrap) {
    this.#scenarios = scenarios;
    this.#role = { 'role-to-assume': made.arn('DeployRole') };
    this.#execution = { 'role-arn': made.arn('ExecutionRole') };
    this.#boundary = made.arn('WorkloadBoundary');
  }

  /** The three stacks: created with everything that can be switched on, left alone, planned, and deployed anew. */
  async shippedStacks(): Promise<void> {
    const { 'image-uri': image } = DEMO_IMAGES;
    const policy = JSON.stringify({
      Statement: [{ Effect: 'Allow', Action: 'Update:*', Principal: '*', Resource: '*' }],
    });
    const inputs = {
      'stack-prefix': PREFIX,
      ...DEMO_IMAGES,
      'permissions-boundary': this.#boundary,
      tags: 'team: blue',
      'termination-protection': 'on',
      'stack-policy': 'policy.json',
    };
    await this.#good(deploy, inputs, { 'policy.json': policy });
    await this.#good(deploy, inputs);
    const changed = { ...inputs, 'image-uri': image.replace(/[0-9a-f]{64}$/, 'd'.repeat(64)) };
    await this.#good(deploy, { ...changed, 'dry-run': 'true' });
    // A new version whose tasks crash: looked at, stopped and explained.
    this.#scenarios.aws.faults.inject({ fault: 'crash-loop' });
    await this.#bad(deploy, changed);
    await this.#good(deploy, { ...inputs, 'termination-protection': 'off' });
    this.#scenarios.aws.faults.inject({ fault: 'log-group-reappears', resource: 'AppLogGroup' });
    await this.#good(teardown, { 'stack-prefix': PREFIX, 'dry-run': 'true' });
    await this.#good(teardown, { 'stack-prefix': PREFIX, confirm: PREFIX, force: 'true' });
  }

  /** A template that goes through a bucket, and one that CloudFormation finds wrong before it does anything. */
  async templates(): Promise<void> {
    const bucket = PARAMETERS.TemplateBucket;
    await new S3Client({ region: REGION, forcePathStyle: true }).send(new CreateBucketCommand({ Bucket: bucket }));
    const large = oneStack(`${topic('large')}# ${'x'.repeat(51_200)}\n`);
    const inputs = own('large', { 'template-bucket': bucket });
    await this.#good(deploy, { ...inputs, 'dry-run': 'true' }, large);
    await this.#good(deploy, inputs, large);
    await this.#bad(deploy, own('invalid'), oneStack(topic('invalid', '{ "zap-local:invalid": "it is wrong" }')));
  }

  /** Stacks that are left in the middle: by failed rollbacks, by failed updates, by failed creations. */
  async recoveries(): Promise<void> {
    await this.#good(deploy, own('stuck'), oneStack(topic('good')));
    await updateByHand('stuck', STUCK);
    await this.#good(deploy, own('stuck', { 'skip-resources': 'one.Topic' }), oneStack(topic('better')));
    await this.#good(deploy, own('kept'), oneStack(topic('good')));
    await updateByHand('kept', topic('changed', '{}', BROKEN), { DisableRollback: true });
    await this.#good(deploy, own('kept'), oneStack(topic('better')));
    await this.#bad(deploy, own('failed'), oneStack(topic('good', '{}', BROKEN)));
    await this.#good(deploy, own('failed'), oneStack(topic('good')));
  }

  /** A service whose tasks crash, and which nothing ends but the run. */
  async crashLoop(): Promise<void> {
    this.#scenarios.aws.faults.inject({ fault: 'crash-loop' });
    await this.#bad(deploy, own('crash', { 'on-failure': 'keep' }), oneStack(SERVICE));
  }

  /** A job that is cancelled while CloudFormation updates a stack. */
  async cancellation(): Promise<void> {
    await this.#good(deploy, own('stopped'), oneStack(topic('before')));
    const controller = new AbortController();
    const action: Action = {
      ...deploy,
      run(host, folders, signal) {
        const { line } = host;
        host.line = text => {
          line(text);
          if (text.startsWith('one: update')) controller.abort(new Cancelled('SIGINT'));
        };
        return deploy.run(host, folders, signal);
      },
    };
    const slow = oneStack(topic('after', '{ "zap-local:seconds": 2000 }'));
    await this.#run(action, { ...this.#execution, ...own('stopped') }, slow, controller.signal);
  }

  /** An image that is built, copied beside it the collector; used again under another name; deleted with its repository. */
  async images(): Promise<void> {
    const { workspace } = this.#scenarios;
    const bin = join(workspace, 'bin');
    const context = join(workspace, 'app');
    for (const folder of [bin, context]) mkdirSync(folder, { recursive: true });
    writeFileSync(join(context, 'Dockerfile'), `FROM node@sha256:${'a'.repeat(64)}\n`);
    const script = new URL('scripted-docker.ts', import.meta.url).pathname;
    writeFileSync(join(bin, 'docker'), `#!/bin/sh\nexec '${process.execPath}' '${script}' "$@"\n`);
    chmodSync(join(bin, 'docker'), 0o755);
    const path = process.env.PATH;
    process.env.PATH = [bin, path].join(delimiter);
    try {
      const inputs = { 'stack-prefix': PREFIX, context: 'app', cache: 'registry' };
      await this.#good(buildPush, inputs);
      await this.#good(buildPush, { ...inputs, tag: 'v1' });
    } finally {
      process.env.PATH = path;
    }
    await this.#good(teardown, { 'stack-prefix': PREFIX, confirm: PREFIX, 'delete-repositories': 'true' });
    const name = `${PREFIX}-images`;
    const repository = `Resources:\n  Images: { Type: AWS::ECR::Repository, Properties: { RepositoryName: ${PREFIX}/own } }\n`;
    await this.#good(deploy, own('images'), oneStack(repository));
    await pushByHand(`${PREFIX}/own`);
    await this.#good(teardown, { ...own('images'), confirm: name, 'delete-repositories': 'true' });
  }

  async #good(action: Action, inputs: Record<string, string>, files: Record<string, string> = {}): Promise<void> {
    const { code, log } = await this.#run(action, inputs, files);
    if (code !== 0) throw new Error(`a run that should succeed has failed:\n${log}`);
  }

  async #bad(action: Action, inputs: Record<string, string>, files: Record<string, string> = {}): Promise<void> {
    const { code, log } = await this.#run(action, inputs, files);
    if (code === 0) throw new Error(`a run that should fail has succeeded:\n${log}`);
  }

  async #run(action: Action, inputs: Record<string, string>, files: Record<string, string>, signal?: AbortSignal) {
    const all = { ...this.#role, ...(action === deploy && this.#execution), ...inputs };
    const { code, host } = await this.#scenarios.run(action, all, files, signal, tokenHost(SUBJECT));
    return { code, log: host.log.join('\n') };
  }
}

/** Without a circuit breaker, so that ECS would go on for ever. */
const SERVICE = `Resources:
  Cluster: { Type: AWS::ECS::Cluster }
  TaskDefinition:
    Type: AWS::ECS::TaskDefinition
    Properties:
      Family: zap-crash-one
      ContainerDefinitions: [{ Name: app, Image: "shop/web:1" }]
  Service:
    Type: AWS::ECS::Service
    Properties: { Cluster: !Ref Cluster, TaskDefinition: !Ref TaskDefinition }
`;

async function pushByHand(repositoryName: string): Promise<void> {
  const ecr = { id: 'ECR', target: 'AmazonEC2ContainerRegistry_V20150921', host: 'api.ecr', name: 'ecr', iam: 'ecr' };
  const call = jsonCaller(ecr, openSession(REGION));
  await call('PutImage', { repositoryName, imageTag: 'v1', imageManifest: '{"layers":[]}' }, []);
}
