// What a container runs: bundled into dist/local-aws.js, which any Node 24 starts.
import { parseArgs } from 'node:util';
import { fail, readPort, showCall, showStrike } from './command-line.ts';
import { parseFaultOf } from './faults/injector.ts';
import { FAULT_TABLE, startTelemetry } from './telemetry.ts';

const USAGE =
  'usage: node local-aws.js [--host 127.0.0.1] [--port 4566] [--quiet] [--fault NAME[:ACTION][:TIMES][:KEY=VALUE…]]…';

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      host: { type: 'string', default: '127.0.0.1' },
      port: { type: 'string' },
      quiet: { type: 'boolean', default: false },
      fault: { type: 'string', multiple: true },
    },
    strict: true,
  });
  const { url, services } = await startTelemetry({
    host: values.host,
    port: readPort(values.port, 4566),
    faults: (values.fault ?? []).map(words => parseFaultOf(FAULT_TABLE, words)),
    log: values.quiet ? () => {} : showCall,
    onStrike: showStrike,
  });
  console.log(
    `A local simulation of AWS, only ${services.join(', ')}: nothing here reaches a cloud, and nothing outlives this process. Endpoint ${url}, readiness ${url}/health`,
  );
}

// Nothing is worth keeping, so nothing is waited for; the first process of a container has no handlers but its own.
for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => process.exit(0));
main().catch(error => fail(error, USAGE));
