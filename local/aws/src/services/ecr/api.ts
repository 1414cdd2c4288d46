import { AwsError } from '../../wire/aws-error.ts';
import { flag, type Params, requiredText, text, texts } from '../../wire/params.ts';
import { jsonService, type QueryAction, type Service } from '../../wire/service.ts';
import { readTags, tagList } from '../members.ts';
import { imageActions } from './image-actions.ts';
import { invalid, pageOf, repositoryOf, seconds } from './members-of-calls.ts';
import type { Repository } from './repositories.ts';
import type { EcrStore } from './store.ts';
import type { RegistryTokens } from './tokens.ts';

/** What the API needs. */
export interface EcrApiOptions {
  store: EcrStore;
  tokens: RegistryTokens;
  /** `host:port` of the registry on this machine; undefined where there is none and AWS's own address is told. */
  host: string | undefined;
}

/** Amazon ECR. https://docs.aws.amazon.com/AmazonECR/latest/APIReference */
export function ecrService({ store, tokens, host }: EcrApiOptions): Service {
  return jsonService(
    { ...repositoryActions(store, host), ...imageActions(store), ...tokenActions(store, tokens, host) },
    'InvalidParameterException',
  );
}

function tokenActions({ account }: EcrStore, tokens: RegistryTokens, host: string | undefined) {
  return {
    GetAuthorizationToken: ({ region }) => {
      const { token, expiresAt } = tokens.issue();
      const proxyEndpoint = host === undefined ? `https://${awsHost(account, region)}` : `http://${host}`;
      return {
        authorizationData: [{ authorizationToken: token, expiresAt: seconds(expiresAt), proxyEndpoint }],
      };
    },
  } satisfies Record<string, QueryAction>;
}

function repositoryActions(store: EcrStore, host: string | undefined) {
  const { repositories, account } = store;
  const shown = (repository: Repository) => describe(repository, account, host);
  const ofArn = (region: string, params: Params) =>
    repositories.find(region, requiredText(params, 'resourceArn').replace(/^.*:repository\//, ''));
  return {
    CreateRepository: ({ region }, params) => {
      const name = validName(requiredText(params, 'repositoryName'));
      const encryption = structure(params, 'encryptionConfiguration');
      const made = repositories.create(region, name, {
        imageTagMutability: mutability(text(params, 'imageTagMutability')),
        scanOnPush: flag(structure(params, 'imageScanningConfiguration'), 'scanOnPush') ?? false,
        encryptionType: text(encryption, 'encryptionType') ?? 'AES256',
        kmsKey: text(encryption, 'kmsKey'),
        tags: readTags(params.tags),
      });
      return { repository: shown(made) };
    },
    DescribeRepositories: ({ region }, params) => {
      const names = texts(params, 'repositoryNames');
      const found = names
        ? { items: names.map(name => repositories.find(region, name)), nextToken: undefined }
        : pageOf(repositories.list(region), ({ name }) => name, params);
      return { repositories: found.items.map(shown), nextToken: found.nextToken };
    },
    DeleteRepository: async (request, params) => {
      const repository = repositoryOf(store, request, params);
      const { region, name } = repository;
      const refusal = flag(params, 'force') ? undefined : store.refusal(region, name);
      if (refusal !== undefined) throw new AwsError('RepositoryNotEmptyException', refusal);
      await store.delete(region, name);
      return { repository: shown(repository) };
    },
    PutLifecyclePolicy: (request, params) => {
      const repository = repositoryOf(store, request, params);
      const lifecyclePolicy = validPolicy(requiredText(params, 'lifecyclePolicyText'));
      repositories.change(repository, { lifecyclePolicy });
      return { ...named(repository, account), lifecyclePolicyText: lifecyclePolicy };
    },
    GetLifecyclePolicy: (request, params) => {
      const repository = repositoryOf(store, request, params);
      const { name, lifecyclePolicy } = repository;
      if (lifecyclePolicy === undefined) {
        const message = `Lifecycle policy does not exist for the repository with name '${name}' in the registry with id '${account}'`;
        throw new AwsError('LifecyclePolicyNotFoundException', message);
      }
      return { ...named(repository, account), lifecyclePolicyText: lifecyclePolicy };
    },
    PutImageScanningConfiguration: (request, params) => {
      const repository = repositoryOf(store, request, params);
      const scanOnPush = flag(structure(params, 'imageScanningConfiguration'), 'scanOnPush') ?? false;
      repositories.change(repository, { scanOnPush });
      return { ...named(repository, account), imageScanningConfiguration: { scanOnPush } };
    },
    PutImageTagMutability: (request, params) => {
      const repository = repositoryOf(store, request, params);
      const imageTagMutability = mutability(requiredText(params, 'imageTagMutability'));
      repositories.change(repository, { imageTagMutability });
      return { ...named(repository, account), imageTagMutability };
    },
    TagResource: ({ region }, params) => {
      const repository = ofArn(region, params);
      repositories.change(repository, { tags: { ...repository.tags, ...readTags(params.tags) } });
      return {};
    },
    ListTagsForResource: ({ region }, params) => ({ tags: tagList(ofArn(region, params).tags) }),
  } satisfies Record<string, QueryAction>;
}

function named({ name: repositoryName }: Repository, registryId: string) {
  return { registryId, repositoryName };
}

function describe(repository: Repository, account: string, host: string | undefined) {
  const { name, arn, region, createdAt, imageTagMutability, scanOnPush, encryptionType, kmsKey } = repository;
  return {
    repositoryArn: arn,
    ...named(repository, account),
    repositoryUri: `${host ?? awsHost(account, region)}/${name}`,
    createdAt: seconds(createdAt),
    imageTagMutability,
    imageScanningConfiguration: { scanOnPush },
    encryptionConfiguration: { encryptionType, ...(kmsKey !== undefined && { kmsKey }) },
  };
}

function awsHost(account: string, region: string): string {
  return `${account}.dkr.ecr.${region}.amazonaws.com`;
}

function structure(params: Params, name: string): Params {
  const value = params[name];
  return typeof value === 'object' && value !== null ? (value as Params) : {};
}

const NAME = '(?:[a-z0-9]+(?:[._-][a-z0-9]+)*/)*[a-z0-9]+(?:[._-][a-z0-9]+)*';

function validName(name: string): string {
  if (name.length >= 2 && name.length <= 256 && new RegExp(`^${NAME}$`).test(name)) return name;
  throw invalid('repositoryName', `must satisfy regular expression '${NAME}'`);
}

function mutability(word = 'MUTABLE'): string {
  if (word === 'MUTABLE' || word === 'IMMUTABLE') return word;
  throw invalid('imageTagMutability', 'Member must satisfy enum value set: [IMMUTABLE, MUTABLE]');
}

function validPolicy(policy: string): string {
  // LifecyclePolicyText in the API's model.
  if (policy.length < 100 || policy.length > 30720)
    throw invalid('lifecyclePolicyText', 'Member must have length between 100 and 30720');
  try {
    JSON.parse(policy);
    return policy;
  } catch {
    throw invalid('LifecyclePolicyText', 'Lifecycle policy validation failure: it is not JSON');
  }
}
