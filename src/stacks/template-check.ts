import type { Fault, Place } from '../runner/fault.ts';
import { isRecord } from './json-values.ts';
import { danglingReferences } from './references.ts';
import type { PathStep, SourceDocument } from './source-document.ts';

/** Limits of CloudFormation: https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html */
const LIMITS = { Parameters: 200, Resources: 500, Outputs: 200, Mappings: 200 } as const;

type Locate = (path: readonly PathStep[]) => Place;

/** What is wrong with a template as far as its text tells; of several layers of faults, the outermost. */
export function templateFaults(document: SourceDocument, text: string, file: string, place: Locate): Fault[] {
  if (document.faults.length > 0) {
    return document.faults.map(({ message, ...at }) => ({
      what: `Broken template: ${message}`,
      place: { file, ...at },
    }));
  }
  const { value } = document;
  if (!isRecord(value)) {
    const seen = text.trim() === '' ? 'an empty file' : `\`${text.trim().split('\n')[0]?.slice(0, 60)}\``;
    return [{ what: 'A template must be a mapping with `Resources`', seen, place: { file } }];
  }
  const layers = [
    () => sectionFaults(value, place),
    () => typeFaults(value, place),
    () => danglingReferences(value, place),
  ];
  for (const layer of layers) {
    const faults = layer();
    if (faults.length > 0) return faults;
  }
  return [];
}

function sectionFaults(value: Record<string, unknown>, place: Locate): Fault[] {
  return Object.entries(LIMITS).flatMap(([section, limit]): Fault[] => {
    const entries = value[section];
    if (entries === undefined && section !== 'Resources') return [];
    const at = place([section]);
    if (!isRecord(entries)) {
      return [{ what: `\`${section}\` must be a mapping`, fix: 'Add at least one entry, or remove it', place: at }];
    }
    const count = Object.keys(entries).length;
    if (count <= limit) return [];
    const fix = `CloudFormation takes ${limit}; split the template`;
    return [{ what: `\`${section}\` has too many entries`, seen: String(count), fix, place: at }];
  });
}

/** What resources and parameters must have, with an example. */
const TYPED = { Resources: 'AWS::S3::Bucket', Parameters: 'String' } as const;

function typeFaults(value: Record<string, unknown>, place: Locate): Fault[] {
  return Object.entries(TYPED).flatMap(([section, example]) => {
    const entries = Object.entries((value[section] ?? {}) as Record<string, unknown>);
    return entries
      .filter(([id, body]) => !id.startsWith('Fn::') && !(isRecord(body) && typeof body.Type === 'string'))
      .map(([id]) => ({
        what: `${section.slice(0, -1)} \`${id}\` has no \`Type\``,
        fix: `Give it one, such as \`Type: ${example}\``,
        place: place([section, id]),
      }));
  });
}
