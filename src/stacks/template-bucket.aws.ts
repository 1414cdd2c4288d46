import { createHash } from 'node:crypto';
import { call, type Session } from '../aws/session.aws.ts';
import { UserFault } from '../runner/fault.ts';

/**
 * Puts a template into a bucket, under a key made from its content: the same template is uploaded once, and no run can
 * change what another one deploys.
 *
 * @returns the URL to give to CloudFormation
 */
export async function uploadTemplate(text: string, bucket: string, session: Session): Promise<string> {
  const { HeadObjectCommand, PutObjectCommand, S3Client } = await import('@aws-sdk/client-s3');
  const client = new S3Client({ ...session.clientConfig, forcePathStyle: process.env.AWS_ENDPOINT_URL !== undefined });
  const object = { Bucket: bucket, Key: `zap-obs/${createHash('sha256').update(text).digest('hex')}.template` };
  const isThere = await call({ action: 's3:GetObject', region: session.region }, async () => {
    try {
      await client.send(new HeadObjectCommand(object));
      return true;
    } catch (error) {
      // S3 answers 403 for a missing object when the caller may not list the bucket.
      const status = (error as { $metadata?: { httpStatusCode?: number } }).$metadata?.httpStatusCode;
      if (status === 404 || status === 403) return false;
      throw error;
    }
  });
  if (!isThere) {
    const command = new PutObjectCommand({ ...object, Body: text, ContentType: 'text/plain' });
    await call({ action: 's3:PutObject', region: session.region }, async () => {
      try {
        await client.send(command);
      } catch (error) {
        if (error instanceof Error && error.name === 'NoSuchBucket')
          throw new UserFault({ what: `Bucket \`${bucket}\` does not exist`, fix: 'Check input `template-bucket`' });
        throw error;
      }
    });
  }
  const endpoint = process.env.AWS_ENDPOINT_URL_S3 ?? process.env.AWS_ENDPOINT_URL;
  const host = `${bucket}.s3.${session.region}.amazonaws.com`;
  return endpoint ? `${endpoint.replace(/\/$/, '')}/${bucket}/${object.Key}` : `https://${host}/${object.Key}`;
}
