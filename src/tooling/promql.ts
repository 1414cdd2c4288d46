import { parser } from '@prometheus-io/lezer-promql';

/** What a PromQL expression reads. */
export interface PromqlUse {
  /** Names of metrics, those in a matcher of `__name__` included. */
  readonly metrics: readonly string[];
  /** Names of labels, in matchers and after `by`, `on` and the like; not those that functions take as text. */
  readonly labels: readonly string[];
}

/**
 * Reads an expression with the grammar that Prometheus keeps for its own editor.
 *
 * @throws where it is no PromQL
 */
export function readPromql(expression: string): PromqlUse {
  const metrics = new Set<string>();
  const labels = new Set<string>();
  parser.parse(expression).iterate({
    enter: ({ name, type, from, to, node }) => {
      const text = expression.slice(from, to);
      if (type.isError) throw new Error(`no PromQL at character ${from + 1}: ${expression}`);
      if (name === 'Identifier' && node.parent?.name === 'VectorSelector') metrics.add(text);
      if (name !== 'LabelName') return;
      const value = node.parent?.getChild('StringLiteral');
      if (text !== '__name__') labels.add(text);
      else if (value) metrics.add(expression.slice(value.from + 1, value.to - 1));
    },
  });
  return { metrics: [...metrics], labels: [...labels] };
}
