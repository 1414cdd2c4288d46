import { expect, it } from 'vitest';
import { type ValidateFigure, validateAims, validateTable } from './figures.ts';

const OWN: ValidateFigure = {
  approach: 'zap-obs',
  requests: 10,
  traced: 8,
  passed: true,
  firstRequestToVerdict: 3.456,
  traffic: 0.5,
  lastArrivalToVerdict: 0.4,
  calls: 30,
};
const USUAL: ValidateFigure = {
  ...OWN,
  approach: 'fixed polls',
  firstRequestToVerdict: 20.9,
  lastArrivalToVerdict: 18,
};

it('shows both approaches to the same traffic', () => {
  const table = validateTable([OWN, USUAL]);
  expect(table).toContain('| 10 | zap-obs | found | 0.50 s | 3.46 s | 0.40 s | 30 |');
  expect(table).toContain('| 10 | fixed polls | found | 0.50 s | 20.90 s | 18.00 s | 30 |');
});

it('holds its own figures alone to the aims, the worst of each', () => {
  const met = (...figures: ValidateFigure[]) => validateAims(figures).map(({ isMet }) => isMet);
  expect(met(USUAL)).toEqual([]);
  expect(met(OWN, USUAL)).toEqual([true, true, true]);
  const slow = { ...OWN, firstRequestToVerdict: 10.1, lastArrivalToVerdict: 1.1, calls: 90 };
  expect(met(OWN, slow)).toEqual([false, false, false]);
  // The traffic of a thousand alone may take ten seconds.
  const many = { ...OWN, requests: 1000, traced: 1000, firstRequestToVerdict: 15, calls: 280 };
  expect(met(OWN, many)).toEqual([true, true, true]);
  expect(met(many)).toHaveLength(2);
});
