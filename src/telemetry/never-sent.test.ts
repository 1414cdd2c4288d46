import { expect, it } from 'vitest';
import type { Backends } from './backends.ts';
import { askForNeverSent } from './never-sent.ts';

it('takes the characters of a service for themselves, where Prometheus reads a regular expression', async () => {
  const asked: string[] = [];
  const query = async (promql: string) => {
    asked.push(promql);
    return [];
  };
  const never = { traceId: '0'.repeat(32), service: 'shop (eu-0a1b2c3d' };
  expect(await askForNeverSent({ metrics: { query } } as unknown as Backends, never, ['metrics'], 0)).toEqual({
    metrics: 0,
  });
  expect(asked).toEqual([String.raw`{job=~"(.+/)?shop \\(eu-0a1b2c3d"}`]);
});
