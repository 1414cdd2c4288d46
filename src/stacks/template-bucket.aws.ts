import { createHash, randomUUID } from 'node:crypto';
import { partition } from '@aws-sdk/core/client';
import { call, type Session } from '../aws/session.aws.ts';
import { UserFault } from '../runner/fault.ts';
import type { Upload } from './engine.ts';

/**
 * Puts a template into a bucket. One that is kept goes under a key made from its content: the same template is uploaded
 * once, and no run can change what another one deploys. One that is not has a key of its own, so that it can be removed.
 *
 * @throws UserFault when the bucket does not exist or may not be written
 */
export async function uploadTemplate(text: string, bucket: string, keep: boolean, session: Session): Promise<Upload> {
  const { DeleteObjectCommand, HeadObjectCommand, PutObjectCommand, S3Client } = await import('@aws-sdk/client-s3');
  const endpoint = process.env.AWS_ENDPOINT_URL_S3 || process.env.AWS_ENDPOINT_URL;
  const client = new S3Client({ ...session.clientConfig, forcePathStyle: Boolean(endpoint) });
  const name = keep ? createHash('sha256').update(text).digest('hex') : `dry-run/${randomUUID()}`;
  const object = { Bucket: bucket, Key: `zap-obs/${name}.template` };
  const request = <T>(action: string, send: () => Promise<T>) =>
    call(session, `s3:${action}`, async () => {
      try {
        return await send();
      } catch (error) {
        if (!(error instanceof Error) || error.name !== 'NoSuchBucket') throw error;
        throw new UserFault({ what: `Bucket \`${bucket}\` does not exist`, fix: 'Check input `template-bucket`' });
      }
    });

  const isThere = keep && (await request('GetObject', () => exists(() => client.send(new HeadObjectCommand(object)))));
  if (!isThere) {
    await request('PutObject', () =>
      client.send(new PutObjectCommand({ ...object, Body: text, ContentType: 'text/plain' })),
    );
  }
  return {
    url: endpoint
      ? `${endpoint.replace(/\/$/, '')}/${bucket}/${object.Key}`
      : `https://${bucket}.s3.${session.region}.${partition(session.region).dnsSuffix}/${object.Key}`,
    async remove() {
      await request('DeleteObject', () => client.send(new DeleteObjectCommand(object)));
    },
  };
}

/** S3 answers 404 for what is missing, and 403 when the caller may not list the bucket. */
async function exists(head: () => Promise<unknown>): Promise<boolean> {
  try {
    await head();
    return true;
  } catch (error) {
    const status = (error as { $metadata?: { httpStatusCode?: number } }).$metadata?.httpStatusCode;
    if (status === 404 || status === 403) return false;
    throw error;
  }
}
