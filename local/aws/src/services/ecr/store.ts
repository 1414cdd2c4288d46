import type { Regions } from '../../cloudformation/state.ts';
import { AwsError } from '../../wire/aws-error.ts';
import { type ManifestFacts, type ManifestStore, type Refusal, readManifest } from './manifests.ts';
import { Repositories, type Repository } from './repositories.ts';

/** An image, or a list of images, in a repository. */
export interface Image extends ManifestFacts {
  tags: Set<string>;
  pushedAt: Date;
}

/** How an image is asked for: by one of them, or both. */
export interface ImageId {
  imageDigest?: string | undefined;
  imageTag?: string | undefined;
}

/** What became of a manifest that was put: the image, or why the store of manifests did not take it. */
export type Put = { image: Image } | { refusal: Refusal };

/** Repositories with their images. Which images there are and what tags they have is known here, the manifests lie elsewhere. */
export class EcrStore {
  readonly account: string;
  readonly repositories: Repositories;
  readonly #manifests: ManifestStore;
  readonly #now: () => Date;
  /** By ARN and digest. */
  readonly #images = new Map<string, Map<string, Image>>();
  /** Tags that are being given, each with the digest that gets it: of two at the same time, one comes too late. */
  readonly #claims = new Map<string, string>();

  constructor(account: string, regions: Regions, manifests: ManifestStore, now: () => Date) {
    this.account = account;
    this.repositories = new Repositories(account, regions, now);
    this.#manifests = manifests;
    this.#now = now;
  }

  list(region: string): Repository[] {
    return this.repositories.list(region);
  }

  images({ arn }: Pick<Repository, 'arn'>): ReadonlyMap<string, Image> {
    return this.#images.get(arn) ?? new Map();
  }

  /** The image of a tag, a digest, or both when they belong together. */
  image(repository: Repository, { imageDigest, imageTag }: ImageId): Image | undefined {
    const images = this.images(repository);
    const found =
      imageDigest === undefined
        ? [...images.values()].find(({ tags }) => tags.has(imageTag ?? ''))
        : images.get(imageDigest);
    return imageTag === undefined || found?.tags.has(imageTag) ? found : undefined;
  }

  manifest(repository: Repository, { digest }: Image): Promise<string> {
    return this.#manifests.get(repository.name, digest);
  }

  /**
   * Keeps a manifest, and lets a tag belong to it from now on.
   *
   * @throws AwsError ImageTagAlreadyExistsException for another image's tag where tags do not move
   */
  async put(repository: Repository, manifest: Buffer, tag: string | undefined, sentAs?: string): Promise<Put> {
    const facts = readManifest(manifest, sentAs);
    const claim = tag === undefined ? undefined : this.#claim(repository, tag, facts.digest);
    try {
      const refusal = await this.#manifests.put(repository.name, facts.digest, manifest, facts.mediaType);
      if (refusal) return { refusal };
      return { image: this.#record(repository, facts, tag) };
    } finally {
      if (claim !== undefined) this.#claims.delete(claim);
    }
  }

  /** Takes one tag away, and the image with its last one. */
  async untag(repository: Repository, image: Image, tag: string): Promise<void> {
    image.tags.delete(tag);
    if (image.tags.size === 0) await this.remove(repository, image);
  }

  async remove({ arn, name }: Repository, { digest }: Image): Promise<void> {
    this.#images.get(arn)?.delete(digest);
    await this.#drop(name, digest);
  }

  /** The size of a layer in bytes; undefined when it is not there. */
  layerSize({ name }: Repository, digest: string): Promise<number | undefined> {
    return this.#manifests.layerSize(name, digest);
  }

  /** With all of its images; without effect for one that is not there. */
  async delete(region: string, name: string): Promise<void> {
    const repository = this.repositories.list(region).find(one => one.name === name);
    if (!repository) return;
    const images = [...this.images(repository).values()];
    this.#images.delete(repository.arn);
    this.repositories.delete(region, name);
    await Promise.all(images.map(({ digest }) => this.#drop(name, digest)));
  }

  /** Why a repository cannot be deleted as it is, in ECR's words. */
  refusal(region: string, name: string): string | undefined {
    const repository = this.repositories.list(region).find(one => one.name === name);
    if (!repository || this.images(repository).size === 0) return undefined;
    return `The repository with name '${name}' in registry with id '${this.account}' cannot be deleted because it still contains images`;
  }

  /** Repositories of one name in several regions share what lies in the store of manifests. */
  async #drop(name: string, digest: string): Promise<void> {
    const isKept = [...this.#images].some(([arn, images]) => arn.endsWith(`:repository/${name}`) && images.has(digest));
    if (!isKept) await this.#manifests.delete(name, digest);
  }

  #claim(repository: Repository, tag: string, digest: string): string | undefined {
    if (repository.imageTagMutability !== 'IMMUTABLE') return undefined;
    const key = `${repository.arn}:${tag}`;
    const owner = this.image(repository, { imageTag: tag })?.digest ?? this.#claims.get(key);
    if (owner !== undefined && owner !== digest) {
      const message = `The image tag '${tag}' already exists in the '${repository.name}' repository and cannot be overwritten because the tag is immutable.`;
      throw new AwsError('ImageTagAlreadyExistsException', message);
    }
    this.#claims.set(key, digest);
    return key;
  }

  #record({ arn }: Repository, facts: ManifestFacts, tag: string | undefined): Image {
    const images = this.#images.get(arn) ?? new Map<string, Image>();
    this.#images.set(arn, images);
    const image = images.get(facts.digest) ?? { ...facts, tags: new Set(), pushedAt: this.#now() };
    images.set(facts.digest, image);
    if (tag === undefined) return image;
    // A tag that moves leaves the other image, which stays.
    for (const { tags } of images.values()) tags.delete(tag);
    image.tags.add(tag);
    return image;
  }
}
