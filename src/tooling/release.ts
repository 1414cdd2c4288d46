// `npm run release -- prepare|publish`: a release from the commit that is checked out. .github/workflows/release.yml runs both,
// with the provenance of the archive attested between them.
//
// The release is a commit of its own beside main, in which the actions name one another by its tag. vX.Y.Z is put there and never
// moved; v1 is moved there. So @v1 is one release as a whole, and @vX.Y.Z stays what it is.
import { execFileSync } from 'node:child_process';
import { appendFileSync, globSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { messageOf, UserFault } from '../runner/fault.ts';
import { changelog } from './release/changelog.ts';
import { planRelease, type ReleasePlan } from './release/plan-release.ts';
import { stamped } from './release/stamp.ts';
import { MAJOR, TOOLKIT } from './toolkit-name.ts';

/** What `prepare` leaves to `publish`. */
interface Prepared extends ReleasePlan {
  commit: string;
  archive: string;
  notes: string;
  /** Where the moving tag is now; empty where there is none. It moves from there only, so never back behind another release. */
  movingFrom: string;
}

const root = process.cwd();
const folder = '.tmp/release';
const record = join(root, folder, 'release.json');
const repository = process.env.GITHUB_REPOSITORY || TOOLKIT;

try {
  const [command] = process.argv.slice(2);
  if (command === 'prepare') prepare();
  else if (command === 'publish') publish();
  else throw new UserFault({ what: 'Usage: npm run release -- prepare|publish' });
} catch (error) {
  if (!(error instanceof UserFault)) throw error;
  console.error(messageOf(error));
  process.exitCode = 1;
}

/** Makes the commit, the archive and the text of the release. Nothing leaves the machine. */
function prepare(): void {
  checkPlace();
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string };
  const plan = planRelease(version, git('tag', '--list').split('\n'), MAJOR);
  const commit = releaseCommit(plan);
  const movingFrom = git('for-each-ref', '--format=%(objectname)', `refs/tags/${plan.moving}`);
  mkdirSync(join(root, folder), { recursive: true });
  const [archive, notes] = [`${folder}/zap-obs-${plan.tag}.tar.gz`, `${folder}/notes.md`];
  git('archive', '--format=tar.gz', `--prefix=zap-obs-${version}/`, `--output=${archive}`, commit);
  writeFileSync(join(root, notes), changelog(plan.tag, plan.previous, commitsSince(plan.previous), repository));
  writeFileSync(record, JSON.stringify({ ...plan, commit, archive, notes, movingFrom } satisfies Prepared, null, 2));
  if (process.env.GITHUB_OUTPUT) appendFileSync(process.env.GITHUB_OUTPUT, `tag=${plan.tag}\narchive=${archive}\n`);
  console.log(`${plan.tag} is ready: commit ${commit}, archive ${archive}, after ${plan.previous ?? 'none'}`);
}

/** A draft first, then both tags at once, then what everybody sees: what fails half-way leaves a draft. */
function publish(): void {
  const environment = pushEnvironment();
  const { tag, moving, movingFrom, commit, archive, notes } = prepared();
  const title = ['--title', tag];
  gh('release', 'create', tag, archive, '--draft', '--notes-file', notes, ...title, '--repo', repository);
  const tags = [`${commit}:refs/tags/${tag}`, `${commit}:refs/tags/${moving}`];
  const lease = `--force-with-lease=refs/tags/${moving}:${movingFrom}`;
  run('git', ['push', '--atomic', lease, 'origin', ...tags], environment);
  showRelease(tag);
  console.log(`${tag} is released, and ${moving} is at it`);
}

/** @throws UserFault unless the last `prepare` was of the commit that is checked out */
function prepared(): Prepared {
  let found: Prepared | undefined;
  try {
    found = JSON.parse(readFileSync(record, 'utf8'));
  } catch {
    // Said below, as for one of another commit.
  }
  if (found?.commit && git('rev-parse', `${found.commit}^`) === git('rev-parse', 'HEAD')) return found;
  throw new UserFault({
    what: 'No release of this commit is prepared',
    seen: found?.tag
      ? `${folder}/release.json is of ${found.tag}, beside another commit`
      : `no ${folder}/release.json of use`,
    fix: 'Run `npm run release -- prepare` first',
  });
}

/** The tags are there by now, and a release of them cannot be prepared again: what is left to do is said. */
function showRelease(tag: string): void {
  const words = ['release', 'edit', tag, '--draft=false', '--verify-tag', '--repo', repository];
  try {
    gh(...words);
  } catch (error) {
    throw new UserFault({
      what: `${tag} is tagged, and its release is still a draft`,
      seen: messageOf(error),
      fix: `Show it: \`gh ${words.join(' ')}\``,
    });
  }
}

function checkPlace(): void {
  const branch = process.env.GITHUB_REF || `refs/heads/${git('rev-parse', '--abbrev-ref', 'HEAD')}`;
  if (branch !== 'refs/heads/main') {
    throw new UserFault({ what: 'Releases are made from main only', seen: branch, fix: 'Run the workflow on main' });
  }
  const changed = git('status', '--porcelain');
  if (changed !== '') {
    throw new UserFault({
      what: 'The tree has changes that are not committed',
      seen: changed,
      fix: 'Commit them first',
    });
  }
  if (git('rev-parse', '--is-shallow-repository') === 'true') {
    throw new UserFault({ what: 'The history is not there', fix: 'Check out with `fetch-depth: 0`' });
  }
}

/** The present commit with the names of siblings stamped; neither main nor the tree that is checked out changes. */
function releaseCommit({ tag, moving }: ReleasePlan): string {
  const index = { GIT_INDEX_FILE: resolve(root, git('rev-parse', '--git-path', 'zap-obs-release-index')) };
  gitWith(index, 'read-tree', 'HEAD');
  for (const path of globSync(['action.yml', '.github/workflows/*.yml'], { cwd: root })) {
    const text = readFileSync(join(root, path), 'utf8');
    const content = stamped(text, TOOLKIT, moving, tag);
    if (content === text) continue;
    const blob = run('git', ['hash-object', '-w', '--stdin'], {}, content);
    const mode = git('ls-files', '--stage', '--', path).split(' ')[0] ?? '100644';
    gitWith(index, 'update-index', '--cacheinfo', `${mode},${blob},${path.replaceAll('\\', '/')}`);
  }
  const tree = gitWith(index, 'write-tree');
  const date = git('log', '-1', '--format=%cI');
  const who = {
    NAME: 'github-actions[bot]',
    EMAIL: '41898282+github-actions[bot]@users.noreply.github.com',
    DATE: date,
  };
  const identity = Object.entries(who).flatMap(([part, value]) => [
    [`GIT_AUTHOR_${part}`, value],
    [`GIT_COMMITTER_${part}`, value],
  ]);
  return gitWith(Object.fromEntries(identity), 'commit-tree', tree, '-p', 'HEAD', '-m', `Release ${tag}`);
}

/** Without those that merge, whose subjects say nothing. A release is beside main, so its parent is what counts. */
function commitsSince(previous: string | undefined) {
  const range = previous === undefined ? ['HEAD'] : ['HEAD', `^${previous}`];
  return git('log', '--no-merges', '--format=%h %s', ...range)
    .split('\n')
    .filter(Boolean)
    .map(line => ({ hash: line.slice(0, line.indexOf(' ')), subject: line.slice(line.indexOf(' ') + 1) }));
}

/**
 * The token goes by the environment: neither into a command line nor into a file. That of the job will not do: GitHub takes no
 * commit from it whose workflows are those of no branch, and no `permissions` of a job can change that. At a desk, git's own
 * credentials are used.
 * https://docs.github.com/en/rest/authentication/permissions-required-for-fine-grained-personal-access-tokens
 */
function pushEnvironment(): Record<string, string> {
  const token = process.env.RELEASE_TOKEN;
  if (!token && process.env.GITHUB_ACTIONS === 'true') {
    throw new UserFault({
      what: 'There is no token to push the tags with',
      seen: "no secret RELEASE_TOKEN in the environment `release`; GitHub refuses the job's own token, as the workflows of a release are stamped",
      fix: 'Make a fine-grained token for this repository alone with write access to Contents and Workflows, and keep it there',
    });
  }
  if (!token) return {};
  const header = `AUTHORIZATION: basic ${Buffer.from(`x-access-token:${token}`).toString('base64')}`;
  const server = process.env.GITHUB_SERVER_URL || 'https://github.com';
  return { GIT_CONFIG_COUNT: '1', GIT_CONFIG_KEY_0: `http.${server}/.extraheader`, GIT_CONFIG_VALUE_0: header };
}

function git(...args: string[]): string {
  return run('git', args);
}

function gitWith(env: Record<string, string>, ...args: string[]): string {
  return run('git', args, env);
}

function gh(...args: string[]): void {
  run('gh', args, process.env.GITHUB_TOKEN ? { GH_TOKEN: process.env.GITHUB_TOKEN } : {});
}

/** What a command prints, without the line end. */
function run(command: string, args: readonly string[], env: Record<string, string> = {}, input = ''): string {
  const stdio = ['pipe', 'pipe', 'inherit'] as const;
  return execFileSync(command, args, { cwd: root, env: { ...process.env, ...env }, input, stdio: [...stdio] })
    .toString()
    .trimEnd();
}
