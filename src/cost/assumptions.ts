/** What no template tells. Each is a rough count for a service that has nothing to do. */
export const ASSUMED = {
  /** Of the application (a histogram for each route and status), its runtime, its task and its collector. */
  seriesPerTask: 300,
  /** People who change dashboards in a month; those who only look cost less. */
  grafanaEditors: 1,
  /** What the containers of a task print in a month. */
  logGigabytesPerTask: 0.2,
  /** A load balancer's health checks alone are two records each. */
  flowLogGigabytes: 3,
  /** Metrics of Container Insights; AWS publishes which there are, not how many a service makes. */
  insightsMetricsPerCluster: 14,
  insightsMetricsPerService: 26,
  enhancedMetricsPerTask: 32,
  /** Target tracking makes one alarm to add tasks and one to remove them. */
  alarmsPerTrackingPolicy: 2,
} as const;

/** The same in words, for whoever reads the sum. */
export const ASSUMPTIONS: readonly string[] = [
  `${ASSUMED.seriesPerTask} series of metrics a task`,
  `${ASSUMED.grafanaEditors} editor of Grafana`,
  `${ASSUMED.logGigabytesPerTask} GB of logs a task, ${ASSUMED.flowLogGigabytes} GB of flow logs`,
  `Container Insights: ${ASSUMED.insightsMetricsPerCluster} metrics a cluster and ${ASSUMED.insightsMetricsPerService} a service, enhanced ${ASSUMED.enhancedMetricsPerTask} more a task`,
];

/** What grows with use, and is in no sum. */
export const NOT_COUNTED =
  'traffic (load balancer capacity units, data through endpoints and NAT gateways, data transfer), traces, queries, what is stored, free tiers and taxes';
