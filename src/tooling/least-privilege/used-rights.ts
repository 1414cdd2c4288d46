import { type LocalAws, type Right, rightsOf } from '@zap-obs/local-aws';
import { ACCOUNT, REGION } from './bootstrap.ts';

/** The rights that a role has used. */
export function usedBy(aws: LocalAws, role: string): Right[] {
  const session = role.replace(':iam:', ':sts:').replace(/:role\/.*\//, ':assumed-role/');
  return aws.usedRights().filter(({ caller }) => caller.startsWith(`${session}/`));
}

/** What Docker asks of a registry when it pushes what is not there, and copies what is. */
export function rightsOfDocker(repository: string): Right[] {
  return ['HeadBlob', 'PutBlob', 'GetBlob', 'HeadManifest', 'GetManifest', 'PutManifest'].flatMap(action =>
    rightsOf({
      service: 'ecr-registry',
      action,
      params: { repositoryName: repository },
      region: REGION,
      account: ACCOUNT,
    }),
  );
}
