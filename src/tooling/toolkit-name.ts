/** Where users find zap-obs: owner and repository, as they stand in `uses:`. */
export const TOOLKIT = 'org/zap-obs';

/** The moving tag that users name, and that every release of this major version moves. */
export const MAJOR = 'v1';

/** What stands behind `uses:` for a path of the repository; '' is the whole pipeline. */
export function usesOf(path: string): string {
  return `${[TOOLKIT, path].filter(Boolean).join('/')}@${MAJOR}`;
}
