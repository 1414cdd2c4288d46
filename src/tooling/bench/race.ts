import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type LocalAws, startLocalAws } from '@zap-obs/local-aws';
import { messageOf } from '../../runner/fault.ts';
import { CHAIN, FORK, type Leg, varied } from './course.ts';
import type { Entry, Lap, Race } from './figures.ts';
import type { Ran } from './processes.ts';
import { RACERS, type Racer, type RacerName, type Start } from './racers.ts';
import { howToGet, type RivalName } from './rivals.ts';
import { waitingByStack, waitingIn } from './waiting.ts';

export interface RaceOptions {
  racers: readonly RacerName[];
  repeats: number;
  /** Factor over all durations. */
  pace: number;
  say: (line: string) => void;
}

/** Lets each tool deploy the same stacks on one local AWS, one tool after another. */
export async function race({ racers, repeats, pace, say }: RaceOptions): Promise<Race> {
  const aws = await startLocalAws({ port: 0, pace });
  const folder = mkdtempSync(join(tmpdir(), 'zap-obs-race-'));
  const entries: Entry[] = [];
  try {
    for (const id of racers) {
      const { name, how } = RACERS[id];
      const version = RACERS[id].version();
      if (version === undefined) {
        entries.push({ name, how, missing: howToGet(id as RivalName) });
        say(`${name}: ${howToGet(id as RivalName)}`);
        continue;
      }
      entries.push({ name, how, version, ...(await tried(id, { aws, folder, repeats, say })) });
    }
  } finally {
    await aws.close();
    rmSync(folder, { recursive: true, force: true });
  }
  return { pace, repeats, entries };
}

interface Track {
  aws: LocalAws;
  folder: string;
  repeats: number;
  say: RaceOptions['say'];
}

/** A tool that fails has no figures, and does not keep the others from theirs. */
async function tried(id: RacerName, track: Track): Promise<Partial<Entry>> {
  try {
    return await compete(id, track);
  } catch (error) {
    const message = messageOf(error);
    track.say(message);
    return { missing: `did not finish: ${message.split('\n', 1)[0]}` };
  }
}

async function compete(
  id: RacerName,
  { aws, folder, repeats, say }: Track,
): Promise<Pick<Entry, 'runs' | 'again' | 'fork'>> {
  const racer = RACERS[id];
  const start = (what: string, legs: readonly Leg[]): Start => {
    const prefix = `${id}-${what}`;
    return { endpoint: aws.url, legs, prefix, folder: join(folder, prefix) };
  };
  if (racer.prepare) ended(await racer.prepare(start('prepare', [])), racer);
  const [runs, again, fork]: [Lap[], Lap[], Lap[]] = [[], [], []];
  for (let repeat = 0; repeat < repeats; repeat += 1) {
    const chain = start(`chain${repeat}`, varied(CHAIN, repeat));
    say(`${racer.name}: deploying …`);
    runs.push(await lap(racer, chain, aws));
    again.push(await lap(racer, chain, aws));
    if (PARALLEL.has(id)) fork.push(await lap(racer, start(`fork${repeat}`, varied(FORK, repeat)), aws));
  }
  return { runs, again, ...(fork.length > 0 && { fork }) };
}

/** The tools that can deploy stacks at once. */
const PARALLEL: ReadonlySet<RacerName> = new Set(['zap-obs', 'cdk']);

/** @throws Error when the tool fails: its figures would mean nothing */
export async function lap(racer: Racer, start: Start, aws: LocalAws): Promise<Lap> {
  const callsBefore = aws.calls.length;
  const from = Date.now();
  const { peakMemory } = ended(await racer.deploy(start), racer);
  const span = { from, to: Date.now() };
  const work = aws.stacks().flatMap(stack => (stack.name.startsWith(`${start.prefix}-`) ? [stack.work] : []));
  const during = work.map(spans => spans.filter(({ to }) => to > from));
  const calls: Lap['calls'] = {};
  for (const { service, action } of aws.calls.slice(callsBefore)) {
    calls[`${service}:${action}`] = (calls[`${service}:${action}`] ?? 0) + 1;
  }
  return {
    ...waitingIn(span, during),
    beyondByStack: waitingByStack(span, during),
    ...(peakMemory !== undefined && { peakMemory }),
    calls,
  };
}

function ended(ran: Ran, { name }: Racer): Ran {
  if (ran.code === 0) return ran;
  throw new Error(`${name} ended with code ${ran.code}:\n${ran.log.trim().split('\n').slice(-15).join('\n')}`);
}
