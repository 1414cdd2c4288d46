import { resolve } from 'node:path';
import { type Fault, messageOf, UserFault } from '../runner/fault.ts';
import { isRecord } from './json-values.ts';
import { readText } from './read-text.ts';

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_SetStackPolicy.html */
const MOST_BYTES = 16_384;

/**
 * Reads a stack policy.
 *
 * @param file relative to the workspace
 * @returns its text, as AWS takes it
 * @throws UserFault for a file that cannot be read, and for what AWS would refuse
 */
export async function loadStackPolicy(file: string, workspace: string): Promise<string> {
  const path = resolve(workspace, file);
  const text = await readText(path, {
    what: `Stack policy \`${file}\` cannot be read`,
    fix: `Check input \`stack-policy\`; it is looked for at ${path}`,
  });
  const fault = policyFault(text);
  if (fault) throw new UserFault({ ...fault, place: { file } });
  return text;
}

function policyFault(text: string): Fault | undefined {
  const fix = 'Write a JSON object with `Statement`, as the guide to stack policies shows';
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    return { what: 'A stack policy must be JSON', seen: messageOf(error), fix };
  }
  if (!isRecord(value) || value.Statement === undefined)
    return { what: 'A stack policy needs `Statement`', seen: `\`${text.trim().slice(0, 60)}\``, fix };
  const bytes = Buffer.byteLength(text);
  if (bytes <= MOST_BYTES) return undefined;
  return {
    what: 'A stack policy may have 16,384 bytes at most',
    seen: `${bytes.toLocaleString('en')} bytes`,
    fix: 'Shorten it',
  };
}
