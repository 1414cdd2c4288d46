import { PALETTES } from './palette.ts';
import { type Arrow, type Box, type Drawing, svgOf } from './shapes.ts';

const WIDTH = 164;
/** Left edges of the actions in their order, and the upper edges of rows. */
const COLUMNS = { smoke: 50, build: 249, deploy: 448, validate: 647, teardown: 846 } as const;
const ROWS = { actions: 66, upper: 306, lower: 396 } as const;
const ACTION_HEIGHT = 62;
const BELOW_ACTIONS = ROWS.actions + ACTION_HEIGHT;
const MIDDLE_OF_LOWER = ROWS.lower + 28;

const action = (column: keyof typeof COLUMNS, name: string, note: string): Box => ({
  name,
  note,
  mark: 'requests',
  x: COLUMNS[column],
  y: ROWS.actions,
  width: WIDTH,
  height: ACTION_HEIGHT,
});

const next = (from: keyof typeof COLUMNS): Arrow => ({
  flow: 'requests',
  points: [
    [COLUMNS[from] + WIDTH, ROWS.actions + ACTION_HEIGHT / 2],
    [COLUMNS[from] + 197, ROWS.actions + ACTION_HEIGHT / 2],
  ],
});

const down = (flow: Arrow['flow'], x: number, to: number, text: string, y: number, from = BELOW_ACTIONS): Arrow => ({
  flow,
  points: [
    [x, from],
    [x, to],
  ],
  ...(text !== '' && { label: { text, x: x + 9, y } }),
});

const drawing: Drawing = {
  title: 'What zap-obs does',
  description:
    'On a pull request, smoke-test sends requests to the application in a compose project on the runner. Then build-push puts its image into ECR, deploy makes three CloudFormation stacks, and validate-telemetry sends requests through the load balancer and asks Prometheus, X-Ray and CloudWatch Logs for what each of them must have left. Teardown deletes the stacks and lists what stays.',
  width: 1060,
  height: 500,
  frames: [
    { kind: 'vpc', name: 'Your workflow', x: 20, y: 20, width: 1020, height: 136 },
    { kind: 'region', name: 'The runner', x: 20, y: 222, width: 200, height: 258 },
    { kind: 'region', name: 'AWS', x: 236, y: 222, width: 804, height: 258 },
    { kind: 'group', name: 'Three CloudFormation stacks', x: 440, y: 262, width: 584, height: 206 },
  ],
  arrows: [
    next('smoke'),
    next('build'),
    next('deploy'),
    down('requests', COLUMNS.smoke + 82, ROWS.lower - 2, 'requests', 196),
    down('images', COLUMNS.build + 82, ROWS.lower - 2, 'by digest', 196),
    down('images', COLUMNS.deploy + 82, 260, 'change sets', 196),
    down('requests', 690, ROWS.upper - 2, 'requests', 196),
    down('images', COLUMNS.teardown + 100, 260, 'deletions', 196),
    down('requests', 690, ROWS.lower - 2, '', 0, ROWS.upper + 52),
    {
      flow: 'images',
      points: [
        [COLUMNS.build + WIDTH, MIDDLE_OF_LOWER],
        [598, MIDDLE_OF_LOWER],
      ],
      label: { text: 'image', x: 520, y: MIDDLE_OF_LOWER - 9, anchor: 'middle' },
    },
    {
      flow: 'telemetry',
      points: [
        [780, MIDDLE_OF_LOWER + 10],
        [836, MIDDLE_OF_LOWER + 10],
      ],
      label: { text: 'telemetry', x: 808, y: MIDDLE_OF_LOWER + 40, anchor: 'middle' },
    },
    {
      flow: 'reading',
      points: [
        [796, BELOW_ACTIONS],
        [796, MIDDLE_OF_LOWER - 12],
        [836, MIDDLE_OF_LOWER - 12],
      ],
      label: { text: 'what has arrived?', x: 805, y: 196 },
    },
    {
      flow: 'reading',
      points: [
        [924, ROWS.upper + 52],
        [924, ROWS.lower - 2],
      ],
    },
  ],
  boxes: [
    action('smoke', 'smoke-test', 'pull requests, no secrets'),
    action('build', 'build-push', 'image and collector'),
    action('deploy', 'deploy', 'plan, change, verify'),
    action('validate', 'validate-telemetry', 'the proof'),
    action('teardown', 'teardown', 'and what stays behind'),
    {
      name: 'compose project',
      note: 'app, collector, stores',
      mark: 'telemetry',
      x: 50,
      y: ROWS.lower,
      width: 150,
      height: 56,
    },
    { name: 'ECR', note: 'app and collector', mark: 'images', x: 249, y: ROWS.lower, width: WIDTH, height: 56 },
    { name: 'load balancer', mark: 'requests', x: 600, y: ROWS.upper, width: 180, height: 52 },
    {
      name: 'your service',
      note: 'app and collector, Fargate',
      mark: 'telemetry',
      x: 600,
      y: ROWS.lower,
      width: 180,
      height: 56,
    },
    { name: 'Grafana', note: 'dashboards', mark: 'reading', x: 838, y: ROWS.upper, width: 172, height: 52 },
    {
      name: 'Prometheus, X-Ray',
      note: 'and CloudWatch Logs',
      mark: 'telemetry',
      x: 838,
      y: ROWS.lower,
      width: 172,
      height: 56,
    },
  ],
  legend: { x: 0, y: 0, entries: [] },
};

/** The drawing at the top of the README, by path from the root of the repository. */
export function overviewDrawings(): [path: string, svg: string][] {
  return Object.entries(PALETTES).map(([name, palette]) => [
    `.github/images/overview-${name}.svg`,
    svgOf(drawing, palette),
  ]);
}
