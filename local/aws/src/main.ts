import { parseArgs } from 'node:util';
import { type ApiCall, type Injection, parseFault, type Strike, startLocalAws } from './index.ts';

const USAGE =
  'usage: npm run aws -- [--port 4566] [--pace 0.01] [--fault NAME[:ACTION][:TIMES][:KEY=VALUE…]]…   (the environment variable ZAP_AWS_PORT also sets the port)';

/** The command line's wishes; throws an Error that says what is wrong with them. */
function readOptions(): { port: number; pace: number; faults: Injection[] } {
  const { values } = parseArgs({
    options: { port: { type: 'string' }, pace: { type: 'string' }, fault: { type: 'string', multiple: true } },
    strict: true,
  });
  const port = Number(values.port ?? process.env.ZAP_AWS_PORT ?? 4566);
  const pace = Number(values.pace ?? 0.01);
  if (!Number.isInteger(port) || port < 0 || port > 65_535)
    throw new Error(`--port takes a number from 0 to 65535, not '${values.port ?? process.env.ZAP_AWS_PORT}'`);
  if (!(pace >= 0 && pace <= 100))
    throw new Error(`--pace takes a number from 0 (no waiting) to 1 (real speed) or more, not '${values.pace}'`);
  return { port, pace, faults: (values.fault ?? []).map(parseFault) };
}

function showCall({ service, action, status, error, fault, at }: ApiCall): void {
  const answer = status === 0 ? 'not processed' : error === undefined ? status : `${status} ${error}`;
  console.log(`${at.slice(11, 19)} ${service} ${action} ${answer}${fault === undefined ? '' : ` (fault: ${fault})`}`);
}

/** A fault of a call is shown with the call. */
function showStrike({ fault, where }: Strike): void {
  if (!where.includes(':')) console.log(`${new Date().toISOString().slice(11, 19)} fault: ${fault}, ${where}`);
}

async function main(): Promise<void> {
  const { port, pace, faults } = readOptions();
  const aws = await startLocalAws({ port, pace, log: showCall, onStrike: showStrike });
  for (const fault of faults) aws.faults.inject(fault);
  console.log(`A local simulation of AWS: nothing here reaches a cloud, nothing costs money, nothing outlives this process.
Account ${aws.account}, pace ${pace} (1 is AWS's typical speed), endpoint ${aws.url}. In another terminal:

  export AWS_ENDPOINT_URL=${aws.url} AWS_REGION=us-east-1 AWS_DEFAULT_REGION=us-east-1
  export AWS_ACCESS_KEY_ID=AKIALOCALEXAMPLE0000 AWS_SECRET_ACCESS_KEY=local

Ctrl-C stops it.`);
  const stop = () => {
    process.off('SIGINT', stop).off('SIGTERM', stop);
    aws.close().catch(fail);
  };
  process.on('SIGINT', stop).on('SIGTERM', stop);
}

function fail(error: unknown): void {
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === 'EADDRINUSE') console.error(`local AWS: the port is taken; choose another with --port (${message})`);
  else if (code?.startsWith('ERR_PARSE_ARGS')) console.error(`local AWS: ${message}\n${USAGE}`);
  else console.error(`local AWS: ${message}`);
  process.exitCode = 1;
}

main().catch(fail);
