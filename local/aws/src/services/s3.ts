import { createHash } from 'node:crypto';
import { AwsError } from '../wire/aws-error.ts';
import type { Reply, Service, ServiceRequest } from '../wire/service.ts';
import { restDocument, s3Error } from '../wire/xml.ts';
import type { S3Object, S3Store } from './s3-store.ts';

const DIALECT = { namespace: 'http://s3.amazonaws.com/doc/2006-03-01/' };
const OWNER = { ID: '0'.repeat(64), DisplayName: 'local' };

/** What a REST request asks for. */
interface S3Request {
  request: ServiceRequest;
  store: S3Store;
  bucket: string;
  key: string;
  query: URLSearchParams;
  now: Date;
}

type S3Action = (request: S3Request) => Omit<Reply, 'action' | 'params'>;

/** Amazon S3, as far as templates and their uploads need it: REST, path style or `bucket.localhost`. */
export function s3Service(store: S3Store, now: () => Date): Service {
  return async request => {
    const place = placeOf(request);
    const { action, run } = choose(request, place);
    const params = { ...(place.bucket && { Bucket: place.bucket }), ...(place.key && { Key: place.key }) };
    try {
      if (request.fault) throw request.fault;
      return { action, params, ...run({ request, store, ...place, query: request.url.searchParams, now: now() }) };
    } catch (error) {
      if (!(error instanceof AwsError)) throw error;
      return { action, params, ...xml(s3Error(error, request.requestId)), status: error.status, error };
    }
  };
}

function placeOf({ headers, url }: ServiceRequest): { bucket: string; key: string } {
  const path = decodeURIComponent(url.pathname.slice(1));
  const host = /^(.+)\.localhost(?::\d+)?$/.exec(headers.host ?? '')?.[1];
  if (host !== undefined) return { bucket: host, key: path };
  const slash = path.indexOf('/');
  return slash < 0 ? { bucket: path, key: '' } : { bucket: path.slice(0, slash), key: path.slice(slash + 1) };
}

function choose(
  { method, url }: ServiceRequest,
  { bucket, key }: { bucket: string; key: string },
): { action: string; run: S3Action } {
  const level = key !== '' ? 'object' : bucket !== '' ? 'bucket' : 'service';
  const subresource = [...url.searchParams.keys()].find(name => SUBRESOURCES.has(name));
  const wanted = `${method} ${level}${subresource === undefined ? '' : `?${subresource}`}`;
  const known = Object.hasOwn(ACTIONS, wanted) ? ACTIONS[wanted] : undefined;
  if (known) return { action: known[0], run: known[1] };
  const has = Object.values(ACTIONS).map(([action]) => action);
  return {
    action: wanted,
    run: () => {
      throw new AwsError(
        'NotImplemented',
        `The local AWS has no S3 call for ${wanted}; it has: ${has.join(', ')}`,
        501,
      );
    },
  };
}

/** Query parameters that make a request another call. */
const SUBRESOURCES = new Set([
  'acl',
  'cors',
  'delete',
  'encryption',
  'lifecycle',
  'location',
  'policy',
  'publicAccessBlock',
  'tagging',
  'uploadId',
  'uploads',
  'versioning',
  'versions',
]);

const ACTIONS: Readonly<Record<string, readonly [string, S3Action]>> = {
  'GET service': ['ListBuckets', listBuckets],
  'PUT bucket': ['CreateBucket', createBucket],
  'HEAD bucket': ['HeadBucket', headBucket],
  'GET bucket': ['ListObjectsV2', listObjects],
  'GET bucket?location': ['GetBucketLocation', bucketLocation],
  'PUT bucket?encryption': ['PutBucketEncryption', acceptSetting],
  'PUT bucket?lifecycle': ['PutBucketLifecycleConfiguration', acceptSetting],
  'PUT bucket?publicAccessBlock': ['PutPublicAccessBlock', acceptSetting],
  'PUT object': ['PutObject', putObject],
  'GET object': ['GetObject', getObject],
  'HEAD object': ['HeadObject', getObject],
  'DELETE object': ['DeleteObject', deleteObject],
};

function listBuckets({ store }: S3Request) {
  const Bucket = [...store.buckets.values()].map(({ name, createdAt }) => ({ Name: name, CreationDate: createdAt }));
  return xml(restDocument('ListAllMyBucketsResult', DIALECT, { Owner: OWNER, Buckets: { Bucket } }));
}

function createBucket({ store, bucket, request, now }: S3Request) {
  if (!/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(bucket))
    throw new AwsError('InvalidBucketName', 'The specified bucket is not valid.');
  const existing = store.find(bucket);
  const region = /<LocationConstraint[^>]*>([^<]+)</.exec(request.body.toString())?.[1] ?? request.region;
  // Repeating the call succeeds in us-east-1 only, as on AWS (CreateBucket, "BucketAlreadyOwnedByYou").
  if (existing && existing.region !== 'us-east-1') {
    throw new AwsError(
      'BucketAlreadyOwnedByYou',
      'Your previous request to create the named bucket succeeded and you already own it.',
      409,
    );
  }
  if (!existing) store.buckets.set(bucket, { name: bucket, region, createdAt: now.toISOString(), objects: new Map() });
  return { status: 200, headers: { location: `/${bucket}` }, body: '' };
}

function headBucket({ store, bucket }: S3Request) {
  return { status: 200, headers: { 'x-amz-bucket-region': store.bucket(bucket).region }, body: '' };
}

function bucketLocation({ store, bucket }: S3Request) {
  const { region } = store.bucket(bucket);
  // us-east-1 is told as nothing at all.
  return xml(restDocument('LocationConstraint', DIALECT, region === 'us-east-1' ? {} : { '#text': region }));
}

/** What tools set on a bucket that they have made for themselves; nothing here would follow from it. */
function acceptSetting({ store, bucket }: S3Request) {
  store.bucket(bucket);
  return { status: 200, headers: {}, body: '' };
}

function putObject({ store, bucket, key, request, now }: S3Request) {
  if (request.headers['x-amz-copy-source'] !== undefined)
    throw new AwsError('NotImplemented', 'The local AWS has no CopyObject', 501);
  const md5 = createHash('md5').update(request.body);
  const digest = md5.digest();
  const sent = request.headers['content-md5'];
  if (sent !== undefined && sent !== digest.toString('base64')) {
    throw new AwsError('BadDigest', 'The Content-MD5 you specified did not match what we received.');
  }
  const metadata = Object.entries(request.headers).flatMap(([name, value]): [string, string][] =>
    name.startsWith('x-amz-meta-') ? [[name, String(value)]] : [],
  );
  const object: S3Object = {
    key,
    body: request.body,
    etag: `"${digest.toString('hex')}"`,
    contentType: request.headers['content-type'] ?? 'binary/octet-stream',
    metadata: Object.fromEntries(metadata),
    modifiedAt: now.toISOString(),
  };
  store.bucket(bucket).objects.set(key, object);
  return { status: 200, headers: { etag: object.etag }, body: '' };
}

function getObject({ store, bucket, key, request }: S3Request) {
  const { body, etag, contentType, metadata, modifiedAt } = store.object(bucket, key);
  const headers: Record<string, string> = {
    etag,
    'content-type': contentType,
    'last-modified': new Date(modifiedAt).toUTCString(),
    'accept-ranges': 'bytes',
    ...metadata,
  };
  const range = /^bytes=(\d+)-(\d*)$/.exec(request.headers.range ?? '');
  if (!range) return { status: 200, headers: { ...headers, 'content-length': String(body.length) }, body };
  const start = Number(range[1]);
  const end = Math.min(range[2] ? Number(range[2]) : body.length - 1, body.length - 1);
  if (start > end) throw new AwsError('InvalidRange', 'The requested range is not satisfiable', 416);
  headers['content-range'] = `bytes ${start}-${end}/${body.length}`;
  return {
    status: 206,
    headers: { ...headers, 'content-length': String(end - start + 1) },
    body: body.subarray(start, end + 1),
  };
}

function deleteObject({ store, bucket, key }: S3Request) {
  store.bucket(bucket).objects.delete(key);
  return { status: 204, body: '' };
}

function listObjects({ store, bucket, query }: S3Request) {
  const prefix = query.get('prefix') ?? '';
  const delimiter = query.get('delimiter') ?? '';
  const limit = Number(query.get('max-keys') ?? 1000);
  const after = query.get('continuation-token') ?? query.get('start-after') ?? '';
  const keys = [...store.bucket(bucket).objects.keys()].filter(key => key.startsWith(prefix)).sort();
  const groupOf = (key: string) => {
    const end = delimiter === '' ? -1 : key.indexOf(delimiter, prefix.length);
    return end < 0 ? undefined : key.slice(0, end + delimiter.length);
  };
  // A group of keys counts as one entry, under its common prefix.
  const entries = [...new Set(keys.map(key => groupOf(key) ?? key))].filter(entry => entry > after);
  const page = entries.slice(0, limit);
  const objects = page
    .flatMap(entry => store.bucket(bucket).objects.get(entry) ?? [])
    .filter(object => groupOf(object.key) === undefined);
  const truncated = entries.length > page.length;
  return xml(
    restDocument('ListBucketResult', DIALECT, {
      Name: bucket,
      Prefix: prefix,
      MaxKeys: limit,
      KeyCount: page.length,
      IsTruncated: truncated,
      NextContinuationToken: truncated ? page.at(-1) : undefined,
      Contents: objects.map(({ key, modifiedAt, etag, body }) => ({
        Key: key,
        LastModified: modifiedAt,
        ETag: etag,
        Size: body.length,
        StorageClass: 'STANDARD',
      })),
      CommonPrefixes: page.filter(entry => keys.some(key => groupOf(key) === entry)).map(Prefix => ({ Prefix })),
    }),
  );
}

function xml(body: string) {
  return { status: 200, headers: { 'content-type': 'application/xml' }, body };
}
