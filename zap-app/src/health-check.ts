// The image's health check: exits with 0 when /health answers 200 within two seconds, else with 1. Needs no shell and no curl.
import { get } from 'node:http';
import { readSettings } from './settings.ts';

const { port, host } = readSettings(process.env);
const request = get({ port, host: host ?? '127.0.0.1', path: '/health', timeout: 2000 }, response => {
  response.resume();
  process.exitCode = response.statusCode === 200 ? 0 : 1;
  if (process.exitCode === 1) console.error(`/health answered ${response.statusCode}`);
});
request.on('timeout', () => request.destroy(new Error('/health did not answer within 2 s')));
request.on('error', error => {
  console.error(error.message);
  process.exitCode = 1;
});
