// biome-ignore-all lint/suspicious/noAssignInExpressions: each case of a table changes one property
import { describe, expect, it } from 'vitest';
import type { Changes } from '../../tooling/changed-plan.ts';
import { addEndpoint, all, att, type Changing, find, Ref, verdicts } from '../../tooling/small-service.ts';

const LOCAL_IMAGE = '127.0.0.1:4510/shop/api@sha256:abc';
const withImage =
  (image: string) =>
  ({ container }: Changing) =>
    void (container.Image = image);

it('of an AWS on this machine, an image comes from its registry on this machine, by the same ways as from ECR', () => {
  const endpoint = 'http://127.0.0.1:4566';
  expect(verdicts(find(withImage(LOCAL_IMAGE), { endpoint }))).toMatchObject(all('reachable'));
  expect(verdicts(find(withImage(LOCAL_IMAGE)))).not.toHaveProperty('image layers');
  expect(verdicts(find(withImage(LOCAL_IMAGE), { endpoint: 'https://aws.example.com' }))).not.toHaveProperty(
    'image layers',
  );
  expect(verdicts(find(withImage('127.0.0.1.example.com/shop/api@sha256:abc'), { endpoint }))).not.toHaveProperty(
    'image layers',
  );
});

describe('what tasks need', () => {
  const needs = (change: (to: Changing) => void, changes: Changes = {}) =>
    Object.entries(verdicts(find(change, changes)))
      .filter(([need]) => !(need in all('')))
      .map(([need, verdict]) => `${need}: ${verdict}`);
  const environment =
    (value: unknown) =>
    ({ container }: Changing) =>
      void (container.Environment = [{ Name: 'X', Value: value }]);

  it.each<[string, (to: Changing) => void, string[]]>([
    ['a host outside', environment('https://api.example.com/v1'), ['api.example.com: reachable']],
    ['a host with a port', environment('https://api.example.com:8443'), ['api.example.com:8443: reachable']],
    [
      'no host of AWS, none inside, no plain http',
      environment('https://sqs.us-east-1.amazonaws.com http://x.example.com'),
      [],
    ],
    ['a name of the VPC', environment('https://orders.shop.internal'), ['orders.shop.internal: unknown']],
    ['nothing that must not be shown', environment(Ref('Hidden')), []],
    [
      'a collector that exports traces',
      environment('exporters: { awsxray: }\nservice: { pipelines: { traces: { exporters: [awsxray] } } }'),
      ['X-Ray: reachable'],
    ],
    ['no exporter that no pipeline uses', environment('exporters: { awsxray: }\nservice: { pipelines: {} }'), []],
    [
      'a Prometheus URL',
      environment('https://aps-workspaces.us-east-1.amazonaws.com/workspaces/ws-1/api/v1/remote_write'),
      ['Prometheus remote write: reachable'],
    ],
    [
      'a secret',
      ({ container }) =>
        void (container.Secrets = [
          { Name: 'A', ValueFrom: Ref('Secret') },
          { Name: 'B', ValueFrom: '/shop/key' },
        ]),
      ['Parameter Store: reachable', 'secrets: unknown'],
    ],
    [
      'a secret of the plan',
      ({ container, of }) =>
        void Object.assign(container, of('Store', 'AWS::SecretsManager::Secret'), {
          Secrets: [{ Name: 'A', ValueFrom: { 'Fn::Sub': '${Store}:password::' } }],
        }),
      ['Secrets Manager: reachable'],
    ],
    ['ECS Exec', ({ of }) => void (of('Service').EnableExecuteCommand = true), ['ECS Exec: reachable']],
  ])('%s', (_, change, expected) => {
    expect(
      needs(to => {
        to.of('Secret', 'Custom::Secret');
        change(to);
      }).sort(),
    ).toEqual(expected);
  });

  it('what the role may do tells what the task sends', () => {
    const withRole = (of: Changing['of']) => {
      of('Definition').TaskRoleArn = att('Task', 'Arn');
      of('Task', 'AWS::IAM::Role').ManagedPolicyArns = ['arn:aws:iam::aws:policy/AWSXRayDaemonWriteAccess'];
      Object.assign(of('Extra', 'AWS::IAM::Policy'), {
        Roles: [Ref('Task')],
        PolicyDocument: { Statement: [{ Effect: 'Allow', Action: 'aps:RemoteWrite', Resource: '*' }] },
      });
    };
    expect(needs(({ of }) => withRole(of))).toEqual(['Prometheus remote write: reachable', 'X-Ray: reachable']);
  });

  it('the collector writes logs to the group that its environment names', () => {
    const to = (group: string) =>
      verdicts(
        find(change => {
          const Statement = [{ Effect: 'Allow', Principal: '*', Action: 'logs:*', Resource: '*:log-group:/shop/*' }];
          addEndpoint(change, 'logs', 'Endpoint', { PolicyDocument: { Statement } });
          const config = 'exporters: { awscloudwatchlogs: { log_group_name: "${env:GROUP}" } }';
          change.container.Environment = [
            { Name: 'GROUP', Value: group },
            {
              Name: 'CONFIG',
              Value: `${config}\nservice: { pipelines: { logs: { exporters: [awscloudwatchlogs] } } }`,
            },
          ];
        }),
      )['CloudWatch Logs'];
    expect([to('/shop/telemetry'), to('/other')]).toEqual(['reachable', 'blocked']);
  });

  it('ExternalEgressCidr must be routed, and let out', () => {
    const values = { ExternalEgressCidr: '203.0.113.0/24' };
    const only =
      (CidrIp: string) =>
      ({ of }: Changing) =>
        void (of('Group').SecurityGroupEgress = [{ IpProtocol: '-1', CidrIp }]);
    expect(needs(only('203.0.113.0/24'), { values })).toEqual(['ExternalEgressCidr 203.0.113.0/24: reachable']);
    expect(needs(only('203.0.112.0/24'), { values })).toEqual(['ExternalEgressCidr 203.0.113.0/24: blocked']);
    expect(needs(({ draft }) => void delete draft.Resources.Way, { values })).toEqual([
      'ExternalEgressCidr 203.0.113.0/24: blocked',
    ]);
    expect(needs(() => {})).toEqual([]);
  });

  it('an image from elsewhere needs the internet, one that is not known stays open', () => {
    const image = (Image: unknown) =>
      verdicts(
        find(({ container, draft }) => {
          container.Image = Image;
          delete draft.Resources.Way;
        }),
      )['image registry'];
    expect(image('nginx')).toBe('blocked');
    expect(image('public.ecr.aws/nginx/nginx')).toBe('blocked');
    expect(image(Ref('Open'))).toBe('unknown');
  });

  it.each<[string, (service: Record<string, unknown>) => void, number]>([
    ['Fargate', service => Object.assign(service, { LaunchType: 'FARGATE' }), 4],
    [
      'a capacity provider of Fargate',
      service =>
        Object.assign(service, {
          LaunchType: undefined,
          CapacityProviderStrategy: [{ CapacityProvider: 'FARGATE_SPOT' }],
        }),
      4,
    ],
    ['what the task definition is made for', service => Object.assign(service, { LaunchType: undefined }), 4],
    ['machines outside AWS', service => Object.assign(service, { LaunchType: 'EXTERNAL' }), 0],
    [
      'an instance whose network it shares',
      service => Object.assign(service, { LaunchType: 'EC2', NetworkConfiguration: undefined }),
      0,
    ],
  ])('on %s', (_, change, count) => {
    const findings = find(({ of }) => {
      change(of('Service'));
      Object.assign(of('Definition'), { NetworkMode: 'bridge' });
    });
    expect(findings).toHaveLength(count);
    expect(findings.every(({ verdict }) => verdict === 'reachable')).toBe(true);
  });

  it('on EC2 the instance pulls and logs, but the task itself sends', () => {
    const findings = find(to => {
      to.of('Service').LaunchType = 'EC2';
      environment('https://api.example.com')(to);
    });
    expect(verdicts(findings)).toEqual({ ...all('unknown'), 'api.example.com': 'blocked' });
  });
});
