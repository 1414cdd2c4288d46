import { partition } from '../evaluation/attributes.ts';
import { concatenate, isMap, rendered, Text, Token, Unknown, type Value } from '../evaluation/values.ts';
import type { Call } from './endpoint-policy.ts';
import { externalHost } from './external-hosts.ts';
import type { Need, Target } from './need.ts';
import { items, type Network } from './network.ts';
import { logStreamArn, settings } from './telemetry-needs.ts';

type Container = { readonly [key: string]: Value };

/** What ECS itself must reach for a container before it runs: its image, its log driver, its secrets. */
export function containerNeeds(container: Container, role: Value, network: Network): Need[] {
  return [
    ...imageNeeds(container.Image, role, network),
    ...logNeeds(container.LogConfiguration, role, network),
    ...secretNeeds(container, role),
  ];
}

/** The hosts outside AWS that a container is told of. */
export function hostNeeds(container: Container): Need[] {
  return settings(container).flatMap(value => externalHost(rendered(value)));
}

/** https://docs.aws.amazon.com/AmazonECR/latest/userguide/vpc-endpoints.html */
function imageNeeds(image: Value, role: Value, network: Network): Need[] {
  const registry = ecrImage(rendered(image), network);
  if (!registry) return [{ name: 'image registry', target: otherRegistry(image), calls: [] }];
  const { account, region, suffix, repository } = registry;
  if (region !== network.region) {
    const host = (what: string): Target => ({ kind: 'host', host: `${what}.${region}.${suffix}`, port: 443 });
    return [
      { name: 'image registry API', target: host('api.ecr'), calls: [] },
      { name: 'image registry', target: host(`${account}.dkr.ecr`), calls: [] },
      { name: 'image layers', target: host('s3'), calls: [] },
    ];
  }
  const own = new Token(undefined, 'AWS::AccountId');
  const known = account === rendered(own) ? own : account;
  const repositoryArn = concatenate([`arn:${partition(region)}:ecr:${region}:`, known, `:repository/${repository}`]);
  const call = (action: string, resource: Value): Call => ({ action, resource, role, ownAccount: known === own });
  const layers = `arn:${partition(region)}:s3:::prod-${region}-starport-layer-bucket/layer`;
  // AWS advises one policy for both endpoints, and does not document which of them each call takes.
  const token = call('ecr:GetAuthorizationToken', '*');
  const pulls = ['ecr:BatchGetImage', 'ecr:GetDownloadUrlForLayer'].map(action => call(action, repositoryArn));
  const advised = (one: Call): Call => ({ ...one, isAdvised: true });
  return [
    {
      name: 'image registry API',
      target: { kind: 'service', service: 'ecr.api' },
      calls: [token, ...pulls.map(advised)],
    },
    {
      name: 'image registry',
      target: { kind: 'service', service: 'ecr.dkr' },
      calls: [...pulls, advised(token)],
    },
    {
      name: 'image layers',
      target: { kind: 'layers' },
      calls: [{ action: 's3:GetObject', resource: layers, role: '*', ownAccount: false }],
    },
  ];
}

interface EcrImage {
  account: string;
  region: string;
  /** What follows the Region in the host's name. */
  suffix: string;
  repository: string;
}

/** The parts of the name of an image in ECR; an AWS on this machine has its registry there too. */
function ecrImage(name: string, { region, isLocal }: Network): EcrImage | undefined {
  const ecr = /^(?<account>[^/]*)\.dkr\.ecr\.(?<region>[a-z0-9-]+)\.(?<suffix>[^/]+)\/(?<repository>[^:@]+)/.exec(name);
  if (ecr) return ecr.groups as unknown as EcrImage;
  const local = isLocal ? /^(?:127\.[\d.]+|localhost):\d+\/(?<repository>[^:@]+)/.exec(name) : null;
  if (!local?.groups?.repository) return undefined;
  const account = rendered(new Token(undefined, 'AWS::AccountId'));
  return { account, region, suffix: '', repository: local.groups.repository };
}

/** A name without a host is one of Docker Hub. */
function otherRegistry(image: Value): Target {
  const name = rendered(image);
  if (typeof image !== 'string') {
    const open = image instanceof Text ? image.parts.find(part => part instanceof Unknown) : image;
    return {
      kind: 'open',
      why: open instanceof Unknown ? open.why : `which image \`${name}\` is, is only known to AWS`,
    };
  }
  const [first = '', ...rest] = name.split('/');
  const isHost = rest.length > 0 && /[.:]/.test(first);
  const [host = '', port = '443'] = (isHost ? first : 'registry-1.docker.io').split(':');
  return { kind: 'host', host, port: Number(port) };
}

function logNeeds(configuration: Value, role: Value, network: Network): Need[] {
  if (configuration === undefined) return [];
  const name = 'CloudWatch Logs';
  if (!isMap(configuration)) return [open(name, configuration, 'how the container logs is not known')];
  if (configuration.LogDriver !== 'awslogs') return [];
  const options = isMap(configuration.Options) ? configuration.Options : {};
  const region = options['awslogs-region'];
  if (region instanceof Unknown) return [open(name, region, '')];
  if (typeof region === 'string' && region !== network.region)
    return [{ name, target: { kind: 'host', host: `logs.${region}.amazonaws.com`, port: 443 }, calls: [] }];
  const resource = logStreamArn(options['awslogs-group'], network);
  return [
    {
      name,
      target: { kind: 'service', service: 'logs' },
      calls: ['logs:CreateLogStream', 'logs:PutLogEvents'].map(action => ({
        action,
        resource,
        role,
        ownAccount: true,
      })),
    },
  ];
}

/** https://docs.aws.amazon.com/AmazonECS/latest/developerguide/specifying-sensitive-data.html */
function secretNeeds(container: Container, role: Value): Need[] {
  const logging = isMap(container.LogConfiguration) ? container.LogConfiguration.SecretOptions : undefined;
  const sources = [...items(container.Secrets), ...items(logging)].map(secret =>
    isMap(secret) ? secret.ValueFrom : secret,
  );
  const credentials = isMap(container.RepositoryCredentials)
    ? [secretsManager(container.RepositoryCredentials.CredentialsParameter, role)]
    : [];
  return [...sources.map(source => secretNeed(source, role)), ...credentials];
}

/** A name, or an ARN of Systems Manager, is a parameter; an ARN of Secrets Manager is a secret, with more behind it or not. */
function secretNeed(source: Value, role: Value): Need {
  const [start] = source instanceof Text ? source.parts : [source];
  const type = start instanceof Token ? start.resource?.type : undefined;
  const name = rendered(source);
  if (type === 'AWS::SecretsManager::Secret' || /^arn:[^:]+:secretsmanager:/.test(name))
    return secretsManager(source, role);
  if (type !== 'AWS::SSM::Parameter' && name.startsWith('‹'))
    return open('secrets', source, `whether ${name} is a secret or a parameter is only known to AWS`);
  const call = { action: 'ssm:GetParameters', resource: undefined, role, ownAccount: true };
  return { name: 'Parameter Store', target: { kind: 'service', service: 'ssm' }, calls: [call] };
}

function secretsManager(source: Value, role: Value): Need {
  const call = { action: 'secretsmanager:GetSecretValue', resource: source, role, ownAccount: true };
  return { name: 'Secrets Manager', target: { kind: 'service', service: 'secretsmanager' }, calls: [call] };
}

function open(name: string, value: Value, otherwise: string): Need {
  return { name, target: { kind: 'open', why: value instanceof Unknown ? value.why : otherwise }, calls: [] };
}
