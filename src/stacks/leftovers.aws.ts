import { type JsonCall, jsonCaller } from '../aws/json-client.aws.ts';
import type { Session } from '../aws/session.aws.ts';
import { UserFault } from '../runner/fault.ts';
import type { Leftovers, TaggedThing } from './leftovers.ts';
import { PREFIX_TAG } from './limits.ts';

const ECR = { id: 'ECR', target: 'AmazonEC2ContainerRegistry_V20150921', host: 'api.ecr', name: 'ecr', iam: 'ecr' };
const LOGS = { id: 'CloudWatch Logs', target: 'Logs_20140328', host: 'logs', name: 'logs', iam: 'logs' };
const TAGGING = {
  id: 'Resource Groups Tagging API',
  target: 'ResourceGroupsTaggingAPI_20170126',
  host: 'tagging',
  name: 'tagging',
  iam: 'tag',
};

interface Tag {
  Key: string;
  Value: string;
}
interface Image {
  imageDigest: string;
}

/** How many images one call deletes: https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_BatchDeleteImage.html */
const BATCH = 100;

/** Repositories and log groups as AWS offers them. */
export function leftoversOf(session: Session): Leftovers {
  const ecr = jsonCaller(ECR, session);
  const logs = jsonCaller(LOGS, session);
  const tagging = jsonCaller(TAGGING, session);
  return {
    async tagged(prefix) {
      const found = await taggedThings(tagging, prefix);
      // What was deleted, or has lost its tag, can be found for a while longer.
      const exist = await Promise.all(
        found.map(({ type, id }) =>
          type === 'AWS::Logs::LogGroup'
            ? logGroups(logs, id).then(names => names.includes(id))
            : ownership(ecr, id, prefix).then(owned => owned === 'ours'),
        ),
      );
      return found.filter((_, index) => exist[index]);
    },
    logGroups: namePrefix => logGroups(logs, namePrefix),
    async deleteLogGroup(logGroupName) {
      await unlessGone('ResourceNotFoundException', () => logs('DeleteLogGroup', { logGroupName }, []));
    },
    emptyRepository: name => emptyRepository(ecr, name),
    async deleteRepository(repositoryName, prefix) {
      const owned = await ownership(ecr, repositoryName, prefix);
      if (owned === 'gone') return;
      if (owned === "another's") {
        const what = `Repository \`${repositoryName}\` no longer has the tag \`${PREFIX_TAG}\``;
        throw new UserFault({ what, fix: 'It is left as it is' });
      }
      const input = { repositoryName, force: true };
      await unlessGone('RepositoryNotFoundException', () => ecr('DeleteRepository', input, []));
    },
  };
}

async function taggedThings(tagging: JsonCall, prefix: string): Promise<TaggedThing[]> {
  const things: TaggedThing[] = [];
  let page = '';
  do {
    const output = await tagging<{
      ResourceTagMappingList: { ResourceARN: string; Tags: Tag[] }[];
      PaginationToken: string;
    }>(
      'GetResources',
      {
        ResourceTypeFilters: ['ecr:repository', 'logs:log-group'],
        TagFilters: [{ Key: PREFIX_TAG, Values: [prefix] }],
        PaginationToken: page,
      },
      ['ResourceTagMappingList', 'PaginationToken'],
    );
    for (const { ResourceARN, Tags } of output.ResourceTagMappingList ?? []) {
      const stackId = Tags.find(({ Key }) => Key === 'aws:cloudformation:stack-id')?.Value;
      const [, repository] = ResourceARN.match(/^arn:[\w-]+:ecr:[^:]*:\d+:repository\/(.+)$/) ?? [];
      const [, logGroup] = ResourceARN.match(/^arn:[\w-]+:logs:[^:]*:\d+:log-group:([^:]+)/) ?? [];
      if (repository) things.push({ type: 'AWS::ECR::Repository', id: repository, stackId });
      else if (logGroup) things.push({ type: 'AWS::Logs::LogGroup', id: logGroup, stackId });
    }
    page = output.PaginationToken ?? '';
  } while (page !== '');
  return things;
}

async function logGroups(logs: JsonCall, logGroupNamePrefix: string): Promise<string[]> {
  const names: string[] = [];
  let nextToken: string | undefined;
  do {
    const input = { logGroupNamePrefix, ...(nextToken && { nextToken }) };
    const output = await logs<{ logGroups: { logGroupName: string }[]; nextToken: string }>(
      'DescribeLogGroups',
      input,
      ['logGroups', 'nextToken'],
    );
    names.push(...(output.logGroups ?? []).map(({ logGroupName }) => logGroupName));
    nextToken = output.nextToken;
  } while (nextToken);
  return names;
}

/** Whose a repository is, as its own tags say at this moment. */
async function ownership(ecr: JsonCall, name: string, prefix: string): Promise<'ours' | "another's" | 'gone'> {
  const gone = 'RepositoryNotFoundException';
  const output = await unlessGone(gone, () =>
    ecr<{ repositories: { repositoryArn: string }[] }>('DescribeRepositories', { repositoryNames: [name] }, [
      'repositories',
    ]),
  );
  const resourceArn = output?.repositories?.[0]?.repositoryArn;
  if (resourceArn === undefined) return 'gone';
  const tagged = await unlessGone(gone, () => ecr<{ tags: Tag[] }>('ListTagsForResource', { resourceArn }, ['tags']));
  const isOurs = tagged?.tags?.some(({ Key, Value }) => Key === PREFIX_TAG && Value === prefix);
  return isOurs ? 'ours' : "another's";
}

/**
 * Deletes in passes, until nothing is left: what a manifest list refers to can be deleted only after the list.
 *
 * @throws UserFault when a pass deletes nothing
 */
async function emptyRepository(ecr: JsonCall, repositoryName: string): Promise<number> {
  let deleted = 0;
  for (;;) {
    const digests = await imagesOf(ecr, repositoryName);
    if (digests.length === 0) return deleted;
    let failure = 'no reason given';
    const before = deleted;
    for (let from = 0; from < digests.length; from += BATCH) {
      const imageIds = digests.slice(from, from + BATCH).map(imageDigest => ({ imageDigest }));
      const output = await ecr<{ imageIds: Image[]; failures: { failureCode: string; failureReason?: string }[] }>(
        'BatchDeleteImage',
        { repositoryName, imageIds },
        ['imageIds', 'failures'],
      );
      deleted += new Set(output.imageIds?.map(({ imageDigest }) => imageDigest)).size;
      const [first] = output.failures ?? [];
      if (first) failure = first.failureReason ?? first.failureCode;
    }
    if (deleted > before) continue;
    const what = `The images of repository \`${repositoryName}\` cannot be deleted`;
    throw new UserFault({ what, seen: failure, fix: 'Delete them in the console, then run again' });
  }
}

/** Digests, each once: an image with several tags is listed several times. */
async function imagesOf(ecr: JsonCall, repositoryName: string): Promise<string[]> {
  const digests = new Set<string>();
  let nextToken: string | undefined;
  do {
    const input = { repositoryName, maxResults: 1000, ...(nextToken && { nextToken }) };
    const output = await unlessGone('RepositoryNotFoundException', () =>
      ecr<{ imageIds: Image[]; nextToken: string }>('ListImages', input, ['imageIds', 'nextToken']),
    );
    for (const { imageDigest } of output?.imageIds ?? []) digests.add(imageDigest);
    nextToken = output?.nextToken;
  } while (nextToken);
  return [...digests];
}

/** `undefined` when AWS says by this error that the thing is not there. */
async function unlessGone<T>(error: string, send: () => Promise<T>): Promise<T | undefined> {
  try {
    return await send();
  } catch (failure) {
    if (failure instanceof UserFault && failure.cause instanceof Error && failure.cause.name === error)
      return undefined;
    throw failure;
  }
}
