import { readdir, readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { DashboardModel } from './wanted.ts';

/** The dashboards that zap-obs brings, by the names of their files without `.json`. */
export async function loadDashboards(toolkit: string): Promise<Map<string, DashboardModel>> {
  const folder = join(toolkit, 'cloudformation', 'dashboards');
  const files = (await readdir(folder)).filter(file => file.endsWith('.json')).sort();
  const models = await Promise.all(
    files.map(async file => JSON.parse(await readFile(join(folder, file), 'utf8')) as DashboardModel),
  );
  return new Map(models.map((model, index) => [basename(files[index] ?? '', '.json'), model]));
}
