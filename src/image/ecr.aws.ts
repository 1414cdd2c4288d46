import { type JsonCall, jsonCaller } from '../aws/json-client.aws.ts';
import type { Session } from '../aws/session.aws.ts';
import { UserFault } from '../runner/fault.ts';
import { MANIFEST_TYPES } from './manifest.ts';
import { type Repositories, type Repository, type StoredImage, TagTaken } from './repositories.ts';

const ECR = { id: 'ECR', target: 'AmazonEC2ContainerRegistry_V20150921', host: 'api.ecr', name: 'ecr', iam: 'ecr' };

interface EcrRepository {
  repositoryName: string;
  repositoryUri: string;
  /** IMMUTABLE, MUTABLE, or either with exceptions. */
  imageTagMutability: string;
}
interface EcrImage {
  imageId: { imageDigest: string; imageTag?: string };
  imageManifest: string;
  imageManifestMediaType?: string;
}

/** Repositories of Amazon ECR in the session's account and region. https://docs.aws.amazon.com/AmazonECR/latest/APIReference */
export function repositoriesOf(session: Session): Repositories {
  const ecr = jsonCaller(ECR, session);
  const find = (name: string) => findRepository(ecr, name);
  return {
    find,
    async create(repositoryName, { tags, hasMovingTags, lifecyclePolicy }) {
      const input = {
        repositoryName,
        tags: Object.entries(tags).map(([Key, Value]) => ({ Key, Value })),
        imageTagMutability: hasMovingTags ? 'MUTABLE' : 'IMMUTABLE',
        imageScanningConfiguration: { scanOnPush: true },
        encryptionConfiguration: { encryptionType: 'AES256' },
      };
      const made = await unless('RepositoryAlreadyExistsException', () =>
        ecr<{ repository: EcrRepository }>('CreateRepository', input, ['repository']),
      );
      if (made?.repository) {
        await ecr('PutLifecyclePolicy', { repositoryName, lifecyclePolicyText: lifecyclePolicy }, []);
        return { repository: shown(made.repository), isNew: true };
      }
      const repository = await find(repositoryName);
      if (repository) return { repository, isNew: false };
      throw new UserFault({
        what: `Repository \`${repositoryName}\` is there and is not, as ECR says: it may be about to be deleted`,
        fix: 'Run again',
      });
    },
    async images(repositoryName, references) {
      const imageIds = references.map(one => (one.startsWith('sha256:') ? { imageDigest: one } : { imageTag: one }));
      const input = { repositoryName, imageIds, acceptedMediaTypes: MANIFEST_TYPES };
      const found = await unless('RepositoryNotFoundException', () =>
        ecr<{ images: EcrImage[] }>('BatchGetImage', input, ['images']),
      );
      const images = found?.images ?? [];
      return new Map(
        references.flatMap((one): [string, StoredImage][] => {
          const image = images.find(({ imageId }) => imageId.imageTag === one || imageId.imageDigest === one);
          return image ? [[one, stored(image)]] : [];
        }),
      );
    },
    async tag(repositoryName, { digest, manifest, mediaType }, imageTag) {
      const input = {
        repositoryName,
        imageManifest: manifest,
        imageDigest: digest,
        imageTag,
        ...(mediaType && { imageManifestMediaType: mediaType }),
      };
      try {
        // One that has the tag already is as it should be.
        await unless('ImageAlreadyExistsException', () => ecr('PutImage', input, []));
      } catch (error) {
        if (nameOf(error) === 'ImageTagAlreadyExistsException') throw new TagTaken(imageTag, { cause: error });
        throw error;
      }
    },
    async login() {
      const { authorizationData = [] } = await ecr<{ authorizationData: { authorizationToken: string }[] }>(
        'GetAuthorizationToken',
        {},
        ['authorizationData'],
      );
      const text = Buffer.from(authorizationData[0]?.authorizationToken ?? '', 'base64').toString();
      const colon = text.indexOf(':');
      if (colon < 1) throw new UserFault({ what: 'ECR gave no token to log in with', fix: 'Run again' });
      return { user: text.slice(0, colon), token: text.slice(colon + 1) };
    },
  };
}

async function findRepository(ecr: JsonCall, name: string): Promise<Repository | undefined> {
  const found = await unless('RepositoryNotFoundException', () =>
    ecr<{ repositories: EcrRepository[] }>('DescribeRepositories', { repositoryNames: [name] }, ['repositories']),
  );
  const [repository] = found?.repositories ?? [];
  return repository && shown(repository);
}

function shown({ repositoryName, repositoryUri, imageTagMutability }: EcrRepository): Repository {
  // Also where only some are exempt: whether the wanted one is, ECR tells when it is given.
  return { name: repositoryName, uri: repositoryUri, hasMovingTags: imageTagMutability !== 'IMMUTABLE' };
}

function stored({ imageId, imageManifest, imageManifestMediaType }: EcrImage): StoredImage {
  return { digest: imageId.imageDigest, manifest: imageManifest, mediaType: imageManifestMediaType };
}

/** `undefined` when AWS answers with this error. */
async function unless<T>(error: string, send: () => Promise<T>): Promise<T | undefined> {
  try {
    return await send();
  } catch (failure) {
    if (nameOf(failure) === error) return undefined;
    throw failure;
  }
}

function nameOf(failure: unknown): string | undefined {
  return failure instanceof UserFault && failure.cause instanceof Error ? failure.cause.name : undefined;
}
