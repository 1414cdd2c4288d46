import { makePlan, type Plan } from '../stacks/plan.ts';
import { parseStacksFile } from '../stacks/stacks-file.ts';
import { parseTemplate, type Template } from '../stacks/template.ts';

/** A template's parsed value, free to be changed. */
export interface Draft {
  Resources: Record<string, { Type: string; Condition?: string; Properties: Record<string, unknown> }>;
  [section: string]: unknown;
}

/** Templates by short name: the order is that of the stacks. */
export type Sources = Readonly<Record<string, { file: string; text: string; parameters?: unknown }>>;

export interface Changes {
  /** Changes what was parsed; lines stay those of the text. */
  change?: (drafts: Record<string, Draft>) => unknown;
  values?: Readonly<Record<string, string>>;
  only?: readonly string[];
  region?: string;
  /** Where AWS is, when that is not AWS's own. */
  endpoint?: string;
}

/** The plan of templates that a test changes after they were parsed. */
export function changedPlan(
  sources: Sources,
  { change, values = {}, only = [], region = 'us-east-1' }: Changes = {},
): Plan {
  const parsed = Object.entries(sources).map(([name, { file, text }]): [string, Template] => {
    const result = parseTemplate(text, file);
    if ('faults' in result) throw new Error(JSON.stringify(result.faults));
    return [name, result.template];
  });
  const drafts = Object.fromEntries(
    parsed.map(([name, { value }]) => [name, structuredClone(value) as unknown as Draft]),
  );
  change?.(drafts);
  const templates = new Map(parsed.map(([name, template]) => [name, withDraft(template, drafts[name] as Draft)]));
  const stacks = Object.entries(sources).map(([name, { file, parameters = {} }]) => [
    name,
    { template: file, parameters },
  ]);
  return makePlan({
    prefix: 'p',
    entries: parseStacksFile(JSON.stringify({ stacks: Object.fromEntries(stacks) }), 'stacks.yaml'),
    templates,
    values: new Map(Object.entries(values).map(([name, value]) => [name, { value, origin: 'parameters' }])),
    only,
    tags: {},
    hasTemplateBucket: true,
    region,
  });
}

function withDraft(template: Template, draft: Draft): Template {
  const resources = Object.entries(draft.Resources).filter(([id]) => !id.startsWith('Fn::'));
  return {
    ...template,
    value: draft,
    resources: Object.fromEntries(resources.map(([id, { Type }]) => [id, { type: Type }])),
  };
}
