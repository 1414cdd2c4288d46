import { AwsError } from '../../wire/aws-error.ts';
import { type Params, requiredText } from '../../wire/params.ts';
import type { ServiceRequest } from '../../wire/service.ts';
import type { Repository } from './repositories.ts';
import type { EcrStore } from './store.ts';

/** A call's repository. Throws RepositoryNotFoundException. */
export function repositoryOf(store: EcrStore, { region }: ServiceRequest, params: Params): Repository {
  return store.repositories.find(region, requiredText(params, 'repositoryName'));
}

/** Times are seconds since 1970, as JSON 1.1 has them. */
export function seconds(time: Date | string): number {
  return new Date(time).getTime() / 1000;
}

/** What ECR says of a parameter. */
export function invalid(member: string, rule: string): AwsError {
  return new AwsError(
    'InvalidParameterException',
    `Invalid parameter at '${member}' failed to satisfy constraint: '${rule}'`,
  );
}
