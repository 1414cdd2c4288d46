import { type LocalAws, type LocalAwsOptions, startLocalAws } from '@zap-obs/local-aws';
import { runDocker } from '../../compose/docker.docker.ts';
import { UserFault } from '../../runner/fault.ts';
import { type Images, localAwsImages } from '../local-images.ts';

/** A two-hundredth of the time that AWS takes: long enough to watch, short enough to wait for. */
export const PACE = 0.005;

/**
 * Starts a local AWS at the port that ZAP_AWS_PORT names, or at any where that one is taken.
 *
 * @param images whose containers run; undefined where services are simulated too
 * @throws UserFault when ZAP_AWS_PORT is no port
 */
export async function startAws(images: Images | undefined): Promise<LocalAws> {
  const containers = images && { run: runDocker, images: localAwsImages(images) };
  const options: LocalAwsOptions = { pace: PACE, ...(containers && { containers }) };
  const port = portIn(process.env.ZAP_AWS_PORT);
  try {
    return await startLocalAws({ ...options, port });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error;
    return await startLocalAws({ ...options, port: 0 });
  }
}

function portIn(wish = '4566'): number {
  if (/^\d+$/.test(wish) && Number(wish) < 65_536) return Number(wish);
  throw new UserFault({ what: 'ZAP_AWS_PORT is no port', seen: wish, fix: 'Set it to 0 … 65535, 0 for any' });
}
