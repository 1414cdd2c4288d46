import { AwsError } from '../../wire/aws-error.ts';
import { type Params, requiredText, text } from '../../wire/params.ts';
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

/** So many items a page has when the call does not say. */
const PAGE = 100;

/**
 * One page of a list, by `maxResults` and `nextToken`. In the order of the keys, so that a token keeps its place while items
 * before and after it come and go.
 *
 * @throws AwsError InvalidParameterException
 */
export function pageOf<Item>(all: Iterable<Item>, keyOf: (item: Item) => string, params: Params) {
  const size = Number(text(params, 'maxResults') ?? PAGE);
  if (!Number.isInteger(size) || size < 1 || size > 1000)
    throw invalid('maxResults', 'Member must be between 1 and 1000');
  const after = placeOf(text(params, 'nextToken'));
  const rest = [...all]
    .map(item => ({ item, key: keyOf(item) }))
    .filter(({ key }) => after === undefined || key > after)
    .sort((a, b) => (a.key < b.key ? -1 : 1));
  const page = rest.slice(0, size);
  const last = rest.length > size ? page.at(-1)?.key : undefined;
  const nextToken = last === undefined ? undefined : Buffer.from(`${TOKEN}${last}`).toString('base64');
  return { items: page.map(({ item }) => item), nextToken };
}

/** What is no token of ours is told from one. */
const TOKEN = 'after ';

function placeOf(token: string | undefined): string | undefined {
  if (token === undefined) return undefined;
  const place = Buffer.from(token, 'base64').toString();
  if (place.startsWith(TOKEN)) return place.slice(TOKEN.length);
  throw invalid('nextToken', 'Member must be a token of an earlier call');
}

/** What ECR says of a parameter. */
export function invalid(member: string, rule: string): AwsError {
  return new AwsError(
    'InvalidParameterException',
    `Invalid parameter at '${member}' failed to satisfy constraint: '${rule}'`,
  );
}
