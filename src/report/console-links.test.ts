import { expect, it } from 'vitest';
import { proofLinks, resourceLink } from './console-links.ts';

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

const PLACES = {
  region: 'eu-west-1',
  groups: ['/shop/app'],
  run: '5eed1a2b',
  traceId: '6b037d305eed1a2ba1b2c3d4e5f60001',
  workspaceUrl: 'https://aps-workspaces.eu-west-1.amazonaws.com/workspaces/ws-12ab',
  grafanaUrl: 'https://g-1.grafana-workspace.eu-west-1.amazonaws.com/',
};

it('a proof leads to its trace, its log records, its workspace and Grafana', () => {
  const home = 'https://eu-west-1.console.aws.amazon.com';
  expect(proofLinks(PLACES)).toEqual([
    {
      title: 'The trace in X-Ray',
      url: `${home}/cloudwatch/home?region=eu-west-1#xray:traces/1-6b037d30-5eed1a2ba1b2c3d4e5f60001`,
    },
    {
      title: 'Log group /shop/app',
      url: `${home}/cloudwatch/home?region=eu-west-1#logsV2:log-groups/log-group/$252Fshop$252Fapp/log-events$3FfilterPattern$3D$25255eed1a2b$2525`,
    },
    {
      title: 'Prometheus workspace',
      url: `${home}/prometheus/home?region=eu-west-1#/workspaces/workspace/ws-12ab`,
    },
    { title: 'Grafana Explore', url: 'https://g-1.grafana-workspace.eu-west-1.amazonaws.com/explore' },
  ]);
});

it('a proof against a local AWS leads to no console, and only to what is there', () => {
  const local = { ...PLACES, endpoint: 'http://127.0.0.1:4566', grafanaUrl: undefined };
  expect(proofLinks({ ...local, workspaceUrl: 'http://127.0.0.1:4566/workspaces/ws-12ab' })).toEqual([]);
  expect(proofLinks({ ...local, workspaceUrl: 'http://127.0.0.1:9090' })).toEqual([
    { title: 'Prometheus', url: 'http://127.0.0.1:9090' },
  ]);
});
