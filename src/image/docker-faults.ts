import { type Attempt, explain } from '../compose/explain.ts';
import type { Fault } from '../runner/fault.ts';

interface Known {
  pattern: RegExp;
  fault(found: RegExpMatchArray, attempt: Attempt): Fault;
}

const SETUP_BUILDX =
  'Run `docker/setup-buildx-action` in an earlier step, or turn on the containerd image store of the engine';

const NO_BUILDX =
  /'buildx' is not a docker command|unknown command: docker buildx|unknown flag: --(?:progress|metadata-file|provenance|prefer-index)/;

/** Words of engine, buildx and registries about a login or a transfer. The first that is found counts. */
const KNOWN: readonly Known[] = [
  {
    pattern: NO_BUILDX,
    fault: () => ({
      what: 'This Docker has no `docker buildx`, or an old one',
      fix: 'Install its plugin, version 0.13 or later (https://docs.docker.com/build/install-buildx)',
    }),
  },
  {
    pattern: /invalid progress mode|unknown progress|rawjson/,
    fault: () => ({
      what: 'This `docker buildx` is too old',
      fix: 'Install version 0.13 or later (https://docs.docker.com/build/install-buildx)',
    }),
  },
  {
    pattern:
      /Multi-platform build is not supported|does not currently support exporting manifest lists|multiple platforms feature is currently not supported/,
    fault: (_, { failed }) => ({
      what: failed,
      seen: 'this engine builds for one platform at a time',
      fix: SETUP_BUILDX,
    }),
  },
  {
    pattern: /Cache export is not supported|cache export feature is currently not supported/,
    fault: (_, { failed }) => ({
      what: failed,
      seen: 'this engine cannot keep a cache outside of itself',
      fix: `${SETUP_BUILDX}; or set input \`cache\` to \`none\``,
    }),
  },
  {
    pattern: /exec format error|exec user process caused.*exec format/,
    fault: (_, { failed }) => ({
      what: failed,
      seen: 'the engine cannot run programs of that platform (exec format error)',
      fix: 'Run `docker/setup-qemu-action` in an earlier step, build on a machine of that platform, or take it out of input `platforms`',
    }),
  },
  {
    pattern: /no match for platform in manifest|does not provide the specified platform|no matching manifest for (\S+)/,
    fault: ([seen], { failed }) => ({
      what: failed,
      seen: `an image on which it builds is not there for that platform: ${seen}`,
      fix: 'Take the platform out of input `platforms`, or build on another image',
    }),
  },
  {
    pattern: /error getting credentials.*/,
    fault: ([seen], { failed }) => ({
      what: failed,
      seen,
      fix: 'Mend the credential helper that `config.json` of Docker names, or take it out there',
    }),
  },
  {
    pattern: /tag invalid: The image tag '([^']+)' already exists.*/,
    fault: ([seen, tag]) => ({
      what: `Tag \`${tag}\` belongs to another image, and tags of this repository do not move`,
      seen,
      fix: 'Give another `tag`, or none',
    }),
  },
  {
    pattern:
      /(?:received unexpected HTTP status|unexpected status(?: from \S+ request)?(?: to \S+)?|failed with status):? (5\d\d.*)/,
    fault: ([, seen], { failed }) => ({
      what: failed,
      seen: `the registry answers ${seen}`,
      fix: 'This may pass by itself: run again',
    }),
  },
  {
    pattern: /.*(?:\b403 Forbidden|denied: User|not authorized to perform).*/,
    fault: ([seen = ''], { failed }) => ({
      what: failed,
      seen: seen.trim(),
      fix: 'Allow `ecr:BatchCheckLayerAvailability`, `ecr:InitiateLayerUpload`, `ecr:UploadLayerPart`, `ecr:CompleteLayerUpload` and `ecr:PutImage` for this role',
    }),
  },
  {
    pattern:
      /.*(?:authorization token has expired|no basic auth credentials|\b401 Unauthorized|unauthorized: authentication).*/i,
    fault: ([seen = ''], { failed }) => ({
      what: failed,
      seen: `the registry does not accept the login: ${seen.trim()}`,
      fix: 'Run again; if that helps nothing, see whether the repository’s policy refuses this role',
    }),
  },
  {
    pattern:
      /(?:Get|Head|Post|Put|Patch) \\?"?(https?:\/\/([^/"\\]+))[^"]*\\?"?: (.*(?:connection refused|no such host|i\/o timeout|timeout|deadline exceeded|no route to host|certificate|connection reset|\bEOF).*)/i,
    fault: ([, , registry = '', why = ''], { failed }) => ({
      what: failed,
      seen: `the registry ${registry} cannot be reached: ${why.replace(/^dial tcp\S*:? ?/, '').trim()}`,
      fix: 'Look at network, proxy and certificates of this machine and of its Docker engine',
    }),
  },
];

/** So many last lines are searched. */
const LAST = 12;

/** Explains why a transfer to or from a registry, a login or a build as a whole has failed. */
export function registryFault(stderr: string, attempt: Attempt): Fault {
  const end = stderr
    .split('\n')
    .filter(line => line.trim() !== '' && !line.startsWith('{'))
    .slice(-LAST)
    .join('\n');
  for (const { pattern, fault } of KNOWN) {
    const found = end.match(pattern);
    if (found) return fault(found, attempt);
  }
  return explain(end, attempt);
}

/** Whether the registry has refused for want of a login that is valid: a new one may help. */
export function isLoginRefused(stderr: string): boolean {
  return /authorization token has expired|no basic auth credentials|401 Unauthorized|unauthorized: authentication required/i.test(
    stderr,
  );
}

/** Whether a tag could not be pushed because it is there already, in a repository whose tags do not move. */
export function isTagTaken(stderr: string): boolean {
  return /tag invalid: The image tag|ImageTagAlreadyExistsException/.test(stderr);
}

/** Whether there is no buildx, or one so old that it does not know what is asked of it. */
export function isBuildxMissing(stderr: string): boolean {
  return NO_BUILDX.test(stderr);
}
