import { PALETTES } from './palette.ts';
import { type Arrow, type Box, type Drawing, type Frame, svgOf } from './shapes.ts';

/** Middles of the columns in which endpoints and, below them, services stand. */
const COLUMNS = { s3: 180, 'ecr.api': 332, 'ecr.dkr': 484, logs: 636, xray: 788, 'aps-workspaces': 940 } as const;
const COLUMN_WIDTH = 142;
const ROWS = { users: 24, balancer: 232, task: 366, endpoints: 554, services: 712, grafana: 846 } as const;
const ENDPOINTS_END = ROWS.endpoints + 40;

type Column = keyof typeof COLUMNS;

const endpoint = (column: Column, name: string = column): Box => ({
  name,
  x: COLUMNS[column] - COLUMN_WIDTH / 2,
  y: ROWS.endpoints,
  width: COLUMN_WIDTH,
  height: 40,
});

const service = (from: Column, to: Column, name: string, note: string, mark: Box['mark'] & string): Box => ({
  name,
  note,
  mark,
  x: COLUMNS[from] - COLUMN_WIDTH / 2,
  y: ROWS.services,
  width: COLUMNS[to] - COLUMNS[from] + COLUMN_WIDTH,
  height: 58,
});

/** From an endpoint down to its service, out of the VPC. */
const leaving = (column: Column, flow: Arrow['flow'], text?: string): Arrow => ({
  flow,
  points: [
    [COLUMNS[column], ENDPOINTS_END],
    [COLUMNS[column], ROWS.services - 2],
  ],
  ...(text !== undefined && { label: { text, x: COLUMNS[column] + 9, y: ROWS.services - 22 } }),
});

const reading = (column: Column, text?: string): Arrow => ({
  flow: 'reading',
  points: [
    [COLUMNS[column], ROWS.grafana],
    [COLUMNS[column], ROWS.services + 60],
  ],
  ...(text !== undefined && { label: { text, x: COLUMNS[column] + 9, y: ROWS.grafana - 33 } }),
});

/** A zone with its subnets; the second one mirrors the first. */
const zone = (name: string, x: number, mirrored: boolean): Frame[] => [
  { kind: 'zone', name, mirrored, x, y: 170, width: 470, height: 454 },
  { kind: 'public', name: 'Public subnet', mirrored, x: x + 16, y: 202, width: 438, height: 106 },
  { kind: 'private', name: 'Private subnet', mirrored, x: x + 16, y: 326, width: 438, height: 282 },
  { kind: 'group', name: 'Task on Fargate', mirrored, x: x + 32, y: ROWS.task, width: 406, height: 112 },
];

/** The containers of a task; the second zone mirrors the first, so that both applications stand below the load balancer. */
const task = (app: number, collector: number): Box[] => [
  { name: 'app', note: 'your image', mark: 'requests', x: app, y: ROWS.task + 38, width: 150, height: 58 },
  {
    name: 'collector',
    note: 'OpenTelemetry',
    mark: 'telemetry',
    x: collector,
    y: ROWS.task + 38,
    width: 150,
    height: 58,
  },
];

const drawing: Drawing = {
  title: 'What zap-obs deploys',
  description:
    'Requests reach a load balancer in the public subnets of two zones and from there the application in a Fargate task of each private subnet. Beside it a collector takes its telemetry over OTLP. Tasks reach ECR, S3, CloudWatch Logs, X-Ray and Managed Prometheus through VPC endpoints only. Managed Grafana reads metrics, traces and logs.',
  width: 1120,
  height: 936,
  frames: [
    { kind: 'region', name: 'AWS Region', x: 20, y: 104, width: 1080, height: 816 },
    { kind: 'vpc', name: 'VPC', x: 48, y: 140, width: 1024, height: 504 },
    ...zone('Zone 1', 76, false),
    ...zone('Zone 2; by parameter, 3', 574, true),
    {
      kind: 'group',
      name: 'VPC endpoints: an address in each zone, or, cheaper, in one; for S3 a route',
      x: 100,
      y: ROWS.endpoints - 34,
      width: 920,
      height: 82,
    },
  ],
  arrows: [
    {
      flow: 'requests',
      points: [
        [560, ROWS.users + 52],
        [560, ROWS.balancer - 2],
      ],
      label: { text: 'HTTPS, or HTTP without a certificate', x: 570, y: 96 },
    },
    ...[420, 700].map(
      (x): Arrow => ({
        flow: 'requests',
        points: [
          [x, ROWS.balancer + 60],
          [x, ROWS.task + 36],
        ],
      }),
    ),
    {
      flow: 'telemetry',
      points: [
        [345, ROWS.task + 67],
        [287, ROWS.task + 67],
      ],
      label: { text: 'OTLP', x: 316, y: ROWS.task + 58, anchor: 'middle' },
    },
    {
      flow: 'telemetry',
      points: [
        [775, ROWS.task + 67],
        [833, ROWS.task + 67],
      ],
      label: { text: 'OTLP', x: 804, y: ROWS.task + 58, anchor: 'middle' },
    },
    ...[311, 809].map(
      (x): Arrow => ({
        flow: 'telemetry',
        points: [
          [x, ROWS.task + 112],
          [x, ROWS.endpoints - 36],
        ],
        label: { text: 'port 443, nowhere else', x: x + 10, y: ROWS.task + 137 },
      }),
    ),
    leaving('s3', 'images', 'layers'),
    leaving('ecr.api', 'images'),
    leaving('ecr.dkr', 'images', 'images'),
    leaving('logs', 'telemetry', 'logs'),
    leaving('xray', 'telemetry', 'traces'),
    leaving('aps-workspaces', 'telemetry', 'metrics'),
    reading('logs', 'reads'),
    reading('xray', 'reads'),
    reading('aps-workspaces', 'reads'),
  ],
  boxes: [
    { name: 'Users', mark: 'requests', x: 480, y: ROWS.users, width: 160, height: 52 },
    {
      name: 'Application Load Balancer',
      note: 'health checks; rules for blue/green deployments',
      mark: 'requests',
      x: 352,
      y: ROWS.balancer,
      width: 416,
      height: 60,
    },
    { name: 'NAT gateway', note: 'by parameter', optional: true, x: 110, y: ROWS.balancer + 4, width: 130, height: 52 },
    { name: 'NAT gateway', note: 'by parameter', optional: true, x: 880, y: ROWS.balancer + 4, width: 130, height: 52 },
    ...task(345, 135),
    ...task(625, 835),
    endpoint('s3', 's3 (gateway)'),
    endpoint('ecr.api'),
    endpoint('ecr.dkr'),
    endpoint('logs'),
    endpoint('xray'),
    endpoint('aps-workspaces'),
    service('s3', 's3', 'S3', 'image layers', 'images'),
    service('ecr.api', 'ecr.dkr', 'ECR', 'images of app and collector, by digest', 'images'),
    service('logs', 'logs', 'CloudWatch Logs', 'and alarms', 'telemetry'),
    service('xray', 'xray', 'X-Ray', 'and its service map', 'telemetry'),
    service('aps-workspaces', 'aps-workspaces', 'Prometheus', 'managed, with alerts', 'telemetry'),
    {
      name: 'Managed Grafana',
      note: 'by parameter; users come from IAM Identity Center',
      mark: 'reading',
      optional: true,
      x: COLUMNS.logs - COLUMN_WIDTH / 2,
      y: ROWS.grafana,
      width: COLUMNS['aps-workspaces'] - COLUMNS.logs + COLUMN_WIDTH,
      height: 54,
    },
  ],
  legend: {
    x: 112,
    y: ROWS.grafana - 10,
    entries: [
      ['requests', 'requests of users'],
      ['telemetry', 'telemetry: metrics, traces, logs'],
      ['images', 'container images'],
      ['reading', 'dashboards'],
    ],
  },
};

/** The drawing of the README, by path from the root of the repository. */
export function architectureDrawings(): [path: string, svg: string][] {
  return Object.entries(PALETTES).map(([name, palette]) => [
    `cloudformation/images/architecture-${name}.svg`,
    svgOf(drawing, palette),
  ]);
}
