import { toJsonSchema } from '@valibot/to-json-schema';
import { expectationsSchema } from '../telemetry/expectations-schema.ts';

/**
 * Where the schema of `telemetry.yaml` stands: beside the actions that read such a file, so that it is in the archive of
 * a release, and an editor finds it under the release's address.
 */
export const TELEMETRY_SCHEMA = 'actions/telemetry.schema.json';

/** The JSON Schema with which editors check and complete a `telemetry.yaml`. */
export function telemetrySchema(): string {
  const { $schema, ...rest } = toJsonSchema(expectationsSchema, { target: 'draft-07' });
  const $comment = 'Generated from src/telemetry/expectations-schema.ts by `npm run generate`; edit that instead.';
  // "No other keys" is a schema that nothing fits; `false` says the same in the usual way.
  const plain = (_: string, value: unknown) => (JSON.stringify(value) === '{"not":{}}' ? false : value);
  return `${JSON.stringify({ $schema, $comment, ...rest }, plain, 2)}\n`;
}
