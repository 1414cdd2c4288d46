import { UserFault } from '../../runner/fault.ts';

/**
 * Asks the application for its health through the load balancer, which the deployment has found healthy, and says how long after
 * the start of this process the answer came.
 */
export async function showFirstAnswer(url: string, signal: AbortSignal): Promise<void> {
  const { status } = await fetch(`${url}/health`, { signal: AbortSignal.any([signal, AbortSignal.timeout(10_000)]) });
  if (status !== 200) {
    const fix = 'Look at the log of zap-app, in `/aws/ecs/…` of the local AWS';
    throw new UserFault({ what: `${url}/health does not answer as a healthy service does`, seen: `${status}`, fix });
  }
  const waited = (Date.now() - performance.timeOrigin) / 1000;
  console.log(`First answer through the load balancer ${waited.toFixed(1)} s after the start.`);
}
