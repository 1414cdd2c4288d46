import { expect, it } from 'vitest';
import { type AwsError, judge } from './faults.ts';

const of = (error: Partial<AwsError>) => {
  const judged = judge(
    { name: 'Error', message: 'words of AWS', ...error },
    { action: 'cloudformation:DescribeStacks', region: 'eu-west-9' },
  );
  return judged.kind === 'fault' ? judged.fault.what : judged.kind;
};

it.each<[string, Partial<AwsError>, string]>([
  ['no credentials', { name: 'CredentialsProviderError' }, 'There are no AWS credentials'],
  [
    'expired ones',
    { name: 'ExpiredToken', httpStatus: 403 },
    'The AWS credentials have expired, so `cloudformation:DescribeStacks` was refused',
  ],
  [
    'unknown ones',
    { name: 'InvalidClientTokenId', httpStatus: 403 },
    'AWS does not accept the credentials (InvalidClientTokenId)',
  ],
  [
    'too few rights',
    { name: 'AccessDenied', httpStatus: 403 },
    'The credentials do not allow `cloudformation:DescribeStacks`',
  ],
  [
    'a region without an address',
    { code: 'ENOTFOUND' },
    'AWS has no address for region `eu-west-9` that can be found from here',
  ],
  ['nobody listening', { code: 'ECONNREFUSED' }, 'Nothing answers where AWS is expected'],
  [
    'any other refusal',
    { name: 'NoSuchThing', httpStatus: 404 },
    'AWS refused `cloudformation:DescribeStacks` (NoSuchThing)',
  ],
  ['throttling, whatever its status', { name: 'Throttling', httpStatus: 400 }, 'transient'],
  ['too many requests', { httpStatus: 429 }, 'transient'],
  ['a fault of the server', { httpStatus: 503 }, 'transient'],
  ['a lost connection', { code: 'ECONNRESET' }, 'transient'],
  ['a slow answer', { name: 'TimeoutError' }, 'transient'],
  ['a mistake of ours', { name: 'TypeError' }, 'other'],
])('%s', (_, error, expected) => {
  expect(of(error)).toBe(expected);
});
