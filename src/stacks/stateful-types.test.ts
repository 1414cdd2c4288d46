import { loadAwsServiceSpecSync } from '@aws-cdk/aws-service-spec';
import { expect, it } from 'vitest';
import { STATEFUL_TYPES } from './stateful-types.ts';

it('has every type that the AWS service specification calls stateful, and only types that exist', () => {
  const types = loadAwsServiceSpecSync().all('resource');
  const stateful = types.filter(({ isStateful }) => isStateful).map(type => type.cloudFormationType);
  expect(stateful.filter(type => !STATEFUL_TYPES.has(type))).toEqual([]);
  const known = new Set(types.map(type => type.cloudFormationType));
  expect([...STATEFUL_TYPES].filter(type => !known.has(type))).toEqual([]);
});
