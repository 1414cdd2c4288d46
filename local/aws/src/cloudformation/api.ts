import { validationError } from '../wire/aws-error.ts';
import { type Params, requiredText } from '../wire/params.ts';
import type { Answer } from '../wire/xml.ts';
import type { Engine } from './engine.ts';
import type { Definition, Stack } from './state.ts';

/** What an API call has at hand. */
export interface ApiContext {
  engine: Engine;
  region: string;
}

/** One API call: its parameters in, the members of its result out; throws `AwsError`. */
export type ApiAction = (context: ApiContext, params: Params) => Answer;

/** How the calls word it when a stack is missing; AWS is not uniform. */
type MissingWording = 'brackets' | 'with id';

/** The stack that a request names; throws AWS's ValidationError when there is none. */
export function stackOf({ engine, region }: ApiContext, params: Params, wording: MissingWording = 'with id'): Stack {
  const name = requiredText(params, 'StackName');
  const stack = engine.find(region, name);
  if (stack) return stack;
  throw validationError(
    wording === 'brackets' ? `Stack [${name}] does not exist` : `Stack with id ${name} does not exist`,
  );
}

/** A page of a list and the token of the next one. */
export interface Page<T> {
  items: T[];
  NextToken: string | undefined;
}

/** Cuts a page out of a list that only grows at its end, or not at all between two pages. Tokens are opaque to clients. */
export function pageOf<T>(list: readonly T[], params: Params, size = 100): Page<T> {
  const start = readToken(params);
  const end = start + size;
  return { items: list.slice(start, end), NextToken: end < list.length ? writeToken(end) : undefined };
}

/** Where a page starts: what its token says, or `start` without one. Throws ValidationError for a token that is none. */
export function readToken(params: Params, start = 0): number {
  const token = params.NextToken;
  if (token === undefined || token === '') return start;
  const [, offset] = /^offset:(\d+)$/.exec(Buffer.from(String(token), 'base64url').toString()) ?? [];
  if (offset === undefined) throw validationError('Invalid NextToken');
  return Number(offset);
}

/** The token of the page that starts there. */
export function writeToken(offset: number): string {
  return Buffer.from(`offset:${offset}`).toString('base64url');
}

/** A stack's or a change set's parameters as answers show them: secret values as asterisks. */
export function shownParameters(definition: Definition): Answer[] {
  return definition.parameters.map(({ key, value, resolved, noEcho }) => ({
    ParameterKey: key,
    ParameterValue: noEcho ? '****' : value,
    ResolvedValue: resolved,
  }));
}
