import { type Document, isMap, isScalar, isSeq, parseDocument, visit } from 'yaml';
import { parseSource } from '../stacks/source-document.ts';

type Path = readonly (string | number)[];

/** How the collector on a developer's machine differs from the one beside a task. */
interface Difference {
  /** Why, for the head of the generated file. */
  readonly because: string;
  /** What is not there: pairs of a map, or members of a list. */
  readonly without?: readonly Path[];
  readonly with?: readonly { readonly at: Path; readonly value: unknown }[];
}

export const LOCAL_DIFFERENCES: readonly Difference[] = [
  {
    because: 'The application is another container of the compose network, so the receivers listen on all addresses.',
    with: [
      { at: ['receivers', 'otlp', 'protocols', 'grpc', 'endpoint'], value: '0.0.0.0:4317' },
      { at: ['receivers', 'otlp', 'protocols', 'http', 'endpoint'], value: '0.0.0.0:4318' },
    ],
  },
  {
    because: 'There is no ECS task: the receiver for its metrics would not start, so that its pipeline is not there.',
    without: [
      ['receivers', 'awsecscontainermetrics'],
      ['processors', 'filter/task'],
      ['exporters', 'prometheusremotewrite/task'],
      ['service', 'pipelines', 'metrics/task'],
      ['processors', 'resourcedetection', 'detectors', 'ecs'],
    ],
  },
  {
    because: 'No task gives its id: there is one collector, and instance and log stream say so.',
    with: [
      {
        at: ['processors', 'resource/instance', 'attributes'],
        value: [{ key: 'service.instance.id', value: 'local', action: 'insert' }],
      },
      { at: ['exporters', 'awscloudwatchlogs', 'log_stream_name'], value: 'otlp/local' },
    ],
  },
  {
    because: 'The local Prometheus asks for no signature.',
    without: [
      ['extensions', 'sigv4auth'],
      ['service', 'extensions', 'sigv4auth'],
      ['exporters', 'prometheusremotewrite/app', 'auth'],
    ],
  },
];

/** What an environment variable is where nobody sets it, so that a compose file need not. */
export const LOCAL_DEFAULTS: Readonly<Record<string, string>> = {
  AWS_PROMETHEUS_ENDPOINT: 'http://prometheus:9090/api/v1/write',
  METRIC_INTERVAL_MILLISECONDS: '5000',
  TELEMETRY_LOG_GROUP: '/aws/ecs/zap-adot-logs',
};

const TEMPLATE = 'cloudformation/2-ecs-fargate-template.yaml';

const HEAD = [
  `Generated from AOT_CONFIG_CONTENT in ${TEMPLATE} by \`npm run generate\`; edit that, or the`,
  'differences in src/tooling/collector-config.ts, instead.',
  '',
  'AWS_REGION and credentials come from the environment, as do AWS_ENDPOINT_URL_XRAY and',
  'AWS_ENDPOINT_URL_CLOUDWATCH_LOGS, with which traces and logs go to another place than AWS.',
  '',
  'Where it differs from the collector beside a task:',
  ...LOCAL_DIFFERENCES.map(({ because }) => `- ${because}`),
  '- Environment variables have defaults.',
];

/** A container of the application's template, and what it is given. */
export interface Container {
  readonly Name: string;
  readonly Command?: readonly string[];
  readonly Environment: readonly { readonly Name: string; readonly Value: unknown }[];
}

/** The containers of a task. */
export function containersOf(template: string): readonly Container[] {
  const { value } = parseSource(template);
  const { TaskDefinition } = (
    value as { Resources: { TaskDefinition: { Properties: { ContainerDefinitions: Container[] } } } }
  ).Resources;
  return TaskDefinition.Properties.ContainerDefinitions;
}

/** The configuration of the collector beside a task, as the template of the application gives it. */
export function collectorConfig(template: string): string {
  const collector = containersOf(template).find(({ Name }) => Name === 'collector');
  const content = collector?.Environment.find(({ Name }) => Name === 'AOT_CONFIG_CONTENT')?.Value;
  if (typeof content !== 'string') throw new Error(`${TEMPLATE} gives its collector no AOT_CONFIG_CONTENT`);
  return content;
}

/**
 * The configuration of the collector on a developer's machine: the same but for {@link LOCAL_DIFFERENCES} and
 * {@link LOCAL_DEFAULTS}.
 *
 * @throws when a difference names what is not there, since it would be one no longer
 */
export function localCollectorConfig(template: string): string {
  const document = parseDocument(collectorConfig(template));
  for (const { without = [], with: changed = [] } of LOCAL_DIFFERENCES) {
    for (const path of without) remove(document, path);
    for (const { at, value } of changed) replace(document, at, value);
  }
  giveDefaults(document);
  document.commentBefore = HEAD.map(line => (line === '' ? '' : ` ${line}`)).join('\n');
  // Lists as the formatter writes them; the library knows no padding for maps alone.
  return document.toString({ lineWidth: 0 }).replaceAll(/\[ ([^[\]]*) \]/g, '[$1]');
}

function remove(document: Document, path: Path): void {
  const parent = document.getIn(path.slice(0, -1));
  const name = path.at(-1);
  const index = isSeq(parent) ? parent.items.findIndex(item => isScalar(item) && item.value === name) : name;
  const gone = isMap(parent) ? parent.delete(name) : isSeq(parent) && parent.delete(index);
  if (!gone) throw new Error(`the collector’s configuration has no ${path.join(' → ')} to leave out`);
}

function replace(document: Document, path: Path, value: unknown): void {
  if (!document.hasIn(path)) throw new Error(`the collector’s configuration has no ${path.join(' → ')} to replace`);
  const owner = document.getIn(path.slice(0, -1));
  // What stood above a list that is replaced as a whole was about the old one.
  if (Array.isArray(value)) uncomment(document, path.slice(0, -1));
  if (isMap(owner)) owner.set(path.at(-1), document.createNode(value));
}

/** Takes the comment away that stands above a pair. */
function uncomment(document: Document, path: Path): void {
  const parent = document.getIn(path.slice(0, -1));
  if (!isMap(parent)) return;
  for (const { key } of parent.items) if (isScalar(key) && key.value === path.at(-1)) key.commentBefore = null;
}

function giveDefaults(document: Document): void {
  visit(document, {
    Scalar: (_, scalar) => {
      if (typeof scalar.value !== 'string') return;
      scalar.value = scalar.value.replaceAll(/\$\{env:(\w+)\}/g, (whole, name) => {
        const value = LOCAL_DEFAULTS[name];
        return value === undefined ? whole : `\${env:${name}:-${value}}`;
      });
    },
  });
}
