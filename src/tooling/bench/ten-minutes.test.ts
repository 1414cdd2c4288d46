import { expect, it } from 'vitest';
import { tenMinutes } from './ten-minutes.ts';

it('follows every operation to its end, and is never ahead of AWS', async () => {
  const operations = await tenMinutes();
  expect(operations).toHaveLength(3);
  for (const { reads, late } of operations) {
    expect(reads).toBeGreaterThan(1);
    expect(late).toBeGreaterThanOrEqual(0);
  }
});
