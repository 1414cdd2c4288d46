/** What to do about reasons that CloudFormation gives often; the first that matches is meant. */
const ADVICE: readonly { reason: RegExp; type?: RegExp; advice: (match: RegExpMatchArray) => string }[] = [
  {
    reason: /is not authorized to perform:? iam:(CreateRole|PutRolePermissionsBoundary)/,
    advice: ([, action]) =>
      `Give input \`permissions-boundary\` the boundary that the role in input \`role-arn\` asks for, or allow \`iam:${action}\` without one`,
  },
  {
    reason: /is not authorized to perform:? ([\w-]+:\w+)/,
    advice: ([, action]) => `Allow \`${action}\` for the role that deploys (or the one in input \`role-arn\`)`,
  },
  {
    reason: /[Ee]xport .*in use by/,
    advice: () => 'Another stack imports this export: deploy that one without the import first, or delete it first',
  },
  {
    reason: /^User Initiated|cancell?ed/i,
    advice: () => 'Somebody else cancelled or deleted it; CloudTrail tells who',
  },
  {
    reason: /SSO is not enabled/i,
    advice: () => 'Enable IAM Identity Center first, or set parameter `EnableGrafana` to `false`',
  },
  {
    reason: /by stack policy/i,
    advice: () => 'Undo the change, or give another policy in input `stack-policy`, which then holds for this update',
  },
  {
    reason: /circuit breaker/i,
    advice: () =>
      'The tasks did not become healthy: look at the stopped tasks of the service and at the log groups of app and collector',
  },
  {
    reason: /did not stabilize|Exceeded attempts to wait/i,
    type: /^AWS::ECS::Service$/,
    advice: () =>
      'The tasks did not become healthy in time: look at the stopped tasks of the service and at its log groups',
  },
  {
    reason: /already exists/i,
    advice: () => 'Something else owns this name: delete it, or use another `stack-prefix`',
  },
  {
    reason: /(limit|quota)\w* (has been |was )?(exceeded|reached)|LimitExceeded|maximum number of/i,
    advice: () => 'Ask for a higher quota in Service Quotas, or free what is not needed',
  },
  {
    reason: /CannotPullContainer|pull access denied|manifest unknown/i,
    advice: () => 'Check that the image of this digest exists in this region and that the subnets reach ECR and S3',
  },
  {
    reason: /Replacement type updates not supported on stack with disable-rollback/i,
    advice: () => 'Run again with `on-failure: rollback`: AWS replaces nothing in a stack that is not rolled back',
  },
  {
    reason: /AccessDenied/i,
    advice: () => 'Widen the rights of the role that deploys (or the one in input `role-arn`)',
  },
];

/** The next step for a failed resource, or `undefined` when the reason must speak for itself. */
export function advise(reason: string, type: string): string | undefined {
  for (const rule of ADVICE) {
    const match = reason.match(rule.reason);
    if (match && (rule.type?.test(type) ?? true)) return rule.advice(match);
  }
  return undefined;
}
