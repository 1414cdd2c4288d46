import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { jsonCaller } from '../../aws/json-client.aws.ts';
import { openSession } from '../../aws/session.aws.ts';
import { Cancelled } from '../../runner/cancellation.ts';
import { cloudFormationOf } from '../../stacks/cloudformation.aws.ts';
import type { DeployedStack } from '../../stacks/cloudformation.ts';
import { readSnapshots } from '../../stacks/deploy.ts';
import { leftoversOf } from '../../stacks/leftovers.aws.ts';
import { loadTeardownFiles } from '../../stacks/load-plan-files.ts';
import { makeTeardownPlan } from '../../stacks/plan.ts';
import { teardown as teardownStacks } from '../../stacks/teardown.ts';
import { recordingHost } from '../../tooling/recording-host.ts';
import { ROOT } from '../../tooling/repository.ts';
import { scenarios } from '../../tooling/scenario.ts';
import { action as deploy } from '../deploy/run.ts';
import { engineFor } from '../stack-run.ts';
import { action as teardown } from './run.ts';

const all = scenarios();
const { run, statusOf } = all;

const own = (prefix: string, more: Record<string, string> = {}) => ({
  'stack-prefix': prefix,
  'stacks-file': 'stacks.yaml',
  ...more,
});
const confirmed = (prefix: string, more: Record<string, string> = {}) => own(prefix, { confirm: prefix, ...more });
const oneStack = (template: string) => ({
  'stacks.yaml': 'stacks:\n  app: { template: app.yaml }\n',
  'app.yaml': template,
});
async function deployed(prefix: string, files: Record<string, string>, more: Record<string, string> = {}) {
  const { code, host } = await run(deploy, own(prefix, more), files);
  expect([code, host.log.at(-1)]).toEqual([0, expect.anything()]);
}

/** Calls that a user's other tools make. */
const service = (id: string, name: string) =>
  jsonCaller({ id, target: 'Any', host: name, name, iam: name }, openSession('us-east-1'));
const ecr = (action: string, input: object) =>
  service('ECR', 'ecr')<Record<string, unknown[]>>(action, input, ['imageIds', 'repositories']);
const logs = (action: string, input: object) =>
  service('CloudWatch Logs', 'logs')<Record<string, unknown[]>>(action, input, ['logGroups']);
const push = (repositoryName: string, imageManifest: string, imageTag?: string) =>
  ecr('PutImage', { repositoryName, imageManifest, ...(imageTag && { imageTag }) });
const repositories = async () => {
  const { repositories = [] } = await ecr('DescribeRepositories', {});
  return repositories.map(repository => (repository as { repositoryName: string }).repositoryName).sort();
};
const tags = (values: Record<string, string>) => Object.entries(values).map(([Key, Value]) => ({ Key, Value }));

it('explains images, deletes them when allowed, and never those of a stranger', async () => {
  const files = oneStack(
    'Resources:\n  Images: { Type: AWS::ECR::Repository, Properties: { RepositoryName: shop/app } }\n  Queue: { Type: AWS::SQS::Queue }\n',
  );
  await deployed('shop', files);
  // Two tags, and a list with an image that can go only after it.
  await push('shop/app', '{"layers":[]}', 'v1');
  await push('shop/app', '{"layers":[]}', 'latest');
  const { imageIds = [] } = await ecr('ListImages', { repositoryName: 'shop/app' });
  const [{ imageDigest } = { imageDigest: '' }] = imageIds as { imageDigest: string }[];
  await push('shop/app', JSON.stringify({ manifests: [{ digest: imageDigest }] }), 'v2');
  // Of the prefix by its tag; and two that only look like it.
  await ecr('CreateRepository', { repositoryName: 'shop/built', tags: tags({ 'zap-obs:prefix': 'shop' }) });
  await ecr('CreateRepository', { repositoryName: 'shop/stranger' });
  await ecr('CreateRepository', { repositoryName: 'shop2/app', tags: tags({ 'zap-obs:prefix': 'shop2' }) });
  for (const name of ['shop/built', 'shop/stranger', 'shop2/app']) await push(name, '{}', 'v1');

  const refused = await run(teardown, confirmed('shop'));
  expect(refused.code).toBe(1);
  await expect(refused.transcript).toMatchFileSnapshot('__transcripts__/ladder-images-explained.md');
  expect(await repositories()).toEqual(['shop/app', 'shop/built', 'shop/stranger', 'shop2/app']);

  const looked = await run(teardown, own('shop', { 'dry-run': 'true', 'delete-repositories': 'true' }));
  expect([looked.code, looked.writes, looked.host.outputs.residue]).toEqual([0, [], '[]']);
  expect(looked.host.log).toContain('repositories: would delete shop/built with its images');

  const allowed = await run(teardown, confirmed('shop', { 'delete-repositories': 'true' }));
  expect(allowed.code).toBe(0);
  await expect(allowed.transcript).toMatchFileSnapshot('__transcripts__/ladder-images-deleted.md');
  expect([await repositories(), await statusOf('shop-app')]).toEqual([['shop/stranger', 'shop2/app'], undefined]);

  const again = await run(teardown, confirmed('shop', { 'delete-repositories': 'true' }));
  expect([again.code, again.writes, again.host.outputs.residue]).toEqual([0, [], '[]']);
});

it('looks into nested stacks', async () => {
  const { CreateBucketCommand, PutObjectCommand, S3Client } = await import('@aws-sdk/client-s3');
  const s3 = new S3Client({ region: 'us-east-1', forcePathStyle: true });
  await s3.send(new CreateBucketCommand({ Bucket: 'templates' }));
  const inner = 'Resources: { Images: { Type: AWS::ECR::Repository, Properties: { RepositoryName: nested/app } } }';
  await s3.send(new PutObjectCommand({ Bucket: 'templates', Key: 'inner', Body: inner }));
  const files = oneStack(
    `Resources: { Inner: { Type: AWS::CloudFormation::Stack, Properties: { TemplateURL: "${all.aws.url}/templates/inner" } } }\n`,
  );
  await deployed('nested', files);
  await push('nested/app', '{}', 'v1');
  const refused = await run(teardown, confirmed('nested'), files);
  expect(refused.host.log.at(-1)).toContain(
    'app.yaml:1:14: Stack `nested-app` failed (DELETE_FAILED) because of `Inner → Images` (AWS::ECR::Repository): repository `nested/app` still holds images.',
  );
  const allowed = await run(teardown, confirmed('nested', { 'delete-repositories': 'true' }), files);
  expect([allowed.code, allowed.host.outputs.residue]).toEqual([0, '[]']);
  expect(allowed.host.log).toContain('app: deleted the one image of repository nested/app (Inner → Images)');
});

it('leaves alone a repository of the prefix whose stack is still there, and one that a policy keeps', async () => {
  const repository = (name: string, more = '') =>
    `Resources:\n  Images: { Type: AWS::ECR::Repository, ${more} Properties: { RepositoryName: ${name} } }\n`;
  await deployed('kept', oneStack(repository('kept/other')));
  const files = {
    'stacks.yaml': 'stacks:\n  web: { template: web.yaml }\n',
    'web.yaml': repository('kept/web', 'DeletionPolicy: Retain,'),
  };
  await deployed('kept', files);
  for (let round = 1; round <= 2; round += 1) {
    const gone = await run(teardown, confirmed('kept', { 'delete-repositories': 'true' }), files);
    expect(gone.code).toBe(0);
    expect(JSON.parse(gone.host.outputs.residue ?? '')).toEqual([
      expect.objectContaining({ type: 'AWS::ECR::Repository', physicalId: 'kept/web', cost: 'pennies' }),
    ]);
  }
  expect(await repositories()).toEqual(expect.arrayContaining(['kept/other', 'kept/web']));
  expect(await statusOf('kept-app')).toBe('CREATE_COMPLETE');
});

it('names everything that stands in the way, with the way to remove it', async () => {
  const files = oneStack(`Resources:
  Data: { Type: AWS::S3::Bucket, Properties: { BucketName: walls-data } }
  Balancer:
    Type: AWS::ElasticLoadBalancingV2::LoadBalancer
    Properties: { Name: walls, Subnets: [a, b], LoadBalancerAttributes: [{ Key: deletion_protection.enabled, Value: "true" }] }
  Database: { Type: AWS::SQS::Queue, Metadata: { "zap-local:fail-delete": "Cannot delete protected DB Instance, please disable deletion protection and try again." } }
`);
  await deployed('walls', files);
  const { PutObjectCommand, S3Client } = await import('@aws-sdk/client-s3');
  const s3 = new S3Client({ region: 'us-east-1', forcePathStyle: true });
  await s3.send(new PutObjectCommand({ Bucket: 'walls-data', Key: 'a', Body: 'b' }));

  const failed = await run(teardown, confirmed('walls'));
  expect(failed.code).toBe(1);
  await expect(failed.transcript).toMatchFileSnapshot('__transcripts__/ladder-walls.md');
  expect(failed.writes).toEqual(['cloudformation:DeleteStack']);
});

it('explains an export in use, by force too', async () => {
  const files = oneStack(
    'Resources: { Topic: { Type: AWS::SNS::Topic } }\nOutputs: { Arn: { Value: !Ref Topic, Export: { Name: exporter-arn } } }\n',
  );
  await deployed('exporter', files);
  await deployed('stranger', {
    'stacks.yaml': 'stacks:\n  app: { template: importer.yaml }\n',
    'importer.yaml':
      'Resources: { Queue: { Type: AWS::SQS::Queue, Properties: { Tags: [{ Key: t, Value: !ImportValue exporter-arn }] } } }\n',
  });
  const failed = await run(teardown, confirmed('exporter', { force: 'true' }), files);
  expect([failed.code, failed.writes]).toEqual([1, ['cloudformation:DeleteStack']]);
  expect(failed.host.log.at(-1)).toContain(
    'export `exporter-arn` is in use by stranger-app. Seen: Delete canceled. Cannot delete export exporter-arn as it is in use by stranger-app. Delete stranger-app first, or deploy it without the import;',
  );
  expect(await statusOf('stranger-app')).toBe('CREATE_COMPLETE');
});

it('waits for a network interface that goes away, ever longer, and says why', async () => {
  const files = oneStack(
    'Resources:\n  Tasks: { Type: AWS::EC2::SecurityGroup, Metadata: { "zap-local:in-use": 3 }, Properties: { GroupDescription: tasks } }\n',
  );
  await deployed('slow', files);
  const { stacks, log, elapsed } = await teardownAtPace('slow', 45 * 60_000);
  expect(stacks).toMatchObject([{ outcome: 'done', status: 'DELETE_COMPLETE' }]);
  expect(log).toEqual([
    'app: delete slow-app (1 resource) …',
    ...['15 s', '30 s', '1 min 00 s'].flatMap(pause => [
      expect.stringMatching(
        /DELETE_FAILED {2}Tasks \(AWS::EC2::SecurityGroup\).*: resource sg-\w+ has a dependent object/,
      ),
      `app: Tasks (AWS::EC2::SecurityGroup) cannot go yet: something is still attached to it: most often a network interface that ECS, Lambda or a load balancer gives back minutes later. Trying again in ${pause}`,
    ]),
    expect.stringContaining('DELETE_COMPLETE  Tasks'),
    expect.stringMatching(/^app: deleted in 1 min/),
  ]);
  expect(elapsed).toBeGreaterThan(105_000);
});

it('gives up when its patience is over, and says how long it waited', async () => {
  const files = oneStack(
    'Resources:\n  Tasks: { Type: AWS::EC2::SecurityGroup, Metadata: { "zap-local:in-use": 99 }, Properties: { GroupDescription: tasks } }\n',
  );
  await deployed('never', files);
  const { stacks } = await teardownAtPace('never', 60_000);
  expect(stacks).toMatchObject([
    {
      outcome: 'failed',
      cause: {
        explanation: expect.stringMatching(/^after waiting 1 min 00 s, something is still attached/),
        advice: expect.stringContaining('aws ec2 describe-network-interfaces --filters Name=group-id,Values=sg-'),
      },
    },
  ]);
});

it('stops waiting when the run is stopped, and says so', async () => {
  const files = oneStack(
    'Resources:\n  Tasks: { Type: AWS::EC2::SecurityGroup, Metadata: { "zap-local:in-use": 99 }, Properties: { GroupDescription: tasks } }\n',
  );
  await deployed('stopped', files);
  const abort = new AbortController();
  const host = recordingHost(confirmed('stopped'));
  const running = teardown.run(host, { workspace: all.workspace, toolkit: ROOT }, abort.signal);
  while (!host.log.some(line => line.endsWith('Trying again in 15 s'))) await nextTurn();
  abort.abort(new Cancelled('SIGINT'));
  expect(await running).toBe(130);
  expect(host.log).toContain('app: not tried again, because the run was cancelled (SIGINT)');
  expect(host.log.at(-2)).toContain('Stack `stopped-app` failed (DELETE_FAILED) because of `Tasks`');
});

it('leaves behind by force what cannot be deleted, and nothing else, and says what that is', async () => {
  // What stuck things need is tried only when they are out of the way, and fails then.
  const stuck = '"zap-local:fail-delete": "Computer says no"';
  const files = oneStack(`Resources:
  Base: { Type: AWS::SQS::Queue, Metadata: { ${stuck} } }
  Network: { Type: AWS::EC2::VPC, DependsOn: Base, Metadata: { ${stuck} }, Properties: { CidrBlock: 10.0.0.0/16 } }
  Images: { Type: AWS::ECR::Repository, DependsOn: Network, Properties: { RepositoryName: forced/app } }
  Kept: { Type: AWS::S3::Bucket, DeletionPolicy: Retain, Properties: { BucketName: forced-kept } }
  Queue: { Type: AWS::SQS::Queue, DependsOn: Network }
`);
  await deployed('forced', files);
  await push('forced/app', '{}', 'v1');
  const gentle = await run(teardown, confirmed('forced'), files);
  expect([gentle.code, await statusOf('forced-app')]).toEqual([1, 'DELETE_FAILED']);

  const forced = await run(teardown, confirmed('forced', { force: 'true' }), files);
  expect(forced.code).toBe(0);
  await expect(forced.transcript).toMatchFileSnapshot('__transcripts__/ladder-force.md');
  expect(JSON.parse(forced.host.outputs.residue ?? '').map((item: { logicalId: string }) => item.logicalId)).toEqual([
    'Kept',
    'Images',
    'Network',
    'Base',
  ]);
  const deletions = all.aws.calls.filter(call => call.action === 'DeleteStack').slice(-3);
  expect(deletions.map(({ params }) => [params.RetainResources, params.DeletionMode])).toEqual([
    [undefined, undefined],
    [['Images'], undefined],
    [undefined, 'FORCE_DELETE_STACK'],
  ]);

  const again = await run(teardown, confirmed('forced'), files);
  expect([again.code, again.writes]).toEqual([0, []]);
  expect(JSON.parse(again.host.outputs.residue ?? '')).toMatchObject([{ physicalId: 'forced/app', cost: 'pennies' }]);
});

it('tells of snapshots, but not of what a condition left out', async () => {
  const files = oneStack(`Conditions: { Never: !Equals [a, b] }
Resources:
  Disk: { Type: AWS::EC2::Volume, DeletionPolicy: Snapshot, Properties: { AvailabilityZone: us-east-1a, Size: 1 } }
  Other: { Type: AWS::EC2::Volume, Condition: Never, DeletionPolicy: Snapshot, Properties: { AvailabilityZone: us-east-1a, Size: 1 } }
`);
  await deployed('snap', files);
  for (const inputs of [own('snap', { 'dry-run': 'true' }), confirmed('snap')]) {
    const { code, host } = await run(teardown, inputs, files);
    expect(code).toBe(0);
    expect(JSON.parse(host.outputs.residue ?? '')).toEqual([
      expect.objectContaining({ logicalId: 'Disk', reason: 'its DeletionPolicy leaves a snapshot', cost: 'pennies' }),
    ]);
  }
});

it('finds what services made outside of stacks, and nothing of other stacks', async () => {
  const files = oneStack(`Resources:
  Cluster: { Type: AWS::ECS::Cluster, Properties: { ClusterName: aside-cluster } }
  Log: { Type: AWS::Logs::LogGroup, Metadata: { "zap-local:reappears": true }, Properties: { LogGroupName: /zap-obs/aside-app/app } }
  Other: { Type: AWS::Logs::LogGroup, Metadata: { "zap-local:reappears": true }, Properties: { LogGroupName: /elsewhere/app } }
`);
  await deployed('aside', files);
  const performance = (cluster: string) => `/aws/ecs/containerinsights/${cluster}/performance`;
  const ours = [performance('aside-cluster'), '/zap-obs/aside-app/metrics'];
  const strangers = [
    performance('aside-cluster2'),
    '/zap-obs/aside-app2/app',
    '/zap-obs/aside-appendix',
    '/elsewhere/app/2',
  ];
  for (const logGroupName of [...ours, ...strangers]) await logs('CreateLogGroup', { logGroupName });

  const looked = await run(teardown, own('aside', { 'dry-run': 'true' }), files);
  expect([looked.code, looked.writes]).toEqual([0, []]);
  const gone = await run(teardown, confirmed('aside'));
  expect(gone.code).toBe(0);
  await expect(gone.transcript).toMatchFileSnapshot('__transcripts__/ladder-log-groups.md');
  for (const { host } of [looked, gone]) {
    const residue: { physicalId: string }[] = JSON.parse(host.outputs.residue ?? '');
    expect(residue.map(({ physicalId }) => physicalId).sort()).toEqual(ours);
  }
  const { logGroups = [] } = await logs('DescribeLogGroups', {});
  expect(logGroups.map(group => (group as { logGroupName: string }).logGroupName)).toEqual(
    [...ours, ...strangers].sort(),
  );
});

/** Runs with another server in the place of some services: one that gives the same answer to every call. */
async function instead(services: string[], status: number, body: object, work: () => Promise<void>): Promise<void> {
  const server = createServer((_, response) => {
    response.writeHead(status, { 'content-type': 'application/x-amz-json-1.1' }).end(JSON.stringify(body));
  });
  await new Promise<void>(resolve => void server.listen(0, '127.0.0.1', resolve));
  const variables = services.map(name => `AWS_ENDPOINT_URL_${name}`);
  for (const variable of variables)
    process.env[variable] = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  try {
    await work();
  } finally {
    for (const variable of variables) delete process.env[variable];
    server.close();
  }
}
const refusal = { __type: 'AccessDeniedException', message: 'User: ci is not authorized' };

it('warns once when it may not look at what stays behind, and fails nothing', async () => {
  const files = oneStack('Resources: { Queue: { Type: AWS::SQS::Queue } }\n');
  await deployed('blind', files);
  await instead(['CLOUDWATCH_LOGS', 'RESOURCE_GROUPS_TAGGING_API'], 400, refusal, async () => {
    const gone = await run(teardown, confirmed('blind'), files);
    expect([gone.code, gone.host.outputs.deleted]).toEqual([0, '["blind-app"]']);
    expect(gone.host.log.filter(line => line.startsWith('[warning'))).toEqual([
      '[warning] What stays behind outside of stacks is not known in full. The credentials do not allow `tag:GetResources`. Seen: User: ci is not authorized. Allow `tag:GetResources` for this role. (and 1 more like it)',
    ]);
  });
});

it('says which right is missing to delete images', async () => {
  const files = oneStack(
    'Resources: { Images: { Type: AWS::ECR::Repository, Properties: { RepositoryName: denied/app } } }\n',
  );
  await deployed('denied', files);
  await push('denied/app', '{}', 'v1');
  await instead(['ECR'], 400, refusal, async () => {
    const { code, host, writes } = await run(teardown, confirmed('denied', { 'delete-repositories': 'true' }), files);
    expect([code, writes]).toEqual([1, ['cloudformation:DeleteStack']]);
    expect(host.log.at(-1)).toContain(
      'Stack `denied-app` failed. Seen: The credentials do not allow `ecr:ListImages`. Seen: User: ci is not authorized. Allow `ecr:ListImages` for this role',
    );
  });
});

it('trusts the tags of a repository, not an index of tags that is behind', async () => {
  await ecr('CreateRepository', { repositoryName: 'stale/moved', tags: tags({ 'zap-obs:prefix': 'other' }) });
  const files = oneStack('Resources: { Queue: { Type: AWS::SQS::Queue } }\n');
  await deployed('stale', files);
  const ResourceTagMappingList = ['stale/moved', 'stale/deleted'].map(name => ({
    ResourceARN: `arn:aws:ecr:us-east-1:000000000000:repository/${name}`,
    Tags: tags({ 'zap-obs:prefix': 'stale' }),
  }));
  await instead(['RESOURCE_GROUPS_TAGGING_API'], 200, { ResourceTagMappingList }, async () => {
    const gone = await run(teardown, confirmed('stale', { 'delete-repositories': 'true' }), files);
    expect([gone.code, gone.host.outputs.residue]).toEqual([0, '[]']);
  });
  expect(await repositories()).toContain('stale/moved');
});

it('a stack that another run makes again meanwhile is not called gone', async () => {
  await deployed('again', oneStack('Resources: { T: { Type: "AWS::SNS::Topic" } }\n'));
  const other = (found: DeployedStack | undefined): DeployedStack =>
    found ?? {
      id: 'arn:aws:cloudformation:us-east-1:000000000000:stack/again-app/other',
      name: 'again-app',
      status: 'CREATE_COMPLETE',
      parameters: {},
      outputs: {},
      tags: {},
      terminationProtection: false,
    };
  const { stacks } = await teardownAtPace('again', 0, other);
  expect(stacks).toMatchObject([
    { outcome: 'failed', status: 'CREATE_COMPLETE', reason: 'another run has made it again meanwhile' },
  ]);
});

/** A teardown in which every pause passes at once. */
async function teardownAtPace(
  prefix: string,
  patience: number,
  seen: (found: DeployedStack | undefined) => DeployedStack | undefined = found => found,
) {
  const session = openSession('us-east-1');
  const host = recordingHost({});
  const real = cloudFormationOf(session);
  const cloudFormation = { ...real, describe: async (name: string) => seen(await real.describe(name)) };
  const files = await loadTeardownFiles('stacks.yaml', { workspace: all.workspace, toolkit: ROOT });
  const plan = makeTeardownPlan({ ...files, prefix, only: [], region: 'us-east-1' });
  let elapsed = 0;
  const clock = {
    now: () => elapsed,
    sleep: async (ms: number) => {
      elapsed += ms;
      await nextTurn();
    },
  };
  const engine = {
    ...engineFor(session, cloudFormation, host, { files, signal: new AbortController().signal }),
    clock,
  };
  const snapshots = await readSnapshots(plan, engine, 'all');
  const allowed = { force: false, deleteRepositories: false, patience };
  const tools = { engine, leftovers: leftoversOf(session), allowed };
  const { stacks } = await teardownStacks(plan, files.templates, snapshots, tools, false);
  return { stacks, log: host.log, elapsed };
}
