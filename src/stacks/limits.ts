import type { Fault } from '../runner/fault.ts';

/** The tag that marks a stack, and through it every resource, as belonging to a prefix. */
export const PREFIX_TAG = 'zap-obs:prefix';

/** What is wrong with the tags of a run. Limits: https://docs.aws.amazon.com/tag-editor/latest/userguide/tagging.html */
export function tagFaults(tags: Readonly<Record<string, string>>): Fault[] {
  const refused = Object.entries(tags).flatMap(([key, value]): Fault[] => {
    const what = `Input \`tags\` has a tag that AWS refuses: \`${key}\``;
    if (/^aws:/i.test(key)) return [{ what, fix: "Keys that begin with `aws:` are AWS's own" }];
    if (key === PREFIX_TAG)
      return [{ what: `Tag \`${PREFIX_TAG}\` is set by zap-obs itself`, fix: 'Remove it from input `tags`' }];
    if (key.length < 1 || key.length > 128) return [{ what, fix: 'A key has 1 to 128 characters' }];
    return value.length > 256 ? [{ what, fix: 'A value has 256 characters at most' }] : [];
  });
  const count = Object.keys(tags).length;
  // One of the fifty is ours.
  return count < 50
    ? refused
    : [...refused, { what: 'Input `tags` has too many tags', seen: String(count), fix: 'Give 49 at most' }];
}

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html (template body sizes) */
const TEMPLATE_BODY_LIMIT = 51_200;
const TEMPLATE_FILE_LIMIT = 1024 * 1024;

/** Whether a template is too large for a request, and has to go through a bucket. */
export function needsUpload(bytes: number): boolean {
  return bytes > TEMPLATE_BODY_LIMIT;
}

/** What is wrong with the size of a template, if anything. */
export function sizeFaults(bytes: number, file: string, hasBucket: boolean): Fault[] {
  const fault = (limit: string, fix: string): Fault[] => [
    { what: `The template is larger than ${limit}`, seen: `${bytes.toLocaleString('en')} bytes`, fix, place: { file } },
  ];
  if (bytes > TEMPLATE_FILE_LIMIT) return fault('the 1 MB that CloudFormation takes', 'Split the template');
  if (!needsUpload(bytes) || hasBucket) return [];
  const limit = `the ${TEMPLATE_BODY_LIMIT.toLocaleString('en')} bytes of a request`;
  return fault(limit, 'Name a bucket in input `template-bucket`: larger ones go through it');
}
