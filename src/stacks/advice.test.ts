import { expect, it } from 'vitest';
import { advise } from './advice.ts';

const refused = (action: string) =>
  `User: arn:aws:sts::1:assumed-role/execution/x is not authorized to perform: ${action} on resource: arn:aws:iam::1:role/shop because no identity-based policy allows the ${action} action`;

it('names the boundary where a role may be made only under one', () => {
  expect(advise(refused('iam:CreateRole'), 'AWS::IAM::Role')).toMatch(
    /^Give input `permissions-boundary` .* `iam:CreateRole`/,
  );
  expect(advise(refused('iam:TagRole'), 'AWS::IAM::Role')).toBe(
    'Allow `iam:TagRole` for the role that deploys (or the one in input `role-arn`)',
  );
});
