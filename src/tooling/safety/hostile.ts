import { UserFault } from '../../runner/fault.ts';
import { parseInputs } from '../../runner/inputs.ts';
import type { ActionSpec, InputSpec } from '../../runner/spec.ts';

/** What an attacker would be proud of: nothing that has this may be more than text. */
export const FORGED = 'FORGED';

/** Linux gives a program no variable of more than 128 KiB, its name included; larger texts come in files. */
const MOST = 120_000;

/** What people, and those who trick them, put into inputs. @param canary a file that comes to be where a text is run */
export function fragments(canary: string): string[] {
  return [
    ...['"', "'", '\\', `\u0022'"; touch ${canary};'`],
    ...[`$(touch ${canary})`, `\`touch ${canary}\``, `; touch ${canary};`, `| touch ${canary}`, `&& touch ${canary} &`],
    `\n touch ${canary}\n`,
    ...[`\n::error::${FORGED}`, `\r::error title=${FORGED}::${FORGED}`, `\r\n  ::add-mask::${FORGED}`],
    ...[`\n::set-output name=${FORGED}::${FORGED}`, `\n::save-state name=${FORGED}::${FORGED}`],
    ...[`\n::stop-commands::${FORGED}`, `\n::add-path::${FORGED}`, `\n::set-env name=${FORGED}::${FORGED}`],
    ...[`##[error]${FORGED}`, `\n##[group]${FORGED}`, `##[add-mask]${FORGED}`],
    ...[`%0A::error::${FORGED}`, `%0D%0A::error::${FORGED}`, `%250A::error::${FORGED}`],
    ...[`\n\u0085::warning::${FORGED}`, `\n\u2028::notice::${FORGED}`, `\n\u00a0\u3000::error::${FORGED}`],
    ...[`\n${FORGED}<<EOF\nx\nEOF\n`, `\n${FORGED}=1\n`, 'ghadelimiter_00000000-0000-0000-0000-000000000000'],
    ...[`</details><img src=x onerror=${FORGED}>`, `<script>${FORGED}</script>`, `[${FORGED}](javascript:${FORGED})`],
    ...[`\`\`\`\n\n# ${FORGED}\n`, `${'`'.repeat(3)}<img src=${FORGED}>`, `|${FORGED}|`],
    ...['${{ secrets.FORGED }}', `{{ ${FORGED} }}`, '%s%n%d', '{0}'],
    ...['ｔｒｕｅ', 'tr\u0443e', 'w\u200bait', '\u202egnp.exe', '\ufeff', '\u001b[2J\u001b]0;x\u0007', '\ud83d'],
    ...['../../../../../../etc/passwd', '/etc/passwd', 'file:///etc/passwd', '~/.ssh/id_rsa', '..\\..\\x'],
    ...['__proto__', 'constructor', '--debug=x', '-v', '--config=/tmp', '@/etc/passwd', '*', '?'],
  ];
}

/** Forms in which a pattern accepts nearly anything. */
const FORMS: readonly ((text: string) => string)[] = [
  text => text,
  text => `x${text}`,
  text => `arn:aws:iam::123456789012:role/${text}`,
  text => `http://127.0.0.1:9/${text}`,
  text => `http://127.0.0.1:9${text}`,
  text => `127.0.0.1:9/${text}@sha256:${'a'.repeat(64)}`,
];

/** What the inputs of one run are, and what is expected of it. */
export interface HostileRun {
  name: string;
  inputs: Record<string, string>;
  /** Inputs that are refused before anything is done, each with one error. */
  refused: string[];
}

/**
 * Runs of one action with hostile inputs, derived from its declaration. What the parser refuses is given at once, since it tells of
 * all bad inputs in one run; each text that it takes has a run of its own, in which the other inputs are as usual.
 */
export function hostileRuns({ inputs }: ActionSpec, canary: string): HostileRun[] {
  const all = fragments(canary);
  const refusedIn = (text: string) => Object.keys(inputs).filter(name => isRefused(inputs[name] as InputSpec, text));
  const batch = (name: string, text: string): HostileRun => {
    const refused = refusedIn(text);
    return { name, refused, inputs: Object.fromEntries(refused.map(input => [input, text])) };
  };
  return [
    batch('all that can be refused, with everything', all.join(' ')),
    batch('all that can be refused, with half of a character', '{"Name": "\\ud83d"}'),
    batch('all that can be refused, with a long text', `::error::${'x'.repeat(8000)}`),
    ...Object.entries(inputs).flatMap(([name, spec]) =>
      textsFor(spec, all)
        .filter(([, text]) => text !== '' && !isRefused(spec, text))
        .map(([kind, text]) => ({ name: `${name}: ${kind}`, refused: [], inputs: { [name]: text } })),
    ),
  ];
}

function textsFor(spec: InputSpec, all: string[]): [string, string][] {
  const everything = all.join(' ');
  if (spec.kind === 'map')
    return [
      ['everything as values', JSON.stringify({ Name: everything.toWellFormed() })],
      [
        'everything as names',
        JSON.stringify(Object.fromEntries(all.map(text => [text.toWellFormed(), text.toWellFormed()]))),
      ],
      ['a long value', JSON.stringify({ Name: 'x'.repeat(MOST) })],
    ];
  if (spec.kind === 'list')
    return [
      ['everything', all.join(',')],
      ['a long one', 'x'.repeat(MOST)],
    ];
  if (spec.kind !== 'string') return [];
  if (spec.pattern) return [['what its pattern takes', mostTaken(spec, all)]];
  return [
    ['everything', everything],
    ['a long text', 'x'.repeat(MOST)],
    ['a path out of the workspace', '../../../../../../etc/passwd'],
  ];
}

/** As much as a pattern takes, in the form in which that is most; '' where it takes nothing of it. */
function mostTaken(spec: InputSpec, all: string[]): string {
  const taken = FORMS.map(form => {
    const parts = all.reduce((text, more) => (isRefused(spec, form(text + more)) ? text : text + more), '');
    return { parts, text: form(parts) };
  });
  const most = taken.reduce((best, one) => (one.parts.trim().length > best.parts.trim().length ? one : best));
  return most.parts.trim() === '' ? '' : most.text;
}

/** Whether the one parser refuses a text for an input. */
function isRefused(spec: InputSpec, text: string): boolean {
  try {
    parseInputs({ input: spec }, () => text.toWellFormed());
    return false;
  } catch (error) {
    if (error instanceof UserFault) return true;
    throw error;
  }
}
