// `npm run local`: the sample application with collector, Prometheus and a simulated X-Ray and CloudWatch Logs, in containers
// on this machine, until Ctrl-C. `-- --aws account` sends traces and logs to the account of the credentials found.
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { LOCAL_AWS, OTLP, PROMETHEUS } from '../actions/smoke-test/backends.ts';
import { buildProject, endProject, imagesOf } from '../actions/smoke-test/containers.ts';
import { addressOf, refuseExisting } from '../actions/smoke-test/smoke-project.ts';
import { start } from '../actions/smoke-test/start.ts';
import { credentialVariables } from '../aws/exported-credentials.aws.ts';
import { openSession } from '../aws/session.aws.ts';
import type { Container } from '../compose/containers.ts';
import { runDocker } from '../compose/docker.docker.ts';
import { ComposeProject } from '../compose/project.ts';
import { actionsHost } from '../runner/actions-host.ts';
import { Cancelled, listenForCancellation } from '../runner/cancellation.ts';
import { systemClock } from '../runner/clock.ts';
import { renderFault, UserFault } from '../runner/fault.ts';
import { terminalHost } from '../runner/terminal-host.ts';
import { imageChoice, imagesFor } from './images.ts';
import { ROOT } from './repository.ts';

/** Somebody is watching: what is not ready after this, in milliseconds, will not be. */
const PATIENCE = 60_000;
const REGION = process.env.AWS_REGION || 'us-east-1';

const host = terminalHost(actionsHost);
const { aws, images } = readFlags();
try {
  await run(listenForCancellation());
} catch (error) {
  if (error instanceof UserFault) for (const fault of error.faults) host.annotate('error', renderFault(fault));
  else if (!(error instanceof Cancelled)) throw error;
  process.exitCode = error instanceof Cancelled ? 0 : 1;
}

async function run(signal: AbortSignal): Promise<void> {
  const files = ['local/docker-compose.yml', ...(aws === 'account' ? ['local/account.yml'] : [])];
  const [credentials, imageVariables] = await Promise.all([
    aws === 'account' ? credentialVariables(openSession(REGION)) : {},
    imagesFor(imageChoice(images ?? process.env.IMAGES, '--images')),
  ]);
  for (const secret of Object.values<string>(credentials).filter(Boolean)) host.mask(secret);
  const env = { AWS_REGION: REGION, ...credentials, ...imageVariables };
  const paths = files.map(file => join(ROOT, file));
  const project = new ComposeProject({ name: 'zap-obs', files: paths, shownFiles: files, env }, runDocker);
  await refuseExisting(project, signal, 'End the other `npm run local`');
  try {
    const model = await project.model(signal);
    await buildProject({ project }, host, signal);
    const containers = await start({ project, model }, host, { signal, patience: PATIENCE });
    for (const { service, image, is } of await imagesOf(containers, signal))
      host.line(`${service}: ${image}${is ? ` (${is})` : ''}`);
    host.line(whereToLook(containers));
    await systemClock.sleep(2 ** 31 - 1, signal);
  } finally {
    await endProject({ project }, { keep: false, isStopped: true }, host);
  }
}

function whereToLook(containers: readonly Container[]): string {
  const app = addressOf(containers, { service: 'zap-app', port: 5000 });
  const metrics = addressOf(containers, PROMETHEUS);
  const otlp = addressOf(containers, OTLP);
  const cli = aws === 'local' ? `aws --endpoint-url ${addressOf(containers, LOCAL_AWS)}` : 'aws';
  return `
It runs. Ctrl-C removes it again.

  The application     curl ${app}/api/data
  Its metrics         ${metrics}/graph?g0.expr=zapp_http_requests_total&g0.tab=0
  Its traces          ${cli} --region ${REGION} xray get-trace-summaries --start-time $(date -d -5min +%s) --end-time $(date +%s)
  Its logs            ${cli} --region ${REGION} logs filter-log-events --log-group-name /aws/ecs/zap-adot-logs
  Your own OTLP       ${otlp}
${aws === 'local' ? '\nX-Ray and CloudWatch Logs are a simulation: nothing is sent to AWS, nothing costs.' : '\nTraces and logs go to your AWS account, and may cost.'}`;
}

function readFlags(): { aws: 'local' | 'account'; images: string | undefined } {
  const usage = 'Usage: npm run local [-- --aws local|account] [--images pulled|built]';
  try {
    const { values } = parseArgs({
      options: { aws: { type: 'string', default: 'local' }, images: { type: 'string' } },
    });
    if (values.aws !== 'local' && values.aws !== 'account')
      throw new Error(`--aws takes local or account, not ${values.aws}`);
    return { aws: values.aws, images: values.images };
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : error}\n${usage}`);
    process.exit(2);
  }
}
