import { parseArgs } from 'node:util';
import { runDocker } from '../../../src/compose/docker.docker.ts';
import { localAwsImages } from '../../../src/tooling/local-images.ts';
import { fail, readPort, showCall, showStrike, type Wishes } from './command-line.ts';
import { parseFault, startLocalAws } from './index.ts';
import { WELL_KNOWN_KEYS } from './wire/access-keys.ts';

const USAGE =
  'usage: npm run aws -- [--port 4566] [--pace 0.01] [--containers] [--fault NAME[:ACTION][:TIMES][:KEY=VALUE…]]…   (the environment variable ZAP_AWS_PORT also sets the port)';

/** The command line's wishes; throws an Error that says what is wrong with them. */
function readOptions(): Wishes & { pace: number; containers: boolean } {
  const { values } = parseArgs({
    options: {
      port: { type: 'string' },
      pace: { type: 'string' },
      containers: { type: 'boolean', default: false },
      fault: { type: 'string', multiple: true },
    },
    strict: true,
  });
  const port = readPort(values.port ?? process.env.ZAP_AWS_PORT, 4566);
  const pace = Number(values.pace ?? 0.01);
  if (!(pace >= 0 && pace <= 100))
    throw new Error(`--pace takes a number from 0 (no waiting) to 1 (real speed) or more, not '${values.pace}'`);
  return { port, pace, containers: values.containers, faults: (values.fault ?? []).map(parseFault) };
}

async function main(): Promise<void> {
  const { port, pace, containers, faults } = readOptions();
  const real = containers && { containers: { run: runDocker, images: localAwsImages() } };
  const aws = await startLocalAws({ port, pace, log: showCall, onStrike: showStrike, ...real });
  for (const fault of faults) aws.faults.inject(fault);
  const { accessKeyId, secretAccessKey } = WELL_KNOWN_KEYS.example;
  console.log(`A local simulation of AWS: nothing here reaches a cloud, nothing costs money, nothing outlives this process.
${containers ? 'Images, tasks of ECS services, load balancers and metrics are real, on this machine’s Docker.\n' : ''}Services: ${aws.services.join(', ')}. Account ${aws.account}, pace ${pace} (1 is AWS's typical speed), endpoint ${aws.url}.
In another terminal:

  export AWS_ENDPOINT_URL=${aws.url} AWS_REGION=us-east-1 AWS_DEFAULT_REGION=us-east-1
  export AWS_ACCESS_KEY_ID=${accessKeyId} AWS_SECRET_ACCESS_KEY=${secretAccessKey}

Ctrl-C stops it.`);
  const stop = () => {
    process.off('SIGINT', stop).off('SIGTERM', stop);
    aws.close().catch(error => fail(error, USAGE));
  };
  process.on('SIGINT', stop).on('SIGTERM', stop);
}

main().catch(error => fail(error, USAGE));
