import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { ROOT } from '../repository.ts';
import { readStart, type StartFigures } from './start-figures.ts';

/**
 * Runs `npm start` on real containers, as a user does.
 *
 * @throws Error with what it printed when it fails
 */
export async function measureStart(): Promise<StartFigures> {
  const script = join(ROOT, 'src/tooling/start.ts');
  const env = { ...process.env, ZAP_AWS_PORT: '0', NO_COLOR: '1' };
  const child = spawn(process.execPath, [script], { cwd: ROOT, env, stdio: ['ignore', 'pipe', 'inherit'] });
  let text = '';
  child.stdout.setEncoding('utf8').on('data', chunk => {
    text += chunk;
  });
  const code = await new Promise((resolve, reject) => child.on('error', reject).on('close', resolve));
  if (code !== 0) throw new Error(`npm start ended with ${code}:\n${text}`);
  return readStart(text);
}
