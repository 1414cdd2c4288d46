// Expressions for what a workflow passes on. A run that nobody called, after a push, has no inputs at all: the variables of the
// repository stand in for them, and for what only the caller can know, the sample application of this one.

/** What stands in for inputs that are not given. */
export interface StandIns {
  /** Expressions of variables of the repository or of the environment, by input. */
  variables: Readonly<Record<string, string>>;
  /** Values in a run that was not called, by input. */
  uncalled: Readonly<Record<string, string>>;
  /** An input that is never empty when the workflow is called, and always absent when it is not. */
  calledBy: string;
}

/** Variables that the workflows know; cloudformation/bootstrap-github-oidc.yaml puts out the values of those of roles. */
export const VARIABLES = {
  'stack-prefix': 'vars.STACK_PREFIX',
  'aws-region': 'vars.AWS_REGION',
  'role-to-assume': 'vars.AWS_ROLE_ARN',
  'role-arn': 'vars.AWS_EXECUTION_ROLE_ARN',
  'validate-role': 'vars.AWS_VALIDATE_ROLE_ARN',
  // The execution role makes roles for the stacks under this boundary only.
  'permissions-boundary': 'vars.AWS_PERMISSIONS_BOUNDARY_ARN',
} as const;

/** The value of an input, as an expression without its braces. */
export function valueFor(name: string, { variables, uncalled, calledBy }: StandIns): string {
  const [variable, value] = [variables[name], uncalled[name]];
  return [
    `inputs.${name}`,
    ...(variable === undefined ? [] : [variable]),
    // Empty on purpose it stays empty, since `false || ''` is.
    ...(value === undefined ? [] : [`!inputs.${calledBy} && '${value}'`, "''"]),
  ].join(' || ');
}

/** In the braces of an expression. */
export function expression(text: string): string {
  return `\${{ ${text} }}`;
}
