// `npm run bench:deploy`: prints figures and never fails for them. Everything runs on this machine, against the local AWS.
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { aimLines, aims } from './bench/aims.ts';
import type { Figures } from './bench/figures.ts';
import { growth } from './bench/growth.ts';
import { thisMachine } from './bench/machine.ts';
import { ownFigures } from './bench/own-figures.ts';
import { race } from './bench/race.ts';
import { RACERS, type RacerName } from './bench/racers.ts';
import {
  callsList,
  comparison,
  forkTable,
  growthTable,
  machineLine,
  raceNotes,
  raceTable,
  tenMinutesTable,
} from './bench/report.ts';
import { installRivals } from './bench/rivals.ts';
import { tenMinutes } from './bench/ten-minutes.ts';
import { RACE_RECORD } from './race-record.ts';
import { ROOT } from './repository.ts';

const PARTS = ['own', 'race', 'ten-minutes', 'growth'] as const;

const USAGE = `Usage: npm run bench:deploy -- [parts] [options]

  parts              any of ${PARTS.join(', ')}; default: all
  --install-rivals   first install the AWS CLI, the AWS CDK and rain, at fixed versions, outside the tree
  --quick            the race at a tenth of its durations: for trying, not for figures
  --repeat N         so many races (default 1)
  --tools A,B        only these of ${Object.keys(RACERS).join(', ')}
  --json FILE        write the figures there
  --record           write them to ${RACE_RECORD}, and the README's table and chart from them`;

const flags = readFlags();
if (flags.installRivals) {
  for (const [name, trouble] of Object.entries(installRivals(say))) say(`${name} could not be installed: ${trouble}`);
}
const figures: Figures = {
  date: new Date().toISOString().slice(0, 10),
  machine: thisMachine(),
};
say(machineLine(figures.machine));

if (flags.parts.has('own')) {
  title('The bundle alone');
  await ownFigures((what, figure) => console.log(`${what.padEnd(46)} ${figure}`));
}
if (flags.parts.has('race')) {
  title('The race');
  const options = { racers: flags.tools, repeats: flags.repeat, pace: flags.quick ? 0.1 : 1, say };
  figures.race = await race(options);
  for (const block of [raceNotes, raceTable, callsList, forkTable]) console.log(`\n${block(figures.race)}`);
  console.log(`\n${comparison(figures.race).join('\n')}`);
}
if (flags.parts.has('ten-minutes')) {
  title('Reads of an operation of ten minutes (simulated time)');
  figures.tenMinutes = await tenMinutes();
  console.log(tenMinutesTable(figures.tenMinutes));
}
if (flags.parts.has('growth')) {
  title("Growth (at one fiftieth of AWS's durations)");
  figures.growth = await growth(say);
  console.log(growthTable(figures.growth));
}
title('The aims');
console.log(aimLines(aims(figures)).join('\n'));
for (const file of flags.files) writeFileSync(file, `${JSON.stringify(figures, undefined, 2)}\n`);
if (flags.record) {
  spawnSync(process.execPath, ['src/tooling/generate.ts'], { cwd: ROOT, stdio: 'inherit' });
}

function readFlags() {
  try {
    const { values, positionals } = parseArgs({
      allowPositionals: true,
      options: {
        'install-rivals': { type: 'boolean', default: false },
        quick: { type: 'boolean', default: false },
        record: { type: 'boolean', default: false },
        repeat: { type: 'string', default: '1' },
        tools: { type: 'string', default: Object.keys(RACERS).join(',') },
        json: { type: 'string' },
      },
    });
    const parts = positionals.length > 0 ? positionals : PARTS;
    const tools = values.tools.split(',');
    const repeat = Number(values.repeat);
    refuse(parts.find(part => !PARTS.includes(part as never)));
    refuse(tools.find(tool => !Object.hasOwn(RACERS, tool)));
    refuse(Number.isInteger(repeat) && repeat > 0 ? undefined : values.repeat);
    // What the README shows is all of it, as it is meant.
    const isWhole = positionals.length === 0 && !values.quick && tools.length === Object.keys(RACERS).length;
    refuse(values.record && !isWhole ? '--record of less than everything' : undefined);
    return {
      parts: new Set(parts),
      tools: tools as RacerName[],
      repeat,
      quick: values.quick,
      record: values.record,
      installRivals: values['install-rivals'],
      files: [...(values.json === undefined ? [] : [values.json]), ...(values.record ? [join(ROOT, RACE_RECORD)] : [])],
    };
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : error}\n\n${USAGE}`);
    process.exit(2);
  }
}

function refuse(word: string | undefined): void {
  if (word !== undefined) throw new Error(`This is not understood: ${word}`);
}

function title(text: string): void {
  console.log(`\n▸ ${text}\n`);
}

function say(line: string): void {
  console.error(line);
}
