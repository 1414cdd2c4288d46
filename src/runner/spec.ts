/** What the documentation and every `action.yml` say about an input. */
interface InputWords {
  /** One or two sentences in Markdown; shown in `action.yml` and in the README. */
  description: string;
  /** Shown folded away in the README: most users never need it. */
  advanced?: boolean;
}

/** A span of time as users write it. */
type Duration = `${number}${'s' | 'm' | 'h'}`;

/**
 * One input of an action, declared once: the parser, the types, `action.yml` and the README all derive from it.
 * An input without `default` and without `required` is `undefined` when the user leaves it empty.
 */
export type InputSpec = InputWords &
  (
    | {
        kind: 'string';
        default?: string;
        required?: true;
        pattern?: { regex: RegExp; accepts: string };
        /** Left empty on purpose it stays so: only `action.yml` gives the default, where the input is not named. */
        staysEmpty?: true;
      }
    | { kind: 'boolean'; default: boolean }
    | { kind: 'integer'; default?: number; required?: true; min?: number; max?: number }
    /** `90s`, `30m` or `2h`; parsed to milliseconds. */
    | { kind: 'duration'; default?: Duration; min?: Duration; max?: Duration }
    | { kind: 'enum'; values: readonly string[]; default?: string; required?: true }
    /** Separated by commas or newlines. */
    | { kind: 'list' }
    /** A YAML or JSON mapping; every scalar is kept as it was written, a sequence becomes a comma-separated string. */
    | { kind: 'map' }
  );

export type InputSpecs = Readonly<Record<string, InputSpec>>;

/** The words of an output; its value is always a string when the runner sees it. */
export interface OutputSpec {
  description: string;
}

/** Everything the outside sees of an action. */
export interface ActionSpec<
  I extends InputSpecs = InputSpecs,
  O extends Readonly<Record<string, OutputSpec>> = Readonly<Record<string, OutputSpec>>,
> {
  /** Kebab-case; the folder under `actions/` and the stub under `dist/`. */
  name: string;
  /** The title on the marketplace and in the README. */
  title: string;
  description: string;
  /** An icon of Feather and a colour, as `branding` in `action.yml` wants them. */
  icon: string;
  color: string;
  /** After the job, what it left under way at AWS is seen to its end. */
  hasCleanUp?: true;
  inputs: I;
  outputs: O;
}

type Presence<I, T> = I extends { default: unknown } | { required: true } ? T : T | undefined;

/** The type of an input's parsed value. */
export type InputValue<I extends InputSpec> = I extends { kind: 'boolean' }
  ? boolean
  : I extends { kind: 'integer' }
    ? Presence<I, number>
    : I extends { kind: 'duration' }
      ? Presence<I, number>
      : I extends { kind: 'enum'; values: readonly (infer V)[] }
        ? Presence<I, V>
        : I extends { kind: 'list' }
          ? string[]
          : I extends { kind: 'map' }
            ? Readonly<Record<string, string>>
            : Presence<I, string>;

/** The parsed inputs of an action; reading one that is not declared does not compile. */
export type InputValues<I extends InputSpecs> = { readonly [K in keyof I]: InputValue<I[K]> };

/** Checks a declaration against `ActionSpec` and keeps its literal types. */
export function declareAction<const I extends InputSpecs, const O extends Readonly<Record<string, OutputSpec>>>(
  spec: ActionSpec<I, O>,
): ActionSpec<I, O> {
  return spec;
}
