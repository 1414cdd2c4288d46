import { type Fault, type Place, throwIfAny } from '../runner/fault.ts';
import { isRecord } from './json-values.ts';
import { parseSource } from './source-document.ts';

/** A set of parameters that has a name. */
export interface Profile {
  /** As the user wrote it: a name, or a path. */
  name: string;
  /** One that zap-obs brings: made for its own templates, it is used as far as those of a run have what it names. */
  isBundled: boolean;
  /** By `P` or `<short name>.P`, as in input `parameters`. */
  values: ReadonlyMap<string, { value: string; place: Place }>;
}

const EXAMPLE = 'Write one `Name: value` a line, or a JSON object';

/**
 * Reads a profile; every value stays as it is written.
 *
 * @param file the name used in messages
 * @throws UserFault with every fault of the file, each at its line and column
 */
export function parseProfile(text: string, file: string): Profile['values'] {
  const document = parseSource(text);
  throwIfAny(
    document.faults.map(({ message, ...at }) => ({ what: `Broken YAML: ${message}`, place: { file, ...at } })),
  );
  // A profile of which every line is a comment changes nothing, and is none the worse for it.
  const content = document.value ?? {};
  if (!isRecord(content)) throwIfAny([{ what: 'The profile is no mapping', fix: EXAMPLE, place: { file } }]);
  const faults: Fault[] = [];
  const values = Object.entries(content).map(([name, item]) => {
    const place = { file, ...document.locate([name]) };
    const value = Array.isArray(item)
      ? joined(item.map((one, index) => scalar(one, document.textAt([name, index]))))
      : scalar(item, document.textAt([name]));
    if (value === undefined) {
      // A value may be a secret: what was seen is described, not shown.
      const what = `\`${name}\` has a value that is neither a scalar nor a list of scalars`;
      faults.push({ what, fix: EXAMPLE, place });
    }
    return [name, { value: value ?? '', place }] as const;
  });
  throwIfAny(faults);
  return new Map(values);
}

/** The text of a scalar; `null` without quotes is YAML's and JSON's word for nothing. */
function scalar(item: unknown, written: string | undefined): string | undefined {
  if (item === null) return '';
  return typeof item === 'object' ? undefined : written;
}

function joined(items: readonly (string | undefined)[]): string | undefined {
  return items.includes(undefined) ? undefined : items.join(',');
}
