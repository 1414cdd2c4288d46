/** The part of an image that is for one platform. */
interface ImagePart {
  /** Such as `linux/arm64`; the one that was asked for where the image is no list. */
  platform: string;
  layers: number;
  /** Bytes that a pull takes; without `push` those that the engine keeps. */
  bytes: number;
}

/** How a run of `build-push` ended. */
export interface BuildResult {
  image: {
    /** Name of the repository. */
    repository: string;
    /** By digest; without `push` the name in the engine. */
    uri: string;
    digest: string;
    /** By content, and that of the user. */
    tags: string[];
    outcome: 'built' | 'reused';
    isNewRepository: boolean;
    /** Tags of the repository can be given to other images. */
    hasMovingTags: boolean;
    parts: ImagePart[];
    /** Steps of the Dockerfile, and those whose result was there already. */
    steps: number;
    cachedSteps: number;
    isPushed: boolean;
  };
  collector?: {
    source: string;
    uri: string;
    outcome: 'copied' | 'there';
    isNewRepository: boolean;
    platforms: string[];
  };
  /** What the user should know. */
  warnings: string[];
  /** Milliseconds. */
  duration: number;
  /** Where AWS is; none where it was not asked. */
  region?: string;
  endpoint?: string | undefined;
}
