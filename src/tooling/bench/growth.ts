import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startLocalAws } from '@zap-obs/local-aws';
import type { Leg } from './course.ts';
import { type Growth, isRead, sum } from './figures.ts';
import { lap } from './race.ts';
import { deployFiles, RACERS, type Racer } from './racers.ts';

/** One fiftieth of AWS's durations: what grows is our own part. */
const PACE = 0.02;
const STACKS = [3, 10, 50];
const RESOURCES = [50, 500];

/** How long the bundle takes for ever more stacks in a chain, and for ever more resources in one stack. */
export async function growth(say: (line: string) => void): Promise<Growth[]> {
  const folder = mkdtempSync(join(tmpdir(), 'zap-obs-growth-'));
  try {
    const grown: Growth[] = [];
    for (const stacks of STACKS) {
      say(`${stacks} stacks …`);
      grown.push(await measured(RACERS['zap-obs'], { stacks, resources: stacks * 3 }, folder));
    }
    for (const resources of RESOURCES) {
      say(`${resources} resources …`);
      grown.push(await measured(oneStackOf(resources), { stacks: 1, resources }, folder));
    }
    return grown;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function measured(racer: Racer, size: { stacks: number; resources: number }, folder: string): Promise<Growth> {
  const aws = await startLocalAws({ port: 0, pace: PACE });
  try {
    const prefix = `grow${size.stacks}x${size.resources}`;
    const start = { endpoint: aws.url, legs: chainOf(size.stacks), prefix, folder: join(folder, prefix) };
    const { wall, beyond, calls, peakMemory } = await lap(racer, start, aws);
    const reads = sum(Object.entries(calls).map(([action, count]) => (isRead(action) ? count : 0)));
    const writes = sum(Object.values(calls)) - reads;
    return { ...size, wall, beyond, reads, writes, ...(peakMemory !== undefined && { peakMemory }) };
  } finally {
    await aws.close();
  }
}

/** Each stack needs the one before it. */
function chainOf(length: number): Leg[] {
  const nameOf = (index: number) => `s${index}`;
  return Array.from({ length }, (_, index) => ({
    name: nameOf(index),
    seconds: 10,
    needs: index === 0 ? [] : [nameOf(index - 1)],
  }));
}

function oneStackOf(resources: number): Racer {
  const ids = Array.from({ length: resources }, (_, index) => `Topic${index}`);
  const Resources = Object.fromEntries(ids.map(id => [id, { Type: 'AWS::SNS::Topic' }]));
  return { ...RACERS['zap-obs'], deploy: start => deployFiles(start, { many: { Resources } }) };
}
