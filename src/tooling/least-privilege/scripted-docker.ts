#!/usr/bin/env node
// Stands for Docker where only what it asks of AWS matters: it builds nothing, and gives what it "pushes" to the ECR of the local
// AWS by a call of its own. What a real one asks of a registry is in local/aws/test/ecr.e2e.test.ts.
import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';

const args = process.argv.slice(2);
const option = (name: string) => args[args.indexOf(name) + 1] ?? '';

/** Puts an image into a repository. */
async function push(name: string): Promise<string> {
  const [, repositoryName = '', imageTag = ''] = /^[^/]+\/(.+):([^:]+)$/.exec(name) ?? [];
  const imageManifest = JSON.stringify({ config: { digest: `sha256:${'c'.repeat(64)}` }, layers: [] });
  const response = await fetch(process.env.AWS_ENDPOINT_URL ?? '', {
    method: 'POST',
    headers: {
      authorization: 'AWS4-HMAC-SHA256 Credential=docker/20260101/us-east-1/ecr/aws4_request',
      'content-type': 'application/x-amz-json-1.1',
      'x-amz-target': 'AmazonEC2ContainerRegistry_V20150921.PutImage',
    },
    body: JSON.stringify({ repositoryName, imageTag, imageManifest }),
  });
  if (!response.ok) throw new Error(await response.text());
  return `sha256:${createHash('sha256').update(imageManifest).digest('hex')}`;
}

if (args[0] === 'buildx' && args[1] === 'build') {
  const digest = await push(option('--tag'));
  writeFileSync(option('--metadata-file'), JSON.stringify({ 'containerimage.digest': digest }));
} else if (args[0] === 'buildx' && args[1] === 'imagetools') {
  await push(option('--tag'));
} else if (args[0] !== 'login') {
  process.exitCode = 1;
}
