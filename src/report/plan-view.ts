import { blocks, code, fenced, folded, plain, prose, table } from './markdown.ts';
import { flowchart } from './mermaid.ts';
import { count } from './words.ts';

/** A plan as it is shown, before anything is done. Plain data. */
export interface PlanView {
  stacks: readonly {
    shortName: string;
    stackName: string;
    template: string;
    /** Short names of what is deployed before it. */
    after: readonly string[];
    capabilities: readonly string[];
    resources: number;
    bytes: number;
    parameters: readonly ParameterView[];
  }[];
  /** Values that flow from one stack to another. */
  edges: readonly { from: string; to: string; values: readonly string[] }[];
  /** Empty when it was not looked at. */
  reachability: readonly ReachabilityView[];
  /** What else there is to know about it, a line each. */
  notes: readonly string[];
}

/** Whether a service can reach something that it needs. */
export interface ReachabilityView {
  /** `<short name of its stack>.<logical id>` */
  service: string;
  need: string;
  verdict: 'reachable' | 'blocked' | 'unknown';
  /** Through what, or why not; backticks mark code. */
  detail: string;
}

export interface ParameterView {
  name: string;
  /** Where the value comes from, in words. */
  source: string;
  /** The value when it is known before the run and may be shown. */
  value?: string | undefined;
}

/** The plan as lines of a log. */
export function planLines(plan: PlanView): string[] {
  return [...plan.stacks.flatMap(stackLines), ...plan.notes, ...plan.reachability.map(reachabilityLine)];
}

function stackLines(stack: PlanView['stacks'][number]): string[] {
  const facts = [
    kilobytes(stack.bytes),
    count(stack.resources, 'resource'),
    ...stack.capabilities,
    ...(stack.after.length > 0 ? [`after ${stack.after.join(', ')}`] : []),
  ];
  const width = Math.max(0, ...stack.parameters.map(({ name }) => name.length));
  return [
    `${stack.stackName}  (${stack.template}: ${facts.join(', ')})`,
    ...stack.parameters.map(
      ({ name, source, value }) => `    ${name.padEnd(width)}  ${value === undefined ? source : worded(source, value)}`,
    ),
  ];
}

function worded(source: string, value: string): string {
  const text = shorten(value);
  return text.trim() === '' ? `${source}, empty` : `${source}: ${text}`;
}

/** The plan as a folded section of the job summary: a table of stacks, where each parameter comes from, and a graph. */
export function planMarkdown(plan: PlanView): string {
  const stacks = table(
    ['Stack', 'Template', 'Size', 'Resources', 'After', 'Capabilities'],
    plan.stacks.map(stack => [
      code(stack.stackName),
      code(stack.template),
      kilobytes(stack.bytes),
      String(stack.resources),
      stack.after.join(', ') || '—',
      stack.capabilities.join(', ') || '—',
    ]),
  );
  const parameters = table(
    ['Stack', 'Parameter', 'Comes from', 'Value'],
    plan.stacks.flatMap(stack =>
      stack.parameters.map(({ name, source, value }) => [
        stack.shortName,
        code(name),
        plain(source),
        value === undefined ? '' : code(shorten(value)),
      ]),
    ),
  );
  const nodes = plan.stacks.map(({ shortName }) => ({ id: shortName, text: shortName }));
  const known = new Set(nodes.map(({ id }) => id));
  const others = [...new Set(plan.edges.map(({ from }) => from))]
    .filter(name => !known.has(name))
    .map(name => ({ id: name, text: `${name} (as deployed)` }));
  const graph = fenced('mermaid', flowchart([...nodes, ...others], plan.edges));
  return folded('Plan', blocks(graph, stacks, parameters, reachabilityTable(plan.reachability)));
}

const VERDICT = { reachable: 'reachable', blocked: 'blocked', unknown: 'cannot tell' } as const;

function reachabilityLine({ service, need, verdict, detail }: ReachabilityView): string {
  const words = verdict === 'reachable' ? `${VERDICT[verdict]} ${detail}` : `${VERDICT[verdict]}: ${detail}`;
  return `${service} → ${need}: ${words.replaceAll('`', '')}`;
}

function reachabilityTable(findings: readonly ReachabilityView[]): string {
  const rows = findings.map(({ service, need, verdict, detail }) => {
    const word = verdict === 'blocked' ? `**${VERDICT[verdict]}**` : VERDICT[verdict];
    return [code(service), plain(need), word, prose(detail)];
  });
  return rows.length === 0 ? '' : table(['Service', 'Needs', 'Verdict', 'Why'], rows);
}

function kilobytes(bytes: number): string {
  return `${(bytes / 1000).toFixed(1)} kB`;
}

function shorten(value: string): string {
  const line = value.replaceAll(/\s+/g, ' ');
  return line.length > 80 ? `${line.slice(0, 77)}…` : line;
}
