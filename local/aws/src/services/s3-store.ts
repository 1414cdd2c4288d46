import { AwsError, validationError } from '../wire/aws-error.ts';

/** A stored object; times are ISO 8601. */
export interface S3Object {
  key: string;
  body: Buffer;
  /** With its quotes. */
  etag: string;
  contentType: string;
  /** The `x-amz-meta-…` headers. */
  metadata: Record<string, string>;
  modifiedAt: string;
}

/** A bucket with its objects by key. */
export interface S3Bucket {
  name: string;
  region: string;
  createdAt: string;
  objects: Map<string, S3Object>;
}

/** The buckets of the account. `resolve` is asked for buckets that were not made through S3: those of stacks. */
export class S3Store {
  readonly buckets = new Map<string, S3Bucket>();
  readonly #resolve: (name: string) => Pick<S3Bucket, 'region' | 'createdAt'> | undefined;

  constructor(resolve: (name: string) => Pick<S3Bucket, 'region' | 'createdAt'> | undefined) {
    this.#resolve = resolve;
  }

  find(name: string): S3Bucket | undefined {
    const known = this.buckets.get(name);
    const made = known ? undefined : this.#resolve(name);
    if (!made) return known;
    const bucket = { name, ...made, objects: new Map() };
    this.buckets.set(name, bucket);
    return bucket;
  }

  /** Throws S3's NoSuchBucket. */
  bucket(name: string): S3Bucket {
    const bucket = this.find(name);
    if (!bucket) throw new AwsError('NoSuchBucket', 'The specified bucket does not exist', 404);
    return bucket;
  }

  /** Throws S3's NoSuchKey. */
  object(bucket: string, key: string): S3Object {
    const object = this.bucket(bucket).objects.get(key);
    if (!object) throw new AwsError('NoSuchKey', 'The specified key does not exist.', 404);
    return object;
  }

  /** A template by the URL that a TemplateURL may be; throws CloudFormation's ValidationError. */
  readTemplate(url: string): string {
    const place = templatePlace(url);
    if (!place) throw validationError('TemplateURL must be a supported URL.');
    const object = this.find(place.bucket)?.objects.get(place.key);
    if (object) return object.body.toString();
    throw validationError(
      'S3 error: Access Denied\nFor more information check http://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html',
    );
  }
}

/** Bucket and key of S3's own URLs in all their styles, and of this server's (path style, or `bucket.localhost`). */
function templatePlace(text: string): { bucket: string; key: string } | undefined {
  if (!URL.canParse(text)) return undefined;
  const { protocol, hostname, pathname } = new URL(text);
  const path = decodeURIComponent(pathname.slice(1));
  const virtual = /^(.+)\.s3[.-](?:[a-z0-9-]+\.)?amazonaws\.com$/.exec(hostname) ?? /^(.+)\.localhost$/.exec(hostname);
  if (virtual?.[1] !== undefined) return { bucket: virtual[1], key: path };
  const local = protocol === 'http:' && ['127.0.0.1', 'localhost'].includes(hostname);
  if (!local && !/^s3[.-](?:[a-z0-9-]+\.)?amazonaws\.com$/.test(hostname)) return undefined;
  const slash = path.indexOf('/');
  return slash > 0 ? { bucket: path.slice(0, slash), key: path.slice(slash + 1) } : undefined;
}
