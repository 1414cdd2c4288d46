import { readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  CloudFormationClient,
  CreateStackCommand,
  DeleteStackCommand,
  DescribeStacksCommand,
} from '@aws-sdk/client-cloudformation';
import { startLocalAws } from '@zap-obs/local-aws';
import { describe, expect, it } from 'vitest';
import { ROOT } from '../repository.ts';
import { checkProperties, schemaOf } from '../shipped-templates/schema.ts';
import { type Json, read, stacks, type Template } from '../shipped-templates/templates.ts';
import { body, intrinsic, isMap, members, ofType, references, walk } from '../shipped-templates/walk.ts';
import {
  ACCOUNT,
  BOOTSTRAP_FILE,
  type Bootstrap,
  bootstrap,
  bootstrapText,
  PARAMETERS,
  PREVIEW_FILE,
  REGION,
} from './bootstrap.ts';
import { executionBlocks, isOf, sidOf } from './execution-blocks.ts';
import { matchesGlob } from './glob.ts';
import { applies, isAllowed, listed, type PolicyDocument, type Statement } from './policy.ts';
import { UNSCOPED, WITHOUT_RESOURCES } from './without-resources.ts';

const { text, value } = read(basename(BOOTSTRAP_FILE));
const template = value as Template;
const made = bootstrap();
const preview = bootstrap(PARAMETERS, PREVIEW_FILE);
const ROLES = ['DeployRole', 'ValidateRole', 'ExecutionRole'];
const WEB_ROLES = ['DeployRole', 'ValidateRole'];
/** Each with what makes it. */
const ALL_ROLES = [...ROLES.map(role => [role, made] as const), ['PreviewRole', preview] as const];

const statementsOf = (policies: readonly PolicyDocument[]) => policies.flatMap(({ Statement }) => Statement);
const actionsOf = (policies: readonly PolicyDocument[]) =>
  [...new Set(statementsOf(policies).flatMap(({ Action }) => listed(Action)))].sort();
const document = (id: string, of: Bootstrap = made) => of.property(id, 'PolicyDocument') as PolicyDocument;

describe.each([
  [BOOTSTRAP_FILE, ROLES],
  [PREVIEW_FILE, ['PreviewRole']],
])('%s', (file, roles) => {
  const { text, value } = read(basename(file));
  const template = value as Template;
  const { Parameters, Resources, Outputs, Conditions = {} } = template;

  it('goes into one request, and its policies into IAM, under the longest prefix and in the longest Region', () => {
    expect(Buffer.byteLength(text)).toBeLessThanOrEqual(51_200);
    const prefix = 'p'.repeat(40);
    expect(new RegExp(Parameters.StackPrefix?.AllowedPattern ?? '').test(`${prefix}p`)).toBe(false);
    const widest = bootstrap({ ...PARAMETERS, StackPrefix: prefix, TemplateBucket: 'b'.repeat(63) }, file);
    expect(widest.ids('AWS::IAM::Role').sort()).toEqual([...roles].sort());
    // https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html; white space does not count.
    const length = (policy: unknown) =>
      JSON.stringify(policy).replaceAll(REGION, 'ap-southeast-1').replaceAll(' ', '').length;
    for (const id of widest.ids('AWS::IAM::ManagedPolicy'))
      expect(length(document(id, widest)), id).toBeLessThanOrEqual(6144);
    for (const role of roles) {
      const own = (widest.property(role, 'Policies') ?? []) as { PolicyDocument: PolicyDocument }[];
      expect(length(own.map(({ PolicyDocument }) => PolicyDocument)), role).toBeLessThanOrEqual(10_240);
      expect(length(widest.property(role, 'AssumeRolePolicyDocument')), role).toBeLessThanOrEqual(2048);
    }
  });

  it('refers only to what it has, uses all of that, and fits the schemas of its resources', () => {
    const known = [...Object.keys(Parameters), ...Object.keys(Resources)];
    const names = references(template as unknown as Json, '').map(({ name }) => name);
    expect(names.filter(name => !name.startsWith('AWS::') && !known.includes(name))).toEqual([]);
    const used = new Set(references(body(template), '').map(({ name }) => name));
    expect(Object.keys(Parameters).filter(name => !used.has(name))).toEqual([]);
    const applied = [...walk(template as unknown as Json, '')].flatMap(({ value }) => {
      if (!isMap(value)) return [];
      const [name, argument] = intrinsic(value) ?? [];
      return [name === 'Fn::If' ? (argument as Json[])[0] : value.Condition];
    });
    expect(Object.keys(Conditions).filter(name => !applied.includes(name))).toEqual([]);
    const findings = Object.entries(Resources).flatMap(([name, { Type, Properties = {} }]) => {
      const schema = schemaOf(Type);
      return schema === undefined ? [`${name}: no type ${Type}`] : checkProperties(Properties, schema.properties, name);
    });
    expect(findings).toEqual([]);
  });

  it('describes every parameter and output, and bounds what may be given', () => {
    const all = [...Object.entries(Parameters), ...Object.entries(Outputs)];
    expect(all.filter(([, { Description = '' }]) => Description === '').map(([name]) => name)).toEqual([]);
    const groups = template.Metadata['AWS::CloudFormation::Interface'].ParameterGroups;
    expect(groups.flatMap(group => group.Parameters).sort()).toEqual(Object.keys(Parameters).sort());
    const loose = Object.values(Parameters).filter(
      ({ AllowedPattern, AllowedValues }) => !AllowedPattern && !AllowedValues,
    );
    expect(loose).toEqual([]);
  });

  it.each([
    [
      'Repository',
      ['octo/shop', 'octo-org/a.b_c', 'octo@123/shop@456'],
      ['octo', 'octo/*', '*', 'octo/shop:*', 'octo/shop/x', ''],
    ],
    ['Environments', ['production', 'my stage'], ['*', 'prod*', 'a:b', '']],
    ['Branch', ['main', 'release/1.x'], ['*', 'feature/*', '']],
    ['StackPrefix', ['zap', 'A-1'], ['', '*', 'zap*', '1zap', 'a b']],
  ])('lets no wildcard into %s', (name, good, bad) => {
    const { AllowedPattern } = Parameters[name] ?? {};
    if (AllowedPattern === undefined) return expect(file).toBe(PREVIEW_FILE);
    const pattern = new RegExp(`^(?:${AllowedPattern})$`);
    expect(good.filter(given => !pattern.test(given))).toEqual([]);
    expect(bad.filter(given => pattern.test(given))).toEqual([]);
  });
});

describe('the templates', () => {
  it('make the identity provider only when asked to, and leave it when they go', () => {
    expect(made.ids('AWS::IAM::OIDCProvider')).toEqual([]);
    expect(made.property('DeployRole', 'AssumeRolePolicyDocument')).toMatchObject({
      Statement: [{ Principal: { Federated: PARAMETERS.OidcProviderArn } }],
    });
    const own = bootstrap({ ...PARAMETERS, OidcProviderArn: '', CreateOidcProvider: 'true' });
    expect(own.ids('AWS::IAM::OIDCProvider')).toEqual(['OidcProvider']);
    expect(template.Resources.OidcProvider).toMatchObject({ DeletionPolicy: 'Retain', UpdateReplacePolicy: 'Retain' });
  });

  it('are deployed and deleted by CloudFormation, with a provider and without, and then for previews', {
    timeout: 30_000,
  }, async () => {
    const aws = await startLocalAws({ port: 0 });
    const client = new CloudFormationClient({
      endpoint: aws.url,
      region: REGION,
      credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    });
    const settled = async (id: string | undefined) => {
      for (;;) {
        const { Stacks = [] } = await client.send(new DescribeStacksCommand({ StackName: id }));
        if (!Stacks[0]?.StackStatus?.endsWith('_IN_PROGRESS')) return Stacks[0];
        await sleep(5);
      }
    };
    const create = async (StackName: string, given: Readonly<Record<string, string>>, TemplateBody = text) => {
      const Parameters = Object.entries(given).map(([ParameterKey, ParameterValue]) => ({
        ParameterKey,
        ParameterValue,
      }));
      const Capabilities = ['CAPABILITY_IAM' as const];
      const { StackId } = await client.send(
        new CreateStackCommand({ StackName, TemplateBody, Parameters, Capabilities }),
      );
      return await settled(StackId);
    };
    try {
      const { OidcProviderArn: _, ...without } = PARAMETERS;
      const stack = await create('one', { ...without, CreateOidcProvider: 'true' });
      expect(stack?.StackStatus).toBe('CREATE_COMPLETE');
      expect(stack?.Outputs?.map(({ OutputKey }) => OutputKey).sort()).toEqual(Object.keys(template.Outputs).sort());
      expect(
        (await create('two', { ...PARAMETERS, MorePolicyArns: `arn:aws:iam::${ACCOUNT}:policy/more` }))?.StackStatus,
      ).toBe('CREATE_COMPLETE');
      await expect(create('neither', without)).rejects.toThrow(/give OidcProviderArn/);
      await expect(create('both', { ...PARAMETERS, CreateOidcProvider: 'true' })).rejects.toThrow(/must be empty/);
      const provider = stack?.Outputs?.find(({ OutputKey }) => OutputKey === 'OidcProviderArn')?.OutputValue ?? '';
      const previews = { Repository: PARAMETERS.Repository, StackPrefix: 'zap', OidcProviderArn: provider };
      expect((await create('previews', previews, bootstrapText(PREVIEW_FILE)))?.StackStatus).toBe('CREATE_COMPLETE');
      await client.send(new DeleteStackCommand({ StackName: 'one' }));
      expect((await settled(stack?.StackId))?.StackStatus).toBe('DELETE_COMPLETE');
      expect(aws.stacks().find(({ name }) => name === 'one')?.statuses).toContain('DELETE_COMPLETE');
    } finally {
      await aws.close();
    }
  });
});

it("each of the README's deployments gives it parameters that it takes", () => {
  const readme = readFileSync(join(ROOT, 'cloudformation/README.md'), 'utf8');
  const deployments = [
    ...readme.matchAll(/^aws cloudformation deploy .*--template-file (\S+bootstrap\S+).*--parameter-overrides (.*)$/gm),
  ].map(([, file = '', words = '']) => ({
    file,
    values: Object.fromEntries(words.split(' ').map(word => word.split('=') as [string, string])),
  }));
  expect(deployments.map(({ file }) => file)).toEqual([BOOTSTRAP_FILE, BOOTSTRAP_FILE, PREVIEW_FILE]);
  for (const { file, values } of deployments) {
    const { Parameters } = read(basename(file)).value as Template;
    for (const [name, value] of Object.entries(values)) {
      const { AllowedPattern = '', AllowedValues } = Parameters[name] ?? {};
      expect(AllowedValues?.includes(value) ?? new RegExp(`^(?:${AllowedPattern})$`).test(value), name).toBe(true);
    }
    const hasProvider = values.OidcProviderArn !== undefined;
    expect(hasProvider).toBe(values.CreateOidcProvider === undefined);
    expect(bootstrap(values, file).ids('AWS::IAM::Role')).toEqual(file === PREVIEW_FILE ? ['PreviewRole'] : ROLES);
  }
});

describe('who may assume a role', () => {
  const issuer = 'token.actions.githubusercontent.com';
  const job = (claims: Record<string, string> = {}) => {
    const all = {
      aud: 'sts.amazonaws.com',
      sub: 'repo:octo/shop:environment:production',
      environment: 'production',
      ref: 'refs/heads/main',
      job_workflow_ref: 'octo/shop/.github/workflows/deploy.yml@refs/heads/main',
      ...claims,
    };
    return Object.fromEntries(Object.entries(all).map(([claim, value]) => [`${issuer}:${claim}`, value]));
  };
  const mayAssume = (role: string, context: Record<string, string>, of = made) => {
    const { Statement } = of.property(role, 'AssumeRolePolicyDocument') as PolicyDocument;
    // A trust policy is the role's own: it names no resource.
    return Statement.some(statement =>
      applies({ ...statement, Resource: '*' }, { action: 'sts:AssumeRoleWithWebIdentity', resource: '*', context }),
    );
  };

  it.each(WEB_ROLES)('%s: a job of the repository, in the environment, on the branch', role => {
    expect(mayAssume(role, job())).toBe(true);
    const others: Record<string, string>[] = [
      { sub: 'repo:octo/shop2:environment:production' },
      { sub: 'repo:evil/shop:environment:production' },
      { sub: 'repo:octo/shop:pull_request' },
      { sub: 'repo:octo/shop:ref:refs/heads/main' },
      { environment: 'staging', sub: 'repo:octo/shop:environment:staging' },
      { ref: 'refs/heads/mine' },
      { ref: 'refs/pull/1/merge' },
      { ref: 'refs/tags/main' },
      { aud: 'https://github.com/octo' },
    ];
    expect(others.filter(claims => mayAssume(role, job(claims)))).toEqual([]);
    for (const claim of ['aud', 'sub', 'environment', 'ref']) {
      const { [`${issuer}:${claim}`]: _, ...without } = job();
      expect(mayAssume(role, without), claim).toBe(false);
    }
  });

  it.each(WEB_ROLES)('%s: each of several environments; and, where that is asked for, of some workflows only', role => {
    const several = bootstrap({ ...PARAMETERS, Environments: 'staging,production' });
    const staging = { environment: 'staging', sub: 'repo:octo/shop:environment:staging' };
    expect([mayAssume(role, job(), several), mayAssume(role, job(staging), several)]).toEqual([true, true]);
    const refs = ['deploy', 'teardown'].map(name => `org/zap-obs/.github/workflows/${name}.yml@refs/tags/v1`);
    for (const WorkflowRef of [refs.join(','), ...refs]) {
      const tied = bootstrap({ ...PARAMETERS, WorkflowRef });
      expect(mayAssume(role, job(), tied)).toBe(false);
      for (const ref of refs)
        expect(mayAssume(role, job({ job_workflow_ref: ref }), tied), ref).toBe(WorkflowRef.includes(ref));
    }
  });

  it('PreviewRole: a job of a pull request of the repository, and none in an environment or on a branch', () => {
    const issued = (claims: Record<string, string> = {}) => {
      // Which claims tell the pull request matters as little as its workflow: the subject does.
      const { [`${issuer}:environment`]: _, ...all } = job({
        sub: 'repo:octo/shop:pull_request',
        ref: 'refs/pull/7/merge',
        job_workflow_ref: 'octo/shop/.github/workflows/preview.yml@refs/pull/7/merge',
        ...claims,
      });
      return all;
    };
    expect(mayAssume('PreviewRole', issued(), preview)).toBe(true);
    const others: Record<string, string>[] = [
      { sub: 'repo:octo/shop2:pull_request' },
      { sub: 'repo:evil/shop:pull_request' },
      { sub: 'repo:octo/shop:pull_request:x' },
      { sub: 'repo:octo/shop:ref:refs/heads/main' },
      { sub: 'repo:octo/shop:environment:production' },
      { aud: 'https://github.com/octo' },
    ];
    expect(others.filter(claims => mayAssume('PreviewRole', issued(claims), preview))).toEqual([]);
    for (const claim of ['aud', 'sub']) {
      const { [`${issuer}:${claim}`]: _, ...without } = issued();
      expect(mayAssume('PreviewRole', without, preview), claim).toBe(false);
    }
    const WorkflowRef = 'org/zap-obs/.github/workflows/preview.yml@refs/tags/v1';
    const tied = bootstrap({ ...PARAMETERS, WorkflowRef }, PREVIEW_FILE);
    expect(mayAssume('PreviewRole', issued(), tied)).toBe(false);
    expect(mayAssume('PreviewRole', issued({ job_workflow_ref: WorkflowRef }), tied)).toBe(true);
    // Nor the other way round.
    expect(WEB_ROLES.filter(role => mayAssume(role, issued()))).toEqual([]);
  });

  it('never everybody: a provider with the claims above, or CloudFormation', () => {
    const principals = ALL_ROLES.map(([role, of]) => {
      const { Statement } = of.property(role, 'AssumeRolePolicyDocument') as PolicyDocument;
      return Statement.map(({ Effect, Principal, Action }) => ({ Effect, Principal, Action }));
    });
    const web = {
      Effect: 'Allow',
      Principal: { Federated: PARAMETERS.OidcProviderArn },
      Action: 'sts:AssumeRoleWithWebIdentity',
    };
    const service = {
      Effect: 'Allow',
      Principal: { Service: 'cloudformation.amazonaws.com' },
      Action: 'sts:AssumeRole',
    };
    expect(principals).toEqual([[web], [web], [service], [web]]);
  });
});

describe('what roles may do', () => {
  it.each(ALL_ROLES)('%s: names every action', (role, { policies }) => {
    expect(actionsOf(policies(role)).filter(action => !/^[a-z][a-z0-9-]*:[A-Z]\w+$/.test(action))).toEqual([]);
  });

  it('of IAM: to hand over roles, and under a boundary to make them', () => {
    const ofIam = (role: string, of = made) => actionsOf(of.policies(role)).filter(action => action.startsWith('iam:'));
    expect(ofIam('DeployRole')).toEqual(['iam:PassRole']);
    expect(ofIam('ValidateRole')).toEqual([]);
    expect(ofIam('PreviewRole', preview)).toEqual([]);
    const powers =
      /User|Group|AccessKey|Login|AttachRole|DetachRole|(Create|Delete|SetDefault)Policy|PermissionsBoundary/;
    expect(ofIam('ExecutionRole').filter(action => powers.test(action))).toEqual(['iam:PutRolePermissionsBoundary']);
  });

  it('on everything, only where AWS knows no resources', () => {
    const known = Object.entries(WITHOUT_RESOURCES).flatMap(([service, actions]) =>
      actions.map(one => `${service}:${one}`),
    );
    const wide = ALL_ROLES.flatMap(([role, { policies }]) => statementsOf(policies(role))).filter(({ Resource }) =>
      listed(Resource).includes('*'),
    );
    const actions = [...new Set(wide.flatMap(({ Action }) => listed(Action)))].sort();
    expect(actions).toEqual([...known, ...Object.keys(UNSCOPED)].sort());
    // What GitHub's jobs hold is bound to the Region there, or to the clusters of the prefix.
    const free = ALL_ROLES.filter(([role]) => role !== 'ExecutionRole')
      .flatMap(([role, { policies }]) => statementsOf(policies(role)))
      .filter(({ Resource, Condition }) => listed(Resource).includes('*') && Condition === undefined);
    expect(free).toEqual([]);
  });
});

describe('the execution role', () => {
  const blocks = executionBlocks();
  const policies = made.policies('ExecutionRole');
  const types = [
    ...new Set(stacks.flatMap(({ template }) => Object.values(template.Resources).map(({ Type }) => Type))),
  ];

  it('has a block for each type of resource in the templates, and no other', () => {
    expect(blocks.map(({ type }) => type).sort()).toEqual(types.sort());
  });

  it('has statements for each block, and none without', () => {
    const sids = statementsOf(policies).map(({ Sid = '' }) => Sid);
    expect(blocks.filter(({ type }) => !sids.includes(sidOf(type)))).toEqual([]);
    const shared = /^(Network|LoadBalancer|Monitoring|App)(Own|Any)$|^FnGetAZs$/;
    const ownerless = sids.filter(sid => !shared.test(sid) && !blocks.some(({ type }) => isOf(sid, type)));
    expect(ownerless).toEqual([]);
    expect(new Set(sids).size).toBe(sids.length);
  });

  it('has what a block takes beyond the handlers, and not what it leaves out of them, with a reason each', () => {
    for (const { type, without, beyond } of blocks) {
      const own = statementsOf(policies).filter(({ Sid = '' }) => isOf(Sid, type));
      for (const { actions, because } of [...without, ...beyond]) {
        expect(because.length, type).toBeGreaterThan(8);
        expect(actions.length, type).toBeGreaterThan(0);
      }
      const left = without.flatMap(({ actions }) => actions);
      const kept = own
        .flatMap(({ Action }) => listed(Action))
        .filter(action => left.some(one => matchesGlob(action, one)));
      // A web ACL's handlers ask of EC2, too; that of all others is meant.
      expect(type.startsWith('AWS::WAFv2') ? [] : kept, type).toEqual([]);
      const all = actionsOf(policies);
      expect(
        beyond.flatMap(({ actions }) => actions).filter(action => !all.includes(action)),
        type,
      ).toEqual([]);
    }
  });

  it('reads nothing that a change set would show: pull requests may have CloudFormation make one with it', () => {
    const actions = actionsOf(policies);
    expect(actions.filter(action => /^(ssm|secretsmanager|s3|lambda|kms|dynamodb):/.test(action))).toEqual([]);
  });

  it('makes, changes and deletes roles of the stacks only, and only under the boundary', () => {
    const bounded = { 'iam:PermissionsBoundary': made.arn('WorkloadBoundary') };
    const may = (action: string, resource: string, context: Record<string, string> = {}) =>
      isAllowed(policies, { action, resource, context });
    const role = `arn:aws:iam::${ACCOUNT}:role/zap-ecs-app-TaskRole-1A2B`;
    const writes = [
      'iam:CreateRole',
      'iam:DeleteRole',
      'iam:PutRolePolicy',
      'iam:DeleteRolePolicy',
      'iam:UpdateAssumeRolePolicy',
      'iam:PutRolePermissionsBoundary',
    ];
    expect(writes.filter(action => !may(action, role, bounded))).toEqual([]);
    expect(writes.filter(action => may(action, role))).toEqual([]);
    expect(
      writes.filter(action => may(action, role, { 'iam:PermissionsBoundary': made.arn('ExecutionBoundary') })),
    ).toEqual([]);
    // Neither a stranger's role nor one of its own kind, whatever the boundary.
    const others = [
      `arn:aws:iam::${ACCOUNT}:role/admin`,
      `arn:aws:iam::${ACCOUNT}:role/zapper`,
      ...ROLES.map(id => made.arn(id)),
    ];
    const ofIam = actionsOf(policies).filter(action => action.startsWith('iam:'));
    const service = {
      ...bounded,
      'iam:PassedToService': 'ecs-tasks.amazonaws.com',
      'iam:AWSServiceName': 'ecs.amazonaws.com',
    };
    expect(others.flatMap(arn => ofIam.filter(action => may(action, arn, service)))).toEqual([]);
    const own = bootstrap({ ...PARAMETERS, WorkloadBoundaryArn: `arn:aws:iam::${ACCOUNT}:policy/mine` });
    expect(own.ids('AWS::IAM::ManagedPolicy')).not.toContain('WorkloadBoundary');
    const create = { action: 'iam:CreateRole', resource: role };
    expect(isAllowed(own.policies('ExecutionRole'), { ...create, context: bounded })).toBe(false);
    const mine = { 'iam:PermissionsBoundary': `arn:aws:iam::${ACCOUNT}:policy/mine` };
    expect(isAllowed(own.policies('ExecutionRole'), { ...create, context: mine })).toBe(true);
  });

  it('hands roles of the stacks to the services that need them, and to no other', () => {
    const pass = (service: string) =>
      isAllowed(policies, {
        action: 'iam:PassRole',
        resource: `arn:aws:iam::${ACCOUNT}:role/zap-x`,
        context: { 'iam:PassedToService': service },
      });
    const principals = stacks.flatMap(({ template }) =>
      ofType(template, 'AWS::IAM::Role').flatMap(([, role]) =>
        members((role.AssumeRolePolicyDocument as { Statement: Json }).Statement).map(
          ({ Principal }) => (Principal as { Service: string }).Service,
        ),
      ),
    );
    expect([...new Set(principals)].filter(service => !pass(service))).toEqual([]);
    expect(['lambda.amazonaws.com', 'ec2.amazonaws.com', 'cloudformation.amazonaws.com'].filter(pass)).toEqual([]);
  });

  it('may do within its boundary all that it may, and by no other policy make itself or somebody an administrator', () => {
    expect(made.property('ExecutionRole', 'PermissionsBoundary')).toBe(made.arn('ExecutionBoundary'));
    const boundary = [document('ExecutionBoundary')];
    const requests = statementsOf(policies).flatMap(statement => exampleRequests(statement));
    expect(requests.length).toBeGreaterThan(200);
    expect(requests.filter(request => !isAllowed(policies, request))).toEqual([]);
    expect(requests.filter(request => !isAllowed(boundary, request))).toEqual([]);
    const role = `arn:aws:iam::${ACCOUNT}:role/zap-x`;
    const escapes: [string, string][] = [
      ['iam:CreateUser', `arn:aws:iam::${ACCOUNT}:user/x`],
      ['iam:CreatePolicyVersion', made.arn('WorkloadBoundary')],
      ['iam:CreateRole', role],
      ['iam:AttachRolePolicy', role],
      ['iam:DeleteRolePermissionsBoundary', role],
      ['iam:PutRolePolicy', made.arn('ExecutionRole')],
      ['iam:DeleteRolePermissionsBoundary', made.arn('ExecutionRole')],
      ['iam:PassRole', `arn:aws:iam::${ACCOUNT}:role/admin`],
      ['sts:AssumeRole', `arn:aws:iam::${ACCOUNT}:role/admin`],
      ['organizations:LeaveOrganization', '*'],
    ];
    expect(escapes.filter(([action, resource]) => isAllowed(boundary, { action, resource, context: {} }))).toEqual([]);
  });
});

describe('the boundary of the roles of the stacks', () => {
  const most = statementsOf([document('WorkloadBoundary')]).flatMap(({ Action }) => listed(Action));
  const roles = stacks.flatMap(({ template }) => ofType(template, 'AWS::IAM::Role'));

  it('holds just what the roles of the templates may do together', () => {
    // Statements that hang on a condition of the template, too.
    const own = roles.flatMap(([, { Policies = null }]) =>
      [...walk(Policies, '')].flatMap(({ value }) =>
        isMap(value) && 'Effect' in value ? [value.Action ?? []].flat() : [],
      ),
    );
    expect([...most].sort()).toEqual([...new Set(own)].sort());
  });

  it('is taken by each of them, where a stack is given one', () => {
    const expected = { 'Fn::If': ['HasPermissionsBoundary', { Ref: 'PermissionsBoundary' }, { Ref: 'AWS::NoValue' }] };
    expect(roles.length).toBeGreaterThan(3);
    for (const [name, { PermissionsBoundary }] of roles) expect(PermissionsBoundary, name).toEqual(expected);
  });
});

/** What a statement is for, once for each action and resource. */
function exampleRequests({ Action, Resource, Condition = {} }: Statement) {
  const context = Object.fromEntries(
    Object.values(Condition).flatMap(keys =>
      Object.entries(keys).map(([key, values]) => [key, (listed(values)[0] ?? '').replaceAll('*', 'x')]),
    ),
  );
  return listed(Action).flatMap(action =>
    listed(Resource).map(resource => ({
      action,
      resource: resource === '*' ? '*' : resource.replaceAll('*', 'x'),
      context,
    })),
  );
}
