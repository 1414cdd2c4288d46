import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from './repository.ts';

/** Files that others derive from, as they are. */
export interface GenerationSources {
  /** README.md; only what stands between its markers is replaced. */
  readonly readme: string;
  /** The template of the application, which holds the collector's configuration. */
  readonly applicationTemplate: string;
}

export function readGenerationSources(): GenerationSources {
  const read = (path: string) => readFileSync(join(ROOT, path), 'utf8');
  return { readme: read('README.md'), applicationTemplate: read('cloudformation/2-ecs-fargate-template.yaml') };
}
