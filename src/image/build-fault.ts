import { tellingLine } from '../compose/telling-line.ts';
import type { Fault } from '../runner/fault.ts';
import type { Step } from './build-log.ts';
import { registryFault } from './docker-faults.ts';
import type { Dockerfile } from './dockerfile.ts';

/** What is known of a build that has failed. */
export interface FailedBuild {
  /** What the command printed beside its reports. */
  stderr: string;
  step: Step | undefined;
  dockerfile: Dockerfile;
  /** The Dockerfile as the user would write it. */
  file: string;
  /** The images on which it builds and the line that names each. */
  bases: readonly { image: string; line: number }[];
}

/** Why a build has failed, on the line of the Dockerfile that is to be mended where there is one. */
export function buildFault(build: FailedBuild): Fault {
  const { stderr, step, file } = build;
  const failed = 'The image cannot be built';
  const unparsed = /dockerfile parse error (?:on )?line (\d+): (.*)/.exec(stderr);
  if (unparsed) {
    const [, line, seen] = unparsed;
    return { what: 'The Dockerfile cannot be read', seen, fix: 'Mend that line', place: { file, line: Number(line) } };
  }
  const line = lineOf(build);
  const place = { file, ...at(line) };
  const ended = /(?:exit code: |returned a non-zero code: )(\d+)/.exec(step?.error ?? '');
  if (step && ended) {
    const said = tellingLine(step.output);
    const command = step.name.replace(/^\[[^\]]*\]\s*/, '');
    if (/exec format error/.test(step.output.join('\n')))
      return { ...registryFault('exec format error', { failed, files: [file] }), place };
    return {
      what: `${failed}: \`${command}\` ended with exit code ${ended[1]}`,
      seen: said ?? 'it has printed nothing',
      fix: 'What it printed stands in the log of the build; mend that step',
      place,
    };
  }
  const missing = /"\/?([^"]+)":? not found|COPY failed: file not found in build context.*?: (?:stat )?(\S+)/.exec(
    step?.error ?? '',
  );
  if (step && missing && !/^\[internal\]/.test(step.name))
    return {
      what: `${failed}: what \`${step.name.replace(/^\[[^\]]*\]\s*/, '')}\` copies is not there`,
      seen: `no \`${missing[1] ?? missing[2]}\``,
      fix: 'Correct its path, which is relative to input `context`; see whether `.dockerignore` leaves it out',
      place,
    };
  const target = /target stage "?([^"\s]+)"? could not be found/.exec(stderr);
  if (target)
    return {
      what: `The Dockerfile has no stage \`${target[1]}\``,
      seen: build.dockerfile.stages().filter(Boolean).join(', ') || 'no stage with a name',
      fix: 'Correct input `target`',
      place: { file },
    };
  const unnamed = /base name \((.*)\) should not be blank/.exec(stderr)?.[1];
  if (unnamed !== undefined)
    return {
      what: `${failed}: the image on which it builds has no name`,
      seen: `\`FROM ${unnamed}\`, with nothing in it`,
      fix: 'Give the argument in input `build-args`, or a default by `ARG` before `FROM`',
      place: { file, ...at(build.dockerfile.lineOfFrom(unnamed)) },
    };
  const misnamed = /failed to parse stage name "(.*)": (.*)/.exec(stderr);
  if (misnamed)
    return {
      what: `${failed}: the image on which it builds has no proper name`,
      seen: `\`${misnamed[1]}\`: ${misnamed[2]}`,
      fix: 'Correct the name after `FROM`, or the arguments in it',
      place: { file, ...at(build.bases.find(({ image }) => image === misnamed[1])?.line) },
    };
  const fault = registryFault(stderr, { failed, files: [file] });
  return line === undefined ? fault : { ...fault, place };
}

function at(line: number | undefined): { line?: number } {
  return line === undefined ? {} : { line };
}

/** From BuildKit's excerpt (`Dockerfile:12`, from version 0.9 on), else by the step's text, else of the image it asked for. */
function lineOf({ stderr, step, dockerfile, bases }: FailedBuild): number | undefined {
  const excerpt = /^\S+:(\d+)\n-{10,}$/m.exec(stderr)?.[1];
  if (excerpt !== undefined) return Number(excerpt);
  if (!step) return undefined;
  const own = dockerfile.lineOf(step.name);
  if (own !== undefined) return own;
  const asked = /^\[internal\] load metadata for (\S+)/.exec(step.name)?.[1];
  const base = asked && bases.find(({ image }) => asked === image || asked.endsWith(`/${image}`));
  return base ? base.line : undefined;
}
