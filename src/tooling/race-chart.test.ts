import { expect, it } from 'vitest';
import { type Bar, raceChart } from './race-chart.ts';

const bars: Bar[] = [
  { name: 'ours', beyond: 2000, isOurs: true },
  { name: 'a < b & c', beyond: 40_000, isOurs: false },
  { name: 'fast', beyond: 0, isOurs: false },
];

const rects = (svg: string) =>
  [...svg.matchAll(/<rect x="([^"]+)" y="[^"]+" width="([^"]+)" .*fill="([^"]+)"/g)].map(([, x, length, fill]) => ({
    x: Number(x),
    length: Number(length),
    fill,
  }));

it('draws bars in proportion, within the picture, none so short that it is not seen', () => {
  const svg = raceChart('t', 's', bars, 'light');
  const [ours, most, least] = rects(svg);
  expect((ours?.length ?? 0) / (most?.length ?? 1)).toBeCloseTo(1 / 20, 2);
  expect(least?.length).toBeGreaterThan(0);
  const width = Number(/viewBox="0 0 (\d+)/.exec(svg)?.[1]);
  for (const { x, length } of rects(svg)) expect(x + length).toBeLessThan(width - 40);
});

it('sets ours off, and tells everything to those who do not see it', () => {
  const svg = raceChart('t', 's', bars, 'dark');
  const [ours, other, another] = rects(svg).map(({ fill }) => fill);
  expect(other).toBe(another);
  expect(ours).not.toBe(other);
  expect(svg).toContain('<desc id="what">s: ours 2.0 s, a &lt; b &amp; c 40.0 s, fast 0.0 s</desc>');
});

it('has colours of its own for each theme', () => {
  expect(raceChart('t', 's', bars, 'light')).not.toBe(raceChart('t', 's', bars, 'dark'));
});
