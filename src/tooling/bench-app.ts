// `npm run bench:app`: prints figures and never fails for them. Everything runs on this machine and speaks to 127.0.0.1 alone.
import { writeFileSync } from 'node:fs';
import { basename } from 'node:path';
import { parseArgs } from 'node:util';
import type { AppFigures } from './app-bench/figures.ts';
import { measureApp } from './app-bench/measure.ts';
import { appAims, deliveryTable, modesTable } from './app-bench/report.ts';
import { startCollector, startCounter } from './app-bench/sink.ts';
import { aimLines } from './bench/aims.ts';
import { thisMachine } from './bench/machine.ts';
import { machineLine } from './bench/report.ts';

const USAGE = `Usage: npm run bench:app -- [--json FILE]

  --json FILE   write the figures there

The environment variable COLLECTOR names the binary of an OpenTelemetry collector to send to, with receiver otlp, exporter
file and extension health_check. Default: a process that counts what arrives.`;

const { json } = readFlags();
const { COLLECTOR: binary } = process.env;
const machine = thisMachine();
console.error(machineLine(machine));
const figures: AppFigures = {
  date: new Date().toISOString().slice(0, 10),
  machine,
  collector: binary === undefined ? 'a process that counts' : basename(binary),
  ...(await measureApp(
    () => (binary === undefined ? startCounter() : startCollector(binary)),
    line => console.error(line),
  )),
};
console.log(`\nTelemetry goes to: ${figures.collector}\n\n${modesTable(figures)}\n\n${deliveryTable(figures)}\n`);
console.log(aimLines(appAims(figures)).join('\n'));
if (json !== undefined) writeFileSync(json, `${JSON.stringify(figures, undefined, 2)}\n`);

function readFlags(): { json?: string | undefined } {
  try {
    return parseArgs({ options: { json: { type: 'string' } } }).values;
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : error}\n\n${USAGE}`);
    process.exit(2);
  }
}
