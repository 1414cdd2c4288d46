import type { Injection, Strike } from './faults/injector.ts';
import type { ApiCall } from './server.ts';

/** One line for a call. */
export function showCall({ service, action, status, error, fault, at }: ApiCall): void {
  const answer = status === 0 ? 'not processed' : error === undefined ? status : `${status} ${error}`;
  console.log(`${at.slice(11, 19)} ${service} ${action} ${answer}${fault === undefined ? '' : ` (fault: ${fault})`}`);
}

/** One line for a fault of a resource; that of a call is shown with the call. */
export function showStrike({ fault, where }: Strike): void {
  if (!where.includes(':')) console.log(`${new Date().toISOString().slice(11, 19)} fault: ${fault}, ${where}`);
}

/** Reads a port as a user gives it; throws an Error that says what is wrong with it. */
export function readPort(given: string | undefined, otherwise: number): number {
  const port = Number(given ?? otherwise);
  if (Number.isInteger(port) && port >= 0 && port <= 65_535) return port;
  throw new Error(`--port takes a number from 0 to 65535, not '${given}'`);
}

/** What a command line wishes of every local AWS. */
export interface Wishes {
  port: number;
  faults: Injection[];
}

/** Ends the process with the one error that explains it. */
export function fail(error: unknown, usage: string): void {
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === 'EADDRINUSE') console.error(`local AWS: the port is taken; choose another with --port (${message})`);
  else if (code?.startsWith('ERR_PARSE_ARGS')) console.error(`local AWS: ${message}\n${usage}`);
  else console.error(`local AWS: ${message}`);
  process.exitCode = 1;
}
