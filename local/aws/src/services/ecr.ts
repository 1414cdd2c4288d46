import { createHash } from 'node:crypto';
import type { Regions } from '../cloudformation/state.ts';
import { AwsError } from '../wire/aws-error.ts';
import { type Params, requiredText, structures, text, texts } from '../wire/params.ts';
import { jsonService, type Service } from '../wire/service.ts';
import { keyOf, membersOf, readTags, tagList, tagsOf } from './members.ts';

/** A repository, of a stack or made by a call. */
export interface Repository {
  name: string;
  arn: string;
  tags: Readonly<Record<string, string>>;
}

/** By digest: an image's tags, and the digests that it lists when it is a manifest list. */
type Images = Map<string, { tags: Set<string>; lists: string[] }>;

/** The repositories of the account: those of stacks, and those made through ECR. */
export class EcrStore {
  readonly #account: string;
  readonly #regions: Regions;
  readonly #own = new Map<string, Repository>();
  readonly #images = new Map<string, Images>();
  readonly #deleted = new Set<string>();

  constructor(account: string, regions: Regions) {
    this.#account = account;
    this.#regions = regions;
  }

  list(region: string): Repository[] {
    const made = membersOf(this.#regions, region, 'AWS::ECR::Repository')
      .filter(member => !this.#deleted.has(keyOf(member)))
      .map(member => this.#repository(region, member.resource.physicalId, tagsOf(member)));
    return [...made, ...[...this.#own.values()].filter(({ arn }) => arn.split(':')[3] === region)];
  }

  /** Throws ECR's RepositoryNotFoundException. */
  find(region: string, name: string): Repository {
    const found = this.list(region).find(repository => repository.name === name);
    if (found) return found;
    const message = `The repository with name '${name}' does not exist in the registry with id '${this.#account}'`;
    throw new AwsError('RepositoryNotFoundException', message);
  }

  images(region: string, name: string): Images {
    const key = `${region}/${name}`;
    const images = this.#images.get(key) ?? new Map();
    this.#images.set(key, images);
    return images;
  }

  create(region: string, name: string, tags: Record<string, string>): Repository {
    const repository = this.#repository(region, name, tags);
    this.#own.set(repository.arn, repository);
    return repository;
  }

  delete(region: string, name: string): void {
    this.images(region, name).clear();
    this.#own.delete(this.#repository(region, name, {}).arn);
    for (const member of membersOf(this.#regions, region, 'AWS::ECR::Repository'))
      if (member.resource.physicalId === name) this.#deleted.add(keyOf(member));
  }

  /** Why a repository cannot be deleted as it is, in ECR's words. */
  refusal(region: string, name: string): string | undefined {
    if (this.images(region, name).size === 0) return undefined;
    return `The repository with name '${name}' in registry with id '${this.#account}' cannot be deleted because it still contains images`;
  }

  #repository(region: string, name: string, tags: Record<string, string>): Repository {
    return { name, arn: `arn:aws:ecr:${region}:${this.#account}:repository/${name}`, tags };
  }
}

/** Amazon ECR, as far as repositories have to be looked at, emptied and deleted; images are digests and tags only. */
export function ecrService(store: EcrStore): Service {
  const nameOf = (region: string, params: Params) => store.find(region, requiredText(params, 'repositoryName')).name;
  return jsonService({
    CreateRepository: ({ region }, params) => {
      const name = requiredText(params, 'repositoryName');
      return { repository: shown(store.create(region, name, readTags(params.tags))) };
    },
    DescribeRepositories: ({ region }, params) => {
      const names = texts(params, 'repositoryNames');
      const all = names ? names.map(name => store.find(region, name)) : store.list(region);
      return { repositories: all.map(shown) };
    },
    ListTagsForResource: ({ region }, params) => {
      const arn = requiredText(params, 'resourceArn');
      return { tags: tagList(store.find(region, arn.replace(/^.*:repository\//, '')).tags) };
    },
    DeleteRepository: ({ region }, params) => {
      const repository = store.find(region, requiredText(params, 'repositoryName'));
      const refusal = text(params, 'force') === 'true' ? undefined : store.refusal(region, repository.name);
      if (refusal !== undefined) throw new AwsError('RepositoryNotEmptyException', refusal);
      store.delete(region, repository.name);
      return { repository: shown(repository) };
    },
    PutImage: ({ region }, params) => {
      const name = nameOf(region, params);
      const manifest = requiredText(params, 'imageManifest');
      const imageDigest = `sha256:${createHash('sha256').update(manifest).digest('hex')}`;
      const imageTag = text(params, 'imageTag');
      const image = store.images(region, name).get(imageDigest) ?? { tags: new Set(), lists: listed(manifest) };
      store.images(region, name).set(imageDigest, image);
      if (imageTag !== undefined) image.tags.add(imageTag);
      return { image: { repositoryName: name, imageId: { imageDigest, imageTag }, imageManifest: manifest } };
    },
    ListImages: ({ region }, params) => {
      const images = [...store.images(region, nameOf(region, params))];
      return {
        imageIds: images.flatMap(([imageDigest, { tags }]) =>
          tags.size === 0 ? [{ imageDigest }] : [...tags].map(imageTag => ({ imageDigest, imageTag })),
        ),
      };
    },
    BatchDeleteImage: ({ region }, params) => {
      const images = store.images(region, nameOf(region, params));
      const referenced = new Set([...images.values()].flatMap(({ lists }) => lists));
      const ids = (structures(params, 'imageIds') ?? []).map(id => text(id, 'imageDigest') ?? '');
      // What a list refers to goes in a later call only, also when the list is in this one.
      const refused = ids.filter(digest => referenced.has(digest) || !images.has(digest));
      const deleted = ids.filter(digest => !refused.includes(digest) && images.delete(digest));
      return {
        imageIds: deleted.map(imageDigest => ({ imageDigest })),
        failures: refused.map(imageDigest => ({
          imageId: { imageDigest },
          failureCode: images.has(imageDigest) ? 'ImageReferencedByManifestList' : 'ImageNotFound',
        })),
      };
    },
  });
}

function shown({ name, arn }: Repository) {
  const [, , , region, registryId] = arn.split(':');
  const repositoryUri = `${registryId}.dkr.ecr.${region}.amazonaws.com/${name}`;
  return { repositoryArn: arn, registryId, repositoryName: name, repositoryUri };
}

function listed(manifest: string): string[] {
  try {
    const { manifests } = JSON.parse(manifest) as { manifests?: { digest: string }[] };
    return (manifests ?? []).map(({ digest }) => digest);
  } catch {
    return [];
  }
}
