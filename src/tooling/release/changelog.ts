/** GitHub takes 125,000 characters; what is beyond is in the comparison that the text links to. */
const LIMIT = 100_000;

export interface Commit {
  /** Abbreviated. */
  hash: string;
  subject: string;
}

/**
 * What a release says about itself, in Markdown: the subjects of its commits, newest first.
 *
 * @param repository owner and name, for links
 */
export function changelog(
  tag: string,
  previous: string | undefined,
  commits: readonly Commit[],
  repository: string,
): string {
  const link = `https://github.com/${repository}`;
  const head = previous
    ? `Changes since [${previous}](${link}/releases/tag/${previous}), as [all of their lines](${link}/compare/${previous}...${tag}):`
    : 'The first release.';
  const verify = `To see who has built the archive, and from what: \`gh attestation verify zap-obs-${tag}.tar.gz --repo ${repository}\``;
  const room = LIMIT - head.length - verify.length - 100;
  const lines: string[] = [];
  let used = 0;
  for (const { hash, subject } of commits) {
    const line = `- ${plain(subject)} (${hash})`;
    used += line.length + 1;
    if (used > room) break;
    lines.push(line);
  }
  const more = commits.length - lines.length;
  return [head, [...lines, ...(more > 0 ? [`- and ${more} more`] : [])].join('\n'), verify]
    .filter(Boolean)
    .join('\n\n')
    .concat('\n');
}

/** Subjects are plain text: nobody is notified by one, and no tag of HTML begins in it. */
function plain(subject: string): string {
  return subject.replaceAll('<', '&lt;').replaceAll(/@(?=[a-z\d])/gi, '@\u200b');
}
