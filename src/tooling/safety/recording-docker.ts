#!/usr/bin/env node
// Stands for Docker: writes down what it is given, and does so much that an action goes on. Builds and pushes are as in
// ../least-privilege/scripted-docker.ts; a compose project has one service, which does not start.
import { execFileSync } from 'node:child_process';
import { appendFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const args = process.argv.slice(2);
const { ZAP_DOCKER_RECORD = '', ZAP_DOCKER_HANG = '' } = process.env;
// What it is told on standard input is a login's password: the one place where that may be.
const input = args[0] === 'login' ? readFileSync(0, 'utf8') : '';
// Linux shows everybody how each process was started.
const proc = `/proc/${process.ppid}/cmdline`;
const parent = existsSync(proc) ? readFileSync(proc, 'utf8') : '';
const environment = Object.fromEntries(Object.entries(process.env).filter(([name]) => name !== 'ZAP_DOCKER_RECORD'));
appendFileSync(ZAP_DOCKER_RECORD, `${JSON.stringify({ args, parent, input, environment })}\n`);
const command = args.filter(arg => !arg.startsWith('-')).join(' ');
if (ZAP_DOCKER_HANG !== '' && command.includes(ZAP_DOCKER_HANG)) {
  console.log('it hangs');
  await sleep(120_000);
}

// As Docker does where no keychain is.
if (args[0] === 'login' && process.env.DOCKER_CONFIG) {
  const auth = Buffer.from(`AWS:${input}`).toString('base64');
  const auths = { [args.at(-1) ?? '']: { auth } };
  writeFileSync(join(process.env.DOCKER_CONFIG, 'config.json'), JSON.stringify({ auths }));
}

if (['ps', 'network', 'volume'].includes(args[0] ?? '') || `${args[0]} ${args[1]}` === 'image ls') {
  // Nothing of the project is there.
} else if (args[0] !== 'compose') {
  const script = new URL('../least-privilege/scripted-docker.ts', import.meta.url).pathname;
  try {
    execFileSync(process.execPath, [script, ...args], { stdio: 'inherit' });
  } catch (error) {
    process.exitCode = (error as { status?: number }).status ?? 1;
  }
} else if (args.includes('config')) {
  // As Compose does, with what stands in the environment filled in.
  const { AWS_ACCESS_KEY_ID = '', AWS_SECRET_ACCESS_KEY = '', AWS_SESSION_TOKEN = '' } = process.env;
  const port = { target: 5000, published: '0', host_ip: '127.0.0.1', protocol: 'tcp' };
  const service = {
    image: 'x',
    environment: { AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN },
    ports: [port],
  };
  const telemetry = { 'adot-collector': service, prometheus: service, 'local-aws': service };
  console.log(JSON.stringify({ services: { shop: service, ...telemetry } }));
} else if (args.includes('up')) {
  console.error(`Error response from daemon: no such image: ${process.env.AWS_SECRET_ACCESS_KEY ?? ''}`);
  process.exitCode = 1;
} else if (args.includes('logs')) {
  // A container that tells what it was given, and that knows the runner's language.
  for (const [name, value] of Object.entries(process.env)) if (name.startsWith('AWS_')) console.log(`${name}=${value}`);
  console.log('::error::FORGED\n##[error]FORGED');
} else if (args.includes('ps')) {
  const container = { Service: 'shop', Name: 'shop-1', Image: 'x', State: 'exited', ExitCode: 1 };
  console.log(JSON.stringify(container));
}
