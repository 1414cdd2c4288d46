/** An error as an AWS service reports it: its code, its text and its HTTP status. Everything else that is thrown is a bug. */
export class AwsError extends Error {
  readonly code: string;
  readonly status: number;

  constructor(code: string, message: string, status = 400) {
    super(message);
    this.name = 'AwsError';
    this.code = code;
    this.status = status;
  }
}

/** CloudFormation's one error for nearly everything that is wrong with a request. */
export function validationError(message: string): AwsError {
  return new AwsError('ValidationError', message);
}

/** The error of a member that breaks the API model's constraint on it, e.g. `Member must not be null`. */
export function constraintError(member: string, value: string | null, rule: string): AwsError {
  const seen = value === null ? 'null' : `'${value}'`;
  return validationError(
    `1 validation error detected: Value ${seen} at '${member}' failed to satisfy constraint: ${rule}`,
  );
}
