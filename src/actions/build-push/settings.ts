import { access, constants } from 'node:fs/promises';
import { basename, join, relative, resolve } from 'node:path';
import { REPOSITORY_NAME, repositoryNameOf } from '../../image/image-name.ts';
import type { SourceOptions } from '../../image/source.ts';
import { type Fault, messageOf, throwIfAny } from '../../runner/fault.ts';
import type { InputValues } from '../../runner/spec.ts';
import type { spec } from './spec.ts';

type Inputs = InputValues<typeof spec.inputs>;

/** What the inputs ask for, with all that they leave open filled in. */
export interface Settings extends SourceOptions {
  repository: string;
  /** Absolute paths by id. */
  secrets: Readonly<Record<string, string>>;
}

/** The platform of the shipped task definition, unless its parameter says otherwise: `CpuArchitecture` is `X86_64`. */
export const DEFAULT_PLATFORM = 'linux/amd64';

/**
 * BuildKit takes each by two names.
 * https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task_definition_parameters.html, `runtimePlatform`
 */
const RUN_BY_ECS: ReadonlySet<string> = new Set([DEFAULT_PLATFORM, 'linux/x86_64', 'linux/arm64', 'linux/arm64/v8']);

/**
 * @param env where GitHub's cache is named
 * @throws UserFault naming everything that cannot be
 */
export function settingsOf(inputs: Inputs, workspace: string, env: NodeJS.ProcessEnv): Settings {
  const context = resolve(workspace, inputs.context);
  const dockerfile = inputs.dockerfile ? resolve(workspace, inputs.dockerfile) : join(context, 'Dockerfile');
  const repository = inputs.repository ?? repositoryNameOf(inputs['stack-prefix'], basename(context));
  throwIfAny([
    ...platformFaults(inputs.platforms),
    ...argumentFaults(inputs['build-args']),
    ...secretFaults(inputs['secret-files']),
    ...cacheFaults(inputs, env),
    ...(REPOSITORY_NAME.test(repository) ? [] : [unnamed(repository)]),
  ]);
  return {
    context,
    shownContext: inputs.context,
    dockerfile,
    shownDockerfile: shown(dockerfile, workspace),
    target: inputs.target,
    args: inputs['build-args'],
    platforms: inputs.platforms.length > 0 ? [...new Set(inputs.platforms)] : [DEFAULT_PLATFORM],
    repository,
    secrets: Object.fromEntries(
      Object.entries(inputs['secret-files']).map(([id, file]) => [id, resolve(workspace, file)]),
    ),
  };
}

/** Relative to the workspace, as annotations need it, where it stands in it. */
function shown(path: string, workspace: string): string {
  const inside = relative(workspace, path);
  return inside.startsWith('..') ? path : inside.replaceAll('\\', '/');
}

function platformFaults(platforms: readonly string[]): Fault[] {
  return platforms
    .filter(platform => !RUN_BY_ECS.has(platform))
    .map(seen => ({
      what: 'Input `platforms` names a platform that ECS does not run',
      seen: `\`${seen}\``,
      fix: 'Give `linux/amd64` or `linux/arm64`',
    }));
}

function argumentFaults(args: Readonly<Record<string, string>>): Fault[] {
  const unfit = Object.entries(args).filter(([, value]) => value.includes('\0'));
  const unnamed = Object.keys(args)
    .filter(name => !/^[A-Za-z_]\w*$/.test(name))
    .map(seen => ({
      what: 'Input `build-args` has a name that no argument can have',
      seen: `\`${seen}\``,
      fix: 'Use letters, digits and `_`, not beginning with a digit',
    }));
  return [
    ...unnamed,
    ...unfit.map(([name]) => ({
      what: `Input \`build-args\` has a value that no argument can have: \`${name}\` holds a zero byte`,
      fix: 'Take it out, or encode the value, as in base64',
    })),
  ];
}

/** BuildKit reads an id and its file as fields between commas. */
function secretFaults(secrets: Readonly<Record<string, string>>): Fault[] {
  return Object.keys(secrets)
    .filter(id => !/^[\w.-]+$/.test(id))
    .map(seen => ({
      what: 'Input `secret-files` has an id that no secret can have',
      seen: `\`${seen}\``,
      fix: 'Use letters, digits, `_`, `.` and `-`',
    }));
}

function cacheFaults({ cache, push }: Inputs, env: NodeJS.ProcessEnv): Fault[] {
  if (cache === 'registry' && !push)
    return [{ what: 'Input `cache: registry` needs a registry, and `push: false` uses none', fix: 'Set one of them' }];
  if (cache !== 'gha' || (env.ACTIONS_RUNTIME_TOKEN && (env.ACTIONS_RESULTS_URL || env.ACTIONS_CACHE_URL))) return [];
  return [
    {
      what: "Input `cache: gha` needs GitHub's cache, and there is none here",
      seen: 'no ACTIONS_RUNTIME_TOKEN with ACTIONS_RESULTS_URL or ACTIONS_CACHE_URL',
      fix: 'Run this in a job of GitHub Actions, or set `cache` to `none` or `registry`',
    },
  ];
}

/** @throws UserFault naming the files with secrets that cannot be read */
export async function expectSecrets(secrets: Readonly<Record<string, string>>): Promise<void> {
  const faults = await Promise.all(
    Object.entries(secrets).map(async ([id, file]): Promise<Fault[]> => {
      try {
        await access(file, constants.R_OK);
        return [];
      } catch (error) {
        const what = `The file of secret \`${id}\` cannot be read`;
        return [{ what, seen: messageOf(error), fix: 'Correct input `secret-files`; it is relative to the workspace' }];
      }
    }),
  );
  throwIfAny(faults.flat());
}

function unnamed(seen: string): Fault {
  const what = 'No name for the repository can be made of the folder of `context`';
  return { what, seen: `\`${seen}\``, fix: 'Give input `repository`' };
}
