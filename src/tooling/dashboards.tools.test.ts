import { expect, it } from 'vitest';
import { expressionsOf, readDashboards } from './dashboards.ts';
import { promtool } from './promtool.ts';

it.each([...readDashboards()])('promtool takes every expression of %s', async (_, dashboard) => {
  const rules = expressionsOf(dashboard).map(({ expr }, index) => ({ record: `panel:${index}`, expr }));
  const { ok, text } = await promtool(['check', 'rules', 'rules.yml'], {
    'rules.yml': { groups: [{ name: dashboard.uid, rules }] },
  });
  expect(text).toContain(`SUCCESS: ${rules.length} rules found`);
  expect(ok).toBe(true);
});
