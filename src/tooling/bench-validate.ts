// `npm run bench:validate`: prints figures and never fails for them. Everything runs on this machine, in the containers of
// local/docker-compose.yml; images are pulled, or built with `IMAGES=built`.
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { listenForCancellation } from '../runner/cancellation.ts';
import { aimLines } from './bench/aims.ts';
import { thisMachine } from './bench/machine.ts';
import { machineLine } from './bench/report.ts';
import { imageChoice, imagesFor } from './images.ts';
import { type ValidateFigure, validateAims, validateTable } from './validate-bench/figures.ts';
import { withLocalProject } from './validate-bench/local-project.ts';
import { measureProof } from './validate-bench/measure.ts';

const USAGE = `Usage: npm run bench:validate -- [--requests 10,100,1000] [--images pulled|built] [--json FILE]

  --requests   how many requests to send, one run each
  --images     where images come from; default: the environment variable IMAGES, else pulled
  --json       write the figures there`;

const { counts, images: choice, json } = readFlags();
const images = await imagesFor(imageChoice(choice ?? process.env.IMAGES, '--images'));
const signal = listenForCancellation();
const machine = thisMachine();
console.error(machineLine(machine));
const figures: ValidateFigure[] = [];
await withLocalProject(images, signal, async project => {
  for (const requests of counts) {
    console.error(`${requests} requests`);
    figures.push(...(await measureProof(project, requests, { signal, tell: line => console.error(line) })));
  }
});
console.log(`\n${validateTable(figures)}\n`);
console.log(
  'Fixed polls ask for everything each 20 s until each trace, log line and series is there, whatever it holds.\n',
);
console.log(aimLines(validateAims(figures)).join('\n'));
if (json !== undefined) writeFileSync(json, `${JSON.stringify({ machine, figures }, undefined, 2)}\n`);

function readFlags(): { counts: number[]; images?: string | undefined; json?: string | undefined } {
  try {
    const { values } = parseArgs({
      options: {
        requests: { type: 'string', default: '10,100,1000' },
        images: { type: 'string' },
        json: { type: 'string' },
      },
    });
    const counts = values.requests.split(',').map(Number);
    const isFine = counts.every(count => Number.isInteger(count) && count >= 10 && count <= 10_000);
    if (!isFine) throw new Error(`--requests takes numbers from 10 to 10000, not '${values.requests}'`);
    return { counts, images: values.images, json: values.json };
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : error}\n\n${USAGE}`);
    process.exit(2);
  }
}
