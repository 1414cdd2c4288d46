import { describe, expect, it } from 'vitest';
import { isAllowed, type Statement } from './policy.ts';

const ARN = 'arn:aws:s3:::shop/a/b';
const asked = (action: string, resource = ARN, context: Record<string, string> = {}) => ({ action, resource, context });
const allow = (statement: Partial<Statement>): Statement => ({
  Effect: 'Allow',
  Action: 's3:GetObject',
  Resource: '*',
  ...statement,
});
const allowed = (statements: Statement[], ...request: Parameters<typeof asked>) =>
  isAllowed([{ Version: '2012-10-17', Statement: statements }], asked(...request));

describe('a request is judged by', () => {
  it.each<[string, Statement, boolean]>([
    ['the action, whatever its case', allow({ Action: 'S3:getobject' }), true],
    ['one of several actions', allow({ Action: ['s3:PutObject', 's3:Get*'] }), true],
    ['an action of another service', allow({ Action: 's4:GetObject' }), false],
    ['a pattern that only begins like it', allow({ Action: 's3:Get' }), false],
    ['all actions but these', { Effect: 'Allow', NotAction: ['iam:*', 'sts:*'], Resource: '*' }, true],
    ['all actions but this one', { Effect: 'Allow', NotAction: 's3:Get*', Resource: '*' }, false],
    ['a pattern across slashes', allow({ Resource: 'arn:aws:s3:::shop/*' }), true],
    ['a pattern for one character', allow({ Resource: 'arn:aws:s3:::shop/?/?' }), true],
    ['a dot that is no pattern', allow({ Resource: 'arn.aws:s3:::shop/*' }), false],
    ['another resource', allow({ Resource: ['arn:aws:s3:::shop', 'arn:aws:s3:::shops/*'] }), false],
    ['a statement without a resource', { Effect: 'Allow', Action: 's3:*' }, false],
  ])('%s', (_, statement, expected) => {
    expect(allowed([statement], 's3:GetObject')).toBe(expected);
  });

  it('a denial, whatever else allows it', () => {
    const statements = [allow({}), { Effect: 'Deny', Action: 's3:*', Resource: ARN }];
    expect(allowed(statements, 's3:GetObject')).toBe(false);
    expect(allowed(statements, 's3:GetObject', 'arn:aws:s3:::other')).toBe(true);
  });

  it('nothing where no statement speaks of it', () => {
    expect(allowed([], 's3:GetObject')).toBe(false);
  });

  it('all of its conditions, each by any of its values', () => {
    const both = allow({
      Condition: {
        StringEquals: { 'aws:RequestedRegion': ['us-east-1', 'eu-west-1'], 'aws:x': 'y' },
        ArnLike: { 'ecs:cluster': 'arn:*:cluster/zap-*' },
      },
    });
    const good = { 'AWS:requestedregion': 'eu-west-1', 'aws:x': 'y', 'ecs:cluster': 'arn:aws:ecs:r:1:cluster/zap-x' };
    expect(allowed([both], 's3:GetObject', ARN, good)).toBe(true);
    for (const key of Object.keys(good)) {
      const { [key]: _, ...without } = good as Record<string, string>;
      expect(allowed([both], 's3:GetObject', ARN, without)).toBe(false);
      expect(allowed([both], 's3:GetObject', ARN, { ...good, [key]: 'else' })).toBe(false);
    }
  });

  it.each<[string, Record<string, Record<string, string>>, Record<string, boolean>]>([
    ['a key that must be absent', { Null: { k: 'true' } }, { absent: true, a: false, b: false }],
    ['a key that must be there', { Null: { k: 'false' } }, { absent: false, a: true, b: true }],
    ['a value, where there is one', { StringLikeIfExists: { k: 'a*' } }, { absent: true, a: true, b: false }],
    ['a value, wherever', { StringLike: { k: 'a*' } }, { absent: false, a: true, b: false }],
  ])('%s', (_, Condition, expected) => {
    const judged = Object.keys(expected).map(value => [
      value,
      allowed([allow({ Condition })], 's3:GetObject', ARN, value === 'absent' ? {} : { K: value }),
    ]);
    expect(Object.fromEntries(judged)).toEqual(expected);
  });

  it('no operator that is not known', () => {
    const unknown = allow({ Condition: { Bool: { 'aws:SecureTransport': 'true' } } });
    expect(() => allowed([unknown], 's3:GetObject', ARN, { 'aws:SecureTransport': 'true' })).toThrow(/Bool/);
  });
});
