/** An error as registries report it, with the words of ECR. */
export class RegistryError extends Error {
  readonly status: number;
  readonly code: string;

  constructor(status: number, code: string, message: string) {
    super(message);
    this.name = 'RegistryError';
    this.status = status;
    this.code = code;
  }

  /** @see https://github.com/opencontainers/distribution-spec/blob/main/spec.md#error-codes */
  get body(): string {
    return JSON.stringify({ errors: [{ code: this.code, message: this.message }] });
  }
}
