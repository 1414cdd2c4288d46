import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { scopesOf } from '../../stacks/evaluation/scope.ts';
import { type Resource, Text, Token, Unknown, type Value } from '../../stacks/evaluation/values.ts';
import { changedPlan } from '../changed-plan.ts';
import { ROOT } from '../repository.ts';
import { listed, type PolicyDocument } from './policy.ts';

export const BOOTSTRAP_FILE = 'cloudformation/bootstrap-github-oidc.yaml';
export const PREVIEW_FILE = 'cloudformation/bootstrap-preview.yaml';

/** The account of the local AWS. */
export const ACCOUNT = '000000000000';
export const REGION = 'us-east-1';
const STACK = 'bootstrap';

/** Parameters with which their tests deploy both. */
export const PARAMETERS = {
  Repository: 'octo/shop',
  StackPrefix: 'zap',
  OidcProviderArn: `arn:aws:iam::${ACCOUNT}:oidc-provider/token.actions.githubusercontent.com`,
  TemplateBucket: 'templates',
};

/** The resources of a bootstrap, with values that only AWS makes put in. */
export interface Bootstrap {
  /** Logical ids, by type. */
  ids(type: string): string[];
  /** As IAM gets it. */
  property(id: string, name: string): unknown;
  /** The policies of a role, managed ones of the template too. */
  policies(role: string): PolicyDocument[];
  arn(id: string): string;
}

/** The text of a template. */
export function bootstrapText(file = BOOTSTRAP_FILE): string {
  return readFileSync(join(ROOT, file), 'utf8');
}

/** What a template makes under some parameters. */
export function bootstrap(values: Readonly<Record<string, string>> = PARAMETERS, file = BOOTSTRAP_FILE): Bootstrap {
  const plan = changedPlan({ [STACK]: { file, text: bootstrapText(file) } }, { values, region: REGION });
  const scope = scopesOf(plan, REGION).get(STACK);
  if (!scope) throw new Error('the plan has no bootstrap');
  const found = (id: string): Resource => {
    const resource = scope.resources.get(id);
    if (!resource) throw new Error(`${file} has no ${id}`);
    return resource;
  };
  const property = (id: string, name: string) => plain(found(id).property(name));
  return {
    ids: type =>
      [...scope.resources.values()].filter(one => one.type === type && one.exists === true).map(({ id }) => id),
    property,
    policies(role) {
      const own = (property(role, 'Policies') ?? []) as { PolicyDocument: PolicyDocument }[];
      const managed = listed(property(role, 'ManagedPolicyArns') as string[] | undefined);
      return [
        ...own.map(({ PolicyDocument }) => PolicyDocument),
        ...managed.map(arn => property(String(arn.split('/').at(-1)), 'PolicyDocument') as PolicyDocument),
      ];
    },
    arn: id => arnOf(found(id)),
  };
}

function arnOf({ id, type }: Resource): string {
  const kind = type === 'AWS::IAM::Role' ? 'role' : 'policy';
  return `arn:aws:iam::${ACCOUNT}:${kind}/bootstrap/${id}`;
}

function plain(value: Value): unknown {
  if (value === undefined || typeof value === 'string') return value;
  if (value instanceof Unknown) throw new Error(value.why);
  if (value instanceof Token) return value.resource ? arnOf(value.resource) : ACCOUNT;
  if (value instanceof Text) return value.parts.map(plain).join('');
  if (Array.isArray(value)) return value.map(plain);
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, item]) => item !== undefined)
      .map(([key, item]) => [key, plain(item)]),
  );
}
