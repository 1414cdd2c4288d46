import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from './repository.ts';

/** The parts of a Grafana dashboard that tests look at. */
export interface Dashboard {
  uid: string;
  title: string;
  description: string;
  tags: string[];
  schemaVersion: number;
  templating: { list: Variable[] };
  panels: Panel[];
}

export interface Variable {
  name: string;
  type: string;
  datasource?: { type: string; uid: string };
  definition?: string;
  /** What `All` stands for. */
  allValue?: string;
  query: string | { query: string };
}

export interface Panel {
  id: number;
  type: string;
  title: string;
  description?: string;
  datasource?: { type: string; uid: string };
  gridPos: { x: number; y: number; w: number; h: number };
  targets?: { refId: string; datasource: { type: string; uid: string }; expr: string; legendFormat: string }[];
  fieldConfig?: { defaults: { unit?: string; thresholds?: { steps: { color: string; value: number | null }[] } } };
  options?: { yAxis?: { unit?: string } };
}

const FOLDER = join(ROOT, 'cloudformation', 'dashboards');

/** Every dashboard, by the name of its file. */
export function readDashboards(): Map<string, Dashboard> {
  const files = readdirSync(FOLDER).filter(file => file.endsWith('.json'));
  return new Map(files.map(file => [file, JSON.parse(readFileSync(join(FOLDER, file), 'utf8'))]));
}

/** One query of a panel, as Prometheus gets it. */
export interface Expression {
  panel: string;
  refId: string;
  expr: string;
}

/** Any values: enough to see whether expressions are valid. */
const ANY = { __rate_interval: '1m', job: 'a', instance: '.+' };

/** Every expression of a dashboard, with its variables filled in as Grafana does. */
export function expressionsOf({ panels }: Dashboard, values: Readonly<Record<string, string>> = ANY): Expression[] {
  return panels.flatMap(({ title, targets = [] }) =>
    targets.map(({ refId, expr }) => ({ panel: title, refId, expr: filled(expr, values) })),
  );
}

/**
 * A text with `$name` and `${name}` replaced.
 *
 * @throws Error for a variable without a value
 */
export function filled(text: string, values: Readonly<Record<string, string>>): string {
  return text.replaceAll(/\$(?:\{(\w+)\}|([a-zA-Z_]\w*))/g, (whole, braced, bare) => {
    const value = values[braced ?? bare];
    if (value === undefined) throw new Error(`variable ${whole} has no value`);
    return value;
  });
}

/** What a variable takes its values from: `label_values(<selector>, <label>)`. */
export function labelValuesOf({ query }: Variable): { selector: string; label: string } | undefined {
  const [, selector, label] =
    /^label_values\((.+), (\w+)\)$/.exec(typeof query === 'string' ? query : query.query) ?? [];
  return selector !== undefined && label !== undefined ? { selector, label } : undefined;
}
