// `npm run bench:build`: prints figures and never fails for them. Everything runs on this machine, against the local AWS with a
// real registry; images are pulled, or built with `IMAGES=built`.
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { startLocalAws } from '@zap-obs/local-aws';
import { runDocker } from '../compose/docker.docker.ts';
import { aimLines } from './bench/aims.ts';
import { thisMachine } from './bench/machine.ts';
import { machineLine } from './bench/report.ts';
import { type BuildFigure, buildAims, buildTable } from './build-bench/figures.ts';
import { measureBuilds } from './build-bench/measure.ts';
import { measureStart } from './build-bench/measure-start.ts';
import { startAims, startTable } from './build-bench/start-figures.ts';
import { imageChoice, imagesFor } from './images.ts';
import { localAwsImages } from './local-images.ts';

const USAGE = `Usage: npm run bench:build -- [--images pulled|built] [--json FILE]

  --images   where images come from; default: the environment variable IMAGES, else pulled
  --json     write the figures there`;

const { images: choice = process.env.IMAGES, json } = readFlags();
Object.assign(process.env, await imagesFor(imageChoice(choice, '--images')));
const machine = thisMachine();
console.error(machineLine(machine));
const builds = await measured();
console.error('npm start');
const start = await measureStart();
console.log(`\n${buildTable(builds)}\n\n${startTable(start)}\n`);
console.log(aimLines([...buildAims(builds), ...startAims(start)]).join('\n'));
if (json !== undefined) writeFileSync(json, `${JSON.stringify({ machine, builds, start }, undefined, 2)}\n`);

async function measured(): Promise<BuildFigure[]> {
  const images = localAwsImages();
  const aws = await startLocalAws({ port: 0, containers: { run: runDocker, images } });
  try {
    return await measureBuilds(aws, images.node, line => console.error(line));
  } finally {
    await aws.close();
  }
}

function readFlags(): { images?: string | undefined; json?: string | undefined } {
  try {
    return parseArgs({ options: { images: { type: 'string' }, json: { type: 'string' } } }).values;
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : error}\n\n${USAGE}`);
    process.exit(2);
  }
}
