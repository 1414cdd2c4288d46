/** A repository of ECR. */
export interface Repository {
  name: string;
  /** Without a tag: `<registry>/<name>`. */
  uri: string;
  /** Whether a tag can be given to another image later. */
  hasMovingTags: boolean;
}

/** How a repository is made. */
export interface RepositorySettings {
  tags: Readonly<Record<string, string>>;
  hasMovingTags: boolean;
  /** JSON, as PutLifecyclePolicy takes it. */
  lifecyclePolicy: string;
}

/** An image, or a list of images, that a repository holds. */
export interface StoredImage {
  /** `sha256:…` of the manifest. */
  digest: string;
  /** As it is stored, byte by byte. */
  manifest: string;
  mediaType?: string | undefined;
}

/** The user and token with which Docker logs in. */
export interface Login {
  user: string;
  token: string;
}

/** Repositories as ECR offers them; what the rest of a build needs of AWS. Each call throws a `UserFault` when refused. */
export interface Repositories {
  find(name: string): Promise<Repository | undefined>;
  /** Makes it, or finds the one that somebody else has made meanwhile. */
  create(name: string, settings: RepositorySettings): Promise<{ repository: Repository; isNew: boolean }>;
  /** The images by what was asked for, a tag or a digest; those that are not there are left out, as is a repository. */
  images(name: string, references: readonly string[]): Promise<Map<string, StoredImage>>;
  /** Gives an image one more tag. Throws `TagTaken` when it is another's by now. */
  tag(name: string, image: StoredImage, tag: string): Promise<void>;
  login(): Promise<Login>;
}

/** The tag belongs to another image, and tags of this repository do not move. */
export class TagTaken extends Error {}
