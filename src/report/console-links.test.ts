import { expect, it } from 'vitest';
import { resourceLink } from './console-links.ts';

it.each([
  ['AWS::S3::Bucket', 'shop-data', 'https://eu-west-1.console.aws.amazon.com/s3/buckets/shop-data?region=eu-west-1'],
  [
    'AWS::Logs::LogGroup',
    '/shop/app',
    'https://eu-west-1.console.aws.amazon.com/cloudwatch/home?region=eu-west-1#logsV2:log-groups/log-group/$252Fshop$252Fapp',
  ],
  [
    'AWS::ECR::Repository',
    'shop/app',
    'https://eu-west-1.console.aws.amazon.com/ecr/repositories/private/123456789012/shop/app?region=eu-west-1',
  ],
  [
    'AWS::EC2::SecurityGroup',
    'sg-1',
    'https://eu-west-1.console.aws.amazon.com/vpcconsole/home?region=eu-west-1#SecurityGroup:groupId=sg-1',
  ],
  ['AWS::S3::Bucket', '', undefined],
  ['AWS::New::Thing', 'x', undefined],
  ['constructor', 'x', undefined],
])('%s %s', (type, id, link) => {
  expect(resourceLink(type, id, 'eu-west-1', '123456789012')).toBe(link);
});

it('knows the other partitions, and leaves out a page whose account is not known', () => {
  expect(resourceLink('AWS::S3::Bucket', 'b', 'cn-north-1')).toBe(
    'https://cn-north-1.console.amazonaws.cn/s3/buckets/b?region=cn-north-1',
  );
  expect(resourceLink('AWS::S3::Bucket', 'b', 'us-gov-west-1')).toContain('console.amazonaws-us-gov.com');
  expect(resourceLink('AWS::ECR::Repository', 'b', 'eu-west-1')).toBeUndefined();
});
