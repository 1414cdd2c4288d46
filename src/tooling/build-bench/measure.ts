import { appendFileSync, cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { LocalAws } from '@zap-obs/local-aws';
import { ROOT } from '../repository.ts';
import { runBundle } from '../run-bundle.ts';
import type { BuildFigure } from './figures.ts';

/** What is done to the source before each run, in the order of the runs. */
const RUNS: readonly [what: string, change: (context: string) => void][] = [
  ['cold: every step is gone through', context => changePackage(join(context, 'package.json'))],
  ['warm: a source file has changed', context => appendFileSync(join(context, 'src/main.ts'), '// changed\n')],
  ['reused: nothing has changed', () => {}],
];

/**
 * Builds and pushes a copy of the sample application to the ECR of a local AWS, by the shipped bundle.
 *
 * @param tell told of each run as it begins
 * @throws Error with what the bundle printed when a run fails
 */
export async function measureBuilds(
  aws: Pick<LocalAws, 'url' | 'calls'>,
  nodeImage: string,
  tell: (line: string) => void,
): Promise<BuildFigure[]> {
  const folder = mkdtempSync(join(tmpdir(), 'zap-obs-bench-build-'));
  const context = join(folder, 'zap-app');
  cpSync(join(ROOT, 'zap-app'), context, { recursive: true, filter: path => !path.includes('node_modules') });
  const authority = process.env.NODE_EXTRA_CA_CERTS;
  const inputs = {
    context: 'zap-app',
    'stack-prefix': 'bench',
    'build-args': `NODE_IMAGE: ${nodeImage}`,
    'collector-image': '',
    ...(authority && { 'secret-files': `ca: ${authority}` }),
  };
  try {
    const figures: BuildFigure[] = [];
    for (const [what, change] of RUNS) {
      tell(what);
      change(context);
      const before = aws.calls.length;
      const env = { GITHUB_ACTIONS: 'true', RUNNER_TEMP: folder };
      const { code, log, duration, outputs } = await runBundle('build-push', inputs, {
        endpoint: aws.url,
        workspace: folder,
        env,
      });
      if (code !== 0) throw new Error(`build-push ended with ${code}:\n${log}`);
      const actions = aws.calls.slice(before).map(({ action }) => action);
      const reads = actions.filter(action => /^(Describe|Get|BatchGet)/.test(action)).length;
      const isReused = outputs.reused === 'true';
      figures.push({ what, wall: duration / 1000, reads, writes: actions.length - reads, isReused });
    }
    return figures;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** So that nothing of an earlier run is in the cache: what is installed depends on this file. */
function changePackage(file: string): void {
  const text = JSON.parse(readFileSync(file, 'utf8')) as object;
  writeFileSync(file, JSON.stringify({ ...text, description: `measured at ${new Date().toISOString()}` }, null, 2));
}
