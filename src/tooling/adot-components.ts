/**
 * What the AWS Distro for OpenTelemetry collector v0.49.0 (July 2026, OpenTelemetry v0.156.0) is built of. It has no
 * connectors, and neither the transform processor nor much else of what OpenTelemetry's contrib distribution has.
 *
 * From https://github.com/aws-observability/aws-otel-collector: pkg/defaultcomponents/defaults.go, which release
 * v0.49.0 left as it was (pull request 3217, where the tests count 18 exporters and 18 processors, aliases included;
 * without them sapm, which upstream had removed, is no longer among the exporters), and pkg/config/config_factory.go.
 * Types and aliases are those of each component's metadata.yaml at v0.156.0.
 */
export const ADOT_COMPONENTS = {
  receivers: [
    'awscontainerinsightreceiver',
    'awsecscontainermetrics',
    'awsxray',
    'file_log',
    'jaeger',
    'kafka',
    'otlp',
    'prometheus',
    'statsd',
    'zipkin',
  ],
  processors: [
    'attributes',
    'batch',
    'cumulativetodelta',
    'deltatorate',
    'filter',
    'groupbytrace',
    'k8s_attributes',
    'memory_limiter',
    'metrics_transform',
    'metricsgeneration',
    'probabilistic_sampler',
    'resource',
    'resource_detection',
    'span',
    'tail_sampling',
  ],
  exporters: [
    'awscloudwatchlogs',
    'awsemf',
    'awsxray',
    'datadog',
    'debug',
    'file',
    'kafka',
    'load_balancing',
    'logzio',
    'otlp_grpc',
    'otlp_http',
    'prometheus',
    'prometheus_remote_write',
    'signalfx',
  ],
  extensions: ['awsproxy', 'ecs_observer', 'file_storage', 'health_check', 'pprof', 'sigv4auth', 'zpages'],
  connectors: [],
} as const satisfies Record<string, readonly string[]>;

/** Former names, which the collector takes with a warning in its log; current names are unknown to older ones. */
export const ADOT_ALIASES: { readonly [Kind in keyof typeof ADOT_COMPONENTS]?: Readonly<Record<string, string>> } = {
  receivers: { filelog: 'file_log' },
  processors: {
    k8sattributes: 'k8s_attributes',
    metricstransform: 'metrics_transform',
    resourcedetection: 'resource_detection',
  },
  exporters: {
    loadbalancing: 'load_balancing',
    otlp: 'otlp_grpc',
    otlphttp: 'otlp_http',
    prometheusremotewrite: 'prometheus_remote_write',
  },
};

/** Where it reads configuration from: what may stand before the colon of `--config` and of `${…}`. */
export const ADOT_CONFIG_PROVIDERS = ['env', 'file', 'http', 'https', 's3', 'yaml'];
