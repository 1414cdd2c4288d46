/** What became of something in Grafana: `kept` was changed by somebody since we wrote it, and stays so. */
export type GrafanaOutcome = 'created' | 'updated' | 'unchanged' | 'kept' | 'failed';

export interface GrafanaItem {
  name: string;
  url: string;
  outcome: GrafanaOutcome;
}

/** What Grafana has for the stacks of a run. Plain data. */
export interface GrafanaResult {
  /** Where Grafana is opened. */
  url: string;
  dataSources: GrafanaItem[];
  dashboards: GrafanaItem[];
  /** Why it ended early, as a sentence without a full stop. */
  stopped?: string | undefined;
}
