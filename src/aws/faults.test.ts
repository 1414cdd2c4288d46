import { expect, it } from 'vitest';
import { type AwsError, judge } from './faults.ts';

const of = (error: Partial<AwsError>) => {
  const judged = judge(
    { name: 'Error', message: 'words of AWS', ...error },
    { action: 'cloudformation:DescribeStacks', region: 'eu-west-9' },
  );
  if (judged.kind === 'other') return 'other';
  return judged.kind === 'fault' ? judged.fault.what : `may pass: ${judged.fault.what}`;
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
    'may pass: AWS has no address for region `eu-west-9` that can be found from here',
  ],
  ['nobody listening', { code: 'ECONNREFUSED' }, 'may pass: Nothing answers where AWS is expected'],
  [
    'any other refusal',
    { name: 'NoSuchThing', httpStatus: 404 },
    'AWS refused `cloudformation:DescribeStacks` (NoSuchThing)',
  ],
  [
    'throttling, whatever its status',
    { name: 'Throttling', httpStatus: 400 },
    'may pass: AWS did not answer `cloudformation:DescribeStacks` as it should, also when asked again',
  ],
  [
    'too many requests',
    { httpStatus: 429 },
    'may pass: AWS did not answer `cloudformation:DescribeStacks` as it should, also when asked again',
  ],
  [
    'a fault of the server',
    { httpStatus: 503 },
    'may pass: AWS did not answer `cloudformation:DescribeStacks` as it should, also when asked again',
  ],
  [
    'a lost connection',
    { code: 'ECONNRESET' },
    'may pass: AWS did not answer `cloudformation:DescribeStacks` as it should, also when asked again',
  ],
  [
    'a slow answer',
    { name: 'TimeoutError' },
    'may pass: AWS did not answer `cloudformation:DescribeStacks` as it should, also when asked again',
  ],
  [
    'throttling under another name',
    { name: 'ValidationError', message: 'Rate exceeded', httpStatus: 400 },
    'may pass: AWS did not answer `cloudformation:DescribeStacks` as it should, also when asked again',
  ],
  [
    'a wrong endpoint',
    { name: 'TypeError', code: 'ERR_INVALID_URL' },
    'No connection to AWS can be made for `cloudformation:DescribeStacks` (ERR_INVALID_URL)',
  ],
  [
    'a certificate',
    { code: 'SELF_SIGNED_CERT_IN_CHAIN' },
    'No connection to AWS can be made for `cloudformation:DescribeStacks` (SELF_SIGNED_CERT_IN_CHAIN)',
  ],
  [
    'a role that refuses',
    { name: 'AccessDenied', message: 'Not authorized to perform sts:AssumeRoleWithWebIdentity', httpStatus: 403 },
    'The role does not let this job assume it',
  ],
  ['a mistake of ours', { name: 'TypeError' }, 'other'],
])('%s', (_, error, expected) => {
  expect(of(error)).toBe(expected);
});
