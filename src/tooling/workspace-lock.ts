/** The parts of a lockfile of npm (version 3) that matter here; source: npm's documentation of package-lock.json. */
interface Lockfile {
  lockfileVersion: number;
  packages: Record<string, LockedPackage>;
}

interface LockedPackage {
  version?: string;
  resolved?: string;
  link?: boolean;
  dev?: boolean;
  devOptional?: boolean;
  peer?: boolean;
  optional?: boolean;
  dependencies?: Record<string, string>;
  optionalDependencies?: Record<string, string>;
  peerDependencies?: Record<string, string>;
  peerDependenciesMeta?: Record<string, { optional?: boolean }>;
}

interface Manifest {
  name: string;
  version: string;
  devDependencies?: Record<string, string>;
}

/**
 * A lockfile for a workspace that is built on its own, such as in an image: the same versions as the repository's, of what it
 * needs when it runs, and nothing else. `npm ci` takes it where only the workspace's folder is.
 *
 * @param rootLock the repository's lockfile, in which the workspace stands
 * @param manifest the workspace's package.json
 * @param folder where the workspace is
 * @throws Error when it cannot be done: with its next step
 */
export function workspaceLock(rootLock: string, manifest: string, folder: string): string {
  const { lockfileVersion, packages } = JSON.parse(rootLock) as Lockfile;
  const { name, version, devDependencies } = JSON.parse(manifest) as Manifest;
  const root = packages[folder];
  if (lockfileVersion !== 3) throw new Error(`A lockfile of version 3 is needed, this has ${lockfileVersion}`);
  if (root === undefined) throw new Error(`The lockfile has no workspace ${folder}. Run npm install.`);
  if (devDependencies !== undefined)
    throw new Error(`${folder} has devDependencies, which npm ci would miss. Give them to the repository instead.`);

  const needed = closure(packages, folder, true);
  const withoutOptional = closure(packages, folder, false);
  const moved = new Map<string, LockedPackage>();
  for (const path of [...needed].sort()) {
    const {
      resolved: _,
      dev: _dev,
      devOptional: _devOptional,
      peer: _peer,
      optional: _optional,
      ...rest
    } = packages[path] ?? {};
    const target = path.startsWith(`${folder}/`) ? path.slice(folder.length + 1) : path;
    if (moved.has(target))
      throw new Error(
        `${folder} needs two versions of ${target}. Have it use the version that is in the root, or nest it.`,
      );
    moved.set(target, { ...rest, ...(!withoutOptional.has(path) && { optional: true }) });
  }
  const sorted = [...moved].sort(([a], [b]) => a.localeCompare(b, 'en'));
  const lock = {
    name,
    version,
    lockfileVersion,
    requires: true,
    packages: Object.fromEntries([['', root], ...sorted]),
  };
  return `${JSON.stringify(lock, undefined, 2)}\n`;
}

/** The paths of all packages that a package needs when it runs. */
function closure(packages: Lockfile['packages'], start: string, optionalToo: boolean): Set<string> {
  const found = new Set<string>();
  const open = [start];
  for (let path = open.pop(); path !== undefined; path = open.pop()) {
    const entry = packages[path] ?? {};
    const { dependencies = {}, optionalDependencies = {}, peerDependencies = {}, peerDependenciesMeta = {} } = entry;
    const isOptional = (name: string) => name in optionalDependencies || peerDependenciesMeta[name]?.optional === true;
    for (const name of Object.keys({ ...dependencies, ...optionalDependencies, ...peerDependencies })) {
      if (isOptional(name) && !optionalToo) continue;
      const target = resolve(packages, path, name);
      // A peer that may be absent is only there when something else needs it.
      if (peerDependenciesMeta[name]?.optional && !(name in dependencies)) continue;
      if (target === undefined && isOptional(name)) continue;
      if (target === undefined)
        throw new Error(`${path} needs ${name}, which is not in the lockfile. Run npm install.`);
      if (found.has(target)) continue;
      found.add(target);
      open.push(target);
    }
  }
  return found;
}

/** Where Node finds a package from another: in the folder itself, then in those above it. */
function resolve(packages: Lockfile['packages'], from: string, name: string): string | undefined {
  for (let folder = from; ; folder = folder.slice(0, Math.max(folder.lastIndexOf('/'), 0))) {
    const path = folder === '' ? `node_modules/${name}` : `${folder}/node_modules/${name}`;
    if (path in packages) return path;
    if (folder === '') return undefined;
  }
}
