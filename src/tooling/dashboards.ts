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

/** Every expression of a dashboard as Prometheus gets it, with its variables filled in, and the panel it is of. */
export function expressionsOf({ panels }: Dashboard): { panel: string; expr: string }[] {
  return panels.flatMap(({ title, targets = [] }) =>
    targets.map(({ expr }) => ({
      panel: title,
      expr: expr.replaceAll('$__rate_interval', '1m').replaceAll('$job', 'a').replaceAll('$instance', '.+'),
    })),
  );
}
