import { PALETTES } from './palette.ts';
import { type Arrow, type Box, type Drawing, svgOf } from './shapes.ts';

const MIDDLE = 200;
const HEIGHT = 62;

const box = (x: number, y: number, width: number, name: string, note: string, mark: Box['mark'] & string): Box => ({
  name,
  note,
  mark,
  x,
  y: y - HEIGHT / 2,
  width,
  height: HEIGHT,
});

const arrow = (flow: Arrow['flow'], points: Arrow['points'], text: string, x: number, y: number): Arrow => ({
  flow,
  points,
  label: { text, x, y, anchor: 'middle' },
});

const drawing: Drawing = {
  title: 'The local environment',
  description:
    'Requests from this machine reach the application in a container. It sends metrics, traces and logs over OTLP to a collector, which writes metrics to Prometheus, and traces and logs to a simulated X-Ray and CloudWatch Logs. The smoke test sends the requests and asks both what has arrived.',
  width: 1060,
  height: 408,
  frames: [
    { kind: 'region', name: 'This machine: every port on 127.0.0.1 only', x: 20, y: 20, width: 1020, height: 368 },
    { kind: 'group', name: 'A compose project', x: 210, y: 60, width: 806, height: 244 },
  ],
  arrows: [
    arrow(
      'requests',
      [
        [168, MIDDLE],
        [238, MIDDLE],
      ],
      'requests',
      203,
      MIDDLE - 12,
    ),
    arrow(
      'telemetry',
      [
        [400, MIDDLE],
        [496, MIDDLE],
      ],
      'OTLP',
      448,
      MIDDLE - 12,
    ),
    arrow(
      'telemetry',
      [
        [668, MIDDLE - 14],
        [720, MIDDLE - 14],
        [720, 132],
        [772, 132],
      ],
      'metrics',
      722,
      122,
    ),
    arrow(
      'telemetry',
      [
        [668, MIDDLE + 14],
        [720, MIDDLE + 14],
        [720, 252],
        [772, 252],
      ],
      'traces, logs',
      718,
      272,
    ),
    arrow(
      'reading',
      [
        [104, MIDDLE + 33],
        [104, 362],
        [996, 362],
        [996, 132],
        [986, 132],
      ],
      'what has arrived?',
      560,
      352,
    ),
    {
      flow: 'reading',
      points: [
        [996, 252],
        [986, 252],
      ],
    },
  ],
  boxes: [
    box(40, MIDDLE, 128, 'smoke test', 'or you', 'requests'),
    box(240, MIDDLE, 160, 'zap-app', 'port 5000', 'requests'),
    box(498, MIDDLE, 170, 'adot-collector', 'ports 4317, 4318', 'telemetry'),
    box(774, 132, 210, 'prometheus', 'port 9090', 'telemetry'),
    box(774, 252, 210, 'local-aws', 'simulated, port 4566', 'telemetry'),
  ],
  legend: { x: 44, y: 388, entries: [] },
};

/** The drawing of local/README.md, by path from the root of the repository. */
export function localDrawings(): [path: string, svg: string][] {
  return Object.entries(PALETTES).map(([name, palette]) => [`local/images/flow-${name}.svg`, svgOf(drawing, palette)]);
}
