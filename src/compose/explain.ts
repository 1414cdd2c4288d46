import type { Fault } from '../runner/fault.ts';

/** What a command of Docker was meant to do, as the first words of a message. */
export interface Attempt {
  /** Such as `The project cannot be started`. */
  failed: string;
  /** The compose files, as the user names them. */
  files: readonly string[];
}

interface Known {
  pattern: RegExp;
  /** Makes the fault of what the pattern found. */
  fault(found: RegExpMatchArray, attempt: Attempt): Fault;
}

/** Messages of Docker 20.10 to 28 and Compose 2, each met in a run. */
const KNOWN: readonly Known[] = [
  {
    pattern: /Cannot connect to the Docker daemon at (\S+)\. Is the docker daemon running|error during connect: (.*)/,
    fault: ([, address = '']) => ({
      what: 'The Docker engine does not answer',
      seen: address && `no engine at ${address}`,
      fix: 'Start it (`systemctl start docker`, Docker Desktop, Colima …), or let DOCKER_HOST name the one that runs',
    }),
  },
  {
    pattern: /permission denied while trying to connect to the (?:Docker daemon|docker API).*?(unix:\/\/\S+)/i,
    fault: ([, address = '']) => ({
      what: 'This user may not speak to the Docker engine',
      seen: `permission denied at ${address}`,
      fix: 'Add the user to the group `docker` and log in anew, or use a rootless engine',
    }),
  },
  {
    pattern: /unknown shorthand flag: '\w' in -\w|'compose' is not a docker command|unknown command: docker compose/,
    fault: () => ({
      what: 'This Docker has no `docker compose`',
      fix: 'Install its plugin, version 2.24.4 or later (https://docs.docker.com/compose/install/linux)',
    }),
  },
  {
    pattern:
      /(?:listen tcp\d? |Bind for )((?:\d+\.\d+\.\d+\.\d+|\[.*?\]):(\d+)).*?(?:address already in use|port is already allocated)/,
    fault: ([, address = '', port = '']) => ({
      what: `Port ${port} is in use on this machine`,
      seen: address,
      fix: `End what listens there (\`ss -ltnp 'sport = :${port}'\` or \`docker ps\` tells), or publish another port`,
    }),
  },
  {
    pattern: /ports are not available.*?(\d+\.\d+\.\d+\.\d+:(\d+))/,
    fault: ([, address = '', port = '']) => ({
      what: `Port ${port} is not to be had on this machine`,
      seen: address,
      fix: 'End what listens there, or publish another port',
    }),
  },
  {
    pattern: /failed to parse (\S+): yaml: (?:line (\d+): )?(.*)|yaml: (?:line (\d+): )?(.*)/,
    fault: ([, file, line, text, line2, text2], { files }) => {
      const at = line ?? line2;
      return {
        what: 'The compose file is not YAML',
        seen: text ?? text2,
        fix: 'Mend that line',
        place: { file: nameOf(file, files), ...(at && { line: Number(at) }) },
      };
    },
  },
  {
    pattern: /validating (\S+): (.*)/,
    fault: ([, file, text], { files }) => ({
      what: 'The compose file says something that Compose does not know',
      seen: text,
      fix: 'Compare it with https://docs.docker.com/reference/compose-file',
      place: { file: nameOf(file, files) },
    }),
  },
  {
    pattern: /error while interpolating (\S+): required variable (\S+) is missing a value:? ?(.*)/,
    fault: ([, where = '', name = '', text = ''], { files }) => ({
      what: `The compose file needs the environment variable ${name}`,
      seen: [`nothing, at \`${where}\``, text].filter(Boolean).join(': '),
      fix: `Set ${name} in the step's \`env\``,
      place: { file: files[0] ?? '' },
    }),
  },
  {
    pattern: /open (\S+): no such file or directory/,
    fault: ([, file], { failed }) => ({
      what: failed,
      seen: `no file ${file}`,
      fix: 'Correct the path; it is relative to the compose file that names it',
    }),
  },
  {
    pattern: /no space left on device/,
    fault: (_, { failed }) => ({
      what: failed,
      seen: 'no space left on the disk that Docker uses',
      fix: 'Make room: `docker system df` tells what takes it',
    }),
  },
  {
    pattern: /pull access denied for (\S+?),|manifest for (\S+) not found|(\S+): not found$/m,
    fault: ([, denied, missing, other], { failed }) => ({
      what: failed,
      seen: `no image ${denied ?? missing ?? other} in its registry, or no right to pull it`,
      fix: 'Correct the image’s name, or log in to its registry (`docker login`) in an earlier step',
    }),
  },
  {
    pattern: /Get "https:\/\/([^/"]+)\/.*?": (.*)/,
    fault: ([, registry = '', why = ''], { failed }) => ({
      what: failed,
      seen: `the image registry ${registry} cannot be reached: ${why}`,
      fix: 'Look at network and proxy, or build the images before and name them in the environment',
    }),
  },
  {
    pattern:
      /executor failed running \[(.*?)\]: exit code: (\d+)|process "(.*?)" did not complete successfully: exit code: (\d+)/,
    fault: ([, command, code, command2, code2], { failed }) => ({
      what: failed,
      seen: `\`${command ?? command2}\` ended with exit code ${code ?? code2}`,
      fix: 'What it printed stands in the log of the build, above',
    }),
  },
];

/** So many last lines are searched: what a build prints before may look like an error of Docker's. */
const LAST = 12;

/**
 * Explains why a command of Docker has failed. What is not known is shown as Docker says it, its last lines: these name the
 * error, what comes before tells of progress.
 */
export function explain(stderr: string, attempt: Attempt): Fault {
  const lines = stderr.split('\n').filter(line => line.trim() !== '');
  const end = lines.slice(-LAST).join('\n');
  for (const { pattern, fault } of KNOWN) {
    const found = end.match(pattern);
    if (found) return fault(found, attempt);
  }
  const seen = lines
    .slice(-3)
    .map(line => line.trim())
    .join(' ⏎ ');
  return { what: attempt.failed, seen: seen || 'no word from Docker' };
}

/** The user's name of a file that Compose names absolutely. */
function nameOf(path: string | undefined, files: readonly string[]): string {
  return files.find(file => path?.endsWith(file)) ?? path ?? files[0] ?? '';
}
