import { type Figures, median } from './figures.ts';
import { beyondOf } from './report.ts';

/** One thing that the bundle is meant to achieve. */
export interface Aim {
  what: string;
  measured: number;
  unit: string;
  isMet: boolean;
}

/** The aims that these figures tell something about. */
export function aims({ race, tenMinutes = [], growth = [] }: Figures): Aim[] {
  const ran = (race?.entries ?? []).filter(({ runs = [] }) => runs.length > 0);
  const own = ran.find(({ name }) => name === 'zap-obs');
  const rivals = ran.filter(entry => entry !== own);
  const list: Aim[] = [];
  const atMost = (what: string, limit: number, measured: number, unit = '') =>
    list.push({ what: `${what}: at most ${limit}${unit}`, measured, unit, isMet: measured <= limit });
  const atLeast = (what: string, limit: number, measured: number) =>
    list.push({ what: `${what}: at least ${limit} ×`, measured, unit: ' ×', isMet: measured >= limit });
  if (own?.runs) {
    const stacks = own.runs.flatMap(run => run.beyondByStack).map(milliseconds => milliseconds / 1000);
    atMost('waiting for a stack, median', 0.5, median(stacks), ' s');
    atMost('waiting for a stack, worst', 1, Math.max(...stacks), ' s');
    for (const rival of rivals.filter(({ name }) => name === 'AWS CLI')) {
      atLeast('less waiting than with the AWS CLI', 10, beyondOf(rival) / beyondOf(own));
    }
    if (rivals.length > 0) {
      atLeast('less waiting than with the next best', 3, Math.min(...rivals.map(beyondOf)) / beyondOf(own));
    }
  }
  for (const { what, reads } of tenMinutes) atMost(`reads in ten minutes of ${what}`, 120, reads);
  const chains = growth.filter(({ stacks }) => stacks > 1);
  const [least, most] = [chains[0], chains.at(-1)];
  if (least && most && least !== most) {
    const perStack = (all: typeof least) => all.wall / all.stacks / (least.wall / least.stacks);
    atMost(`time for a stack, of ${most.stacks} as against ${least.stacks}`, 1.1, perStack(most), ' ×');
  }
  return list;
}

export function aimLines(list: readonly Aim[]): string[] {
  return list.map(({ what, measured, unit, isMet }) => {
    const figure = Number.isInteger(measured) ? String(measured) : measured.toFixed(2);
    return `${isMet ? 'met   ' : 'missed'}  ${what.padEnd(86)} ${figure}${unit}`;
  });
}
