import type { StackResult } from './result.ts';
import { duration } from './words.ts';

/** Text inside a Mermaid label: what would end a label or start a comment is replaced. */
function label(text: string): string {
  return text
    .replaceAll('"', "'")
    .replaceAll(/[:;#,%{}[\]|<>\n]/g, ' ')
    .trim();
}

/** A graph of stacks: an arrow from each to those that need it, labelled with what flows. */
export function flowchart(
  nodes: readonly { id: string; text: string }[],
  edges: readonly { from: string; to: string; values: readonly string[] }[],
): string {
  const index = new Map(nodes.map(({ id }, position) => [id, `s${position}`]));
  return [
    'flowchart LR',
    ...nodes.map(({ id, text }) => `  ${index.get(id)}["${label(text)}"]`),
    ...edges.map(({ from, to, values }) => {
      const shown = values.length > 3 ? [...values.slice(0, 2), `and ${values.length - 2} more`] : values;
      return `  ${index.get(from)} -->${shown.length > 0 ? `|"${shown.map(label).join('<br/>')}"|` : ''} ${index.get(to)}`;
    }),
  ].join('\n');
}

/**
 * When the slowest resources of a run were worked on, as a Gantt chart; `undefined` when nothing took time.
 *
 * @param limit how many resources are shown
 */
export function timeline(stacks: readonly StackResult[], limit: number): string | undefined {
  const all = stacks.flatMap(stack => stack.timeline.map(time => ({ ...time, stack: stack.shortName })));
  const slowest = all.toSorted((a, b) => b.to - b.from - (a.to - a.from)).slice(0, limit);
  if (slowest.length === 0) return undefined;
  const origin = Math.min(...all.map(({ from }) => from));
  // Mermaid draws dates only: the run is drawn as if it had begun at midnight, so that the axis counts up from zero.
  const at = (instant: number) => new Date(instant - origin).toISOString().slice(0, -1);
  const sections = stacks.flatMap(({ shortName }) => {
    const rows = slowest.filter(({ stack }) => stack === shortName).toSorted((a, b) => a.from - b.from);
    if (rows.length === 0) return [];
    return [
      `  section ${label(shortName)}`,
      ...rows.map(
        ({ logicalId, from, to, failed }) =>
          `  ${label(logicalId)} (${duration(to - from)}) :${failed ? 'crit, ' : ''}${at(from)}, ${at(Math.max(to, from + 1))}`,
      ),
    ];
  });
  return [
    'gantt',
    '  dateFormat YYYY-MM-DDTHH:mm:ss.SSS',
    `  axisFormat ${axisOf(Math.max(...slowest.map(({ to }) => to)) - origin)}`,
    ...sections,
  ].join('\n');
}

function axisOf(span: number): string {
  if (span < 10_000) return '%S.%L s';
  return span < 3_600_000 ? '%M:%S' : '%H:%M';
}
