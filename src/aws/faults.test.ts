import { expect, it } from 'vitest';
import { type AwsError, judge } from './faults.ts';

const of = (error: Partial<AwsError>) => {
  const judged = judge(
    { name: 'Error', message: 'words of AWS', ...error },
    { action: 'cloudformation:DescribeStacks', region: 'eu-west-9' },
  );
  if (judged.kind === 'other') return 'other';
  const mayPass = judged.kind !== 'fault' && judged.kind !== 'expired';
  return mayPass ? `${judged.kind}: ${judged.fault.what}` : judged.fault.what;
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
    'unreachable: AWS has no address for region `eu-west-9` that can be found from here',
  ],
  ['nobody listening', { code: 'ECONNREFUSED' }, 'unreachable: Nothing answers where AWS is expected'],
  [
    'any other refusal',
    { name: 'NoSuchThing', httpStatus: 404 },
    'AWS refused `cloudformation:DescribeStacks` (NoSuchThing)',
  ],
  [
    'throttling, whatever its status',
    { name: 'Throttling', httpStatus: 400 },
    'throttled: AWS did not answer `cloudformation:DescribeStacks` as it should, also when asked again',
  ],
  [
    'too many requests',
    { httpStatus: 429 },
    'throttled: AWS did not answer `cloudformation:DescribeStacks` as it should, also when asked again',
  ],
  [
    'a fault of the server',
    { httpStatus: 503 },
    'failing: AWS did not answer `cloudformation:DescribeStacks` as it should, also when asked again',
  ],
  [
    'a lost connection',
    { code: 'ECONNRESET' },
    'unreachable: AWS did not answer `cloudformation:DescribeStacks` as it should, also when asked again',
  ],
  [
    'a slow answer',
    { name: 'TimeoutError' },
    'unreachable: AWS did not answer `cloudformation:DescribeStacks` as it should, also when asked again',
  ],
  [
    'throttling under another name',
    { name: 'ValidationError', message: 'Rate exceeded', httpStatus: 400 },
    'throttled: AWS did not answer `cloudformation:DescribeStacks` as it should, also when asked again',
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
  [
    'an identity provider that is not to be reached',
    { name: 'IDPCommunicationError', httpStatus: 400 },
    'failing: AWS could not verify the OIDC token of this job',
  ],
  [
    'a wrong clock, once the SDK goes by that of AWS',
    { name: 'SignatureDoesNotMatch', httpStatus: 403, isClockCorrected: true },
    'failing: AWS did not answer `cloudformation:DescribeStacks` as it should, also when asked again',
  ],
  ['a mistake of ours', { name: 'TypeError' }, 'other'],
])('%s', (_, error, expected) => {
  expect(of(error)).toBe(expected);
});
