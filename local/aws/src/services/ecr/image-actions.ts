import { AwsError } from '../../wire/aws-error.ts';
import { type Params, requiredText, structures, text, texts } from '../../wire/params.ts';
import type { QueryAction } from '../../wire/service.ts';
import { type Refusal, readManifest } from './manifests.ts';
import { invalid, pageOf, repositoryOf, seconds } from './members-of-calls.ts';
import type { Repository } from './repositories.ts';
import type { EcrStore, Image, ImageId } from './store.ts';

/** ECR's calls about the images of a repository. */
export function imageActions(store: EcrStore) {
  const registryId = store.account;
  return {
    PutImage: async (request, params) => {
      const repository = repositoryOf(store, request, params);
      const imageManifest = requiredText(params, 'imageManifest');
      const imageTag = text(params, 'imageTag');
      const wanted = text(params, 'imageDigest');
      checkNew(store, repository, imageManifest, { imageTag, imageDigest: wanted });
      const sentAs = text(params, 'imageManifestMediaType');
      const put = await store.put(repository, Buffer.from(imageManifest), imageTag, sentAs);
      if ('refusal' in put) throw refused(put.refusal, repository, registryId);
      const { digest: imageDigest, mediaType } = put.image;
      const about = { registryId, repositoryName: repository.name, imageId: { imageDigest, imageTag } };
      return { image: { ...about, imageManifest, imageManifestMediaType: mediaType } };
    },
    ListImages: (request, params) => {
      const images = meant(params, store.images(repositoryOf(store, request, params)).values());
      const ids = images.flatMap(({ digest: imageDigest, tags }): ImageId[] =>
        tags.size === 0 ? [{ imageDigest }] : [...tags].map(imageTag => ({ imageDigest, imageTag })),
      );
      const { items: imageIds, nextToken } = pageOf(ids, id => `${id.imageDigest} ${id.imageTag ?? ''}`, params);
      return { imageIds, nextToken };
    },
    DescribeImages: (request, params) => {
      const repository = repositoryOf(store, request, params);
      const ids = idsIn(params);
      const images = ids?.map(id => store.image(repository, id) ?? missing(id, repository, registryId));
      const shown = images
        ? { items: [...new Set(images)], nextToken: undefined }
        : pageOf(meant(params, store.images(repository).values()), ({ digest }) => digest, params);
      const imageDetails = shown.items.map(image => describe(store, repository, image));
      return { imageDetails, nextToken: shown.nextToken };
    },
    BatchGetImage: async (request, params) => {
      const repository = repositoryOf(store, request, params);
      const asked = (idsIn(params) ?? []).map(imageId => ({ imageId, image: store.image(repository, imageId) }));
      const found = asked.map(async ({ imageId, image }) => {
        if (!image) return [];
        const { digest: imageDigest, mediaType: imageManifestMediaType } = image;
        const imageManifest = await store.manifest(repository, image);
        const about = { registryId, repositoryName: repository.name, imageId: { ...imageId, imageDigest } };
        return [{ ...about, imageManifest, imageManifestMediaType }];
      });
      return {
        images: (await Promise.all(found)).flat(),
        failures: asked.flatMap(({ imageId, image }) => (image ? [] : [notFound(imageId)])),
      };
    },
    BatchCheckLayerAvailability: async (request, params) => {
      const repository = repositoryOf(store, request, params);
      const digests = texts(params, 'layerDigests') ?? [];
      const [known, unknown] = [digests.filter(isLayerDigest), digests.filter(digest => !isLayerDigest(digest))];
      const layers = known.map(async layerDigest => {
        const layerSize = await store.layerSize(repository, layerDigest);
        const isThere = layerSize !== undefined;
        return { layerDigest, layerAvailability: isThere ? 'AVAILABLE' : 'UNAVAILABLE', layerSize };
      });
      const failure = { failureCode: 'InvalidLayerDigest', failureReason: 'Invalid layer digest' };
      return {
        layers: await Promise.all(layers),
        failures: unknown.map(layerDigest => ({ layerDigest, ...failure })),
      };
    },
    BatchDeleteImage: async (request, params) => {
      const repository = repositoryOf(store, request, params);
      const referenced = new Set([...store.images(repository).values()].flatMap(({ lists }) => lists));
      const imageIds: ImageId[] = [];
      const failures: object[] = [];
      for (const imageId of idsIn(params) ?? []) {
        const image = store.image(repository, imageId);
        const isWhole = imageId.imageTag === undefined || image?.tags.size === 1;
        if (!image) failures.push(notFound(imageId));
        // What a list refers to goes in a later call only, also when the list is in this one.
        else if (isWhole && referenced.has(image.digest))
          failures.push({
            imageId,
            failureCode: 'ImageReferencedByManifestList',
            failureReason: `Requested image referenced by manifest list: [${listing(store, repository, image).join(', ')}]`,
          });
        else imageIds.push(...(await deleteOne(store, repository, image, imageId)));
      }
      return { imageIds, failures };
    },
  } satisfies Record<string, QueryAction>;
}

/** By tag, that goes and the image with its last one; by digest, the image goes with all of them. */
async function deleteOne(
  store: EcrStore,
  repository: Repository,
  image: Image,
  { imageTag }: ImageId,
): Promise<ImageId[]> {
  const { digest: imageDigest } = image;
  if (imageTag !== undefined) {
    await store.untag(repository, image, imageTag);
    return [{ imageDigest, imageTag }];
  }
  const tags = [...image.tags];
  await store.remove(repository, image);
  return tags.length === 0 ? [{ imageDigest }] : tags.map(tag => ({ imageDigest, imageTag: tag }));
}

function listing(store: EcrStore, repository: Repository, { digest }: Image): string[] {
  return [...store.images(repository).values()].filter(({ lists }) => lists.includes(digest)).map(one => one.digest);
}

function isLayerDigest(text: string): boolean {
  return /^sha256:[0-9a-f]{64}$/.test(text);
}

function idsIn(params: Params): ImageId[] | undefined {
  return structures(params, 'imageIds')?.map(id => {
    const imageDigest = text(id, 'imageDigest');
    const imageTag = text(id, 'imageTag');
    return { ...(imageDigest !== undefined && { imageDigest }), ...(imageTag !== undefined && { imageTag }) };
  });
}

function meant(params: Params, images: Iterable<Image>): Image[] {
  const filter = params.filter as Params | undefined;
  const status = filter && text(filter, 'tagStatus');
  if (status === 'TAGGED') return [...images].filter(({ tags }) => tags.size > 0);
  if (status === 'UNTAGGED') return [...images].filter(({ tags }) => tags.size === 0);
  return [...images];
}

function describe(store: EcrStore, repository: Repository, image: Image) {
  const { digest, tags, mediaType, pushedAt, artifactMediaType } = image;
  return {
    registryId: store.account,
    repositoryName: repository.name,
    imageDigest: digest,
    ...(tags.size > 0 && { imageTags: [...tags] }),
    imageSizeInBytes: size(store, repository, image),
    imagePushedAt: seconds(pushedAt),
    imageManifestMediaType: mediaType,
    ...(artifactMediaType !== undefined && { artifactMediaType }),
  };
}

/** A list weighs what its images do. */
function size(store: EcrStore, repository: Repository, { bytes, lists }: Image): number {
  const images = lists.flatMap(digest => store.images(repository).get(digest) ?? []);
  return images.reduce((sum, image) => sum + image.bytes, bytes);
}

function notFound(imageId: ImageId) {
  return { imageId, failureCode: 'ImageNotFound', failureReason: 'Requested image not found' };
}

function missing({ imageDigest, imageTag }: ImageId, { name }: Repository, account: string): never {
  const quoted = (value: string | undefined) => `'${value ?? 'null'}'`;
  throw new AwsError(
    'ImageNotFoundException',
    `The image with imageId {imageDigest:${quoted(imageDigest)}, imageTag:${quoted(imageTag)}} does not exist within the repository with name '${name}' in the registry with id '${account}'`,
  );
}

/** Throws ECR's errors for an image that is there with this tag, or is not the one that was meant. */
function checkNew(store: EcrStore, repository: Repository, manifest: string, { imageDigest, imageTag }: ImageId): void {
  const { digest } = readManifest(Buffer.from(manifest), undefined);
  if (imageDigest !== undefined && imageDigest !== digest) {
    const message = `The specified digest '${imageDigest}' does not match the digest of the manifest, '${digest}'`;
    throw new AwsError('ImageDigestDoesNotMatchException', message);
  }
  if (imageTag === undefined || !store.image(repository, { imageDigest: digest, imageTag })) return;
  throw new AwsError(
    'ImageAlreadyExistsException',
    `Image with digest '${digest}' and tag '${imageTag}' already exists in the repository with name '${repository.name}' in registry with id '${store.account}'`,
  );
}

/** The registry's refusal of a manifest in the API's words. */
function refused({ status, body }: Refusal, { name }: Repository, account: string): AwsError {
  if (status >= 500) return new AwsError('ServerException', `the registry answers ${status}: ${body}`, 500);
  const digests = [...new Set(body.match(/sha256:[0-9a-f]{64}/g))];
  if (!/BLOB_UNKNOWN/.test(body)) return invalid('ImageManifest', body);
  return new AwsError(
    'LayersNotFoundException',
    `Layers with digests '[${digests.join(', ')}]' required for pushing image into repository with name '${name}' in the registry with id '${account}' do not exist`,
  );
}
