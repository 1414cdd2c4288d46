/**
 * Names siblings by the release instead of by the moving tag, so that who has pinned a release runs nothing newer.
 *
 * @param toolkit owner and repository
 * @param from the moving tag that the tree has
 * @param to the tag of the release
 */
export function stamped(text: string, toolkit: string, from: string, to: string): string {
  const name = toolkit.replaceAll(/[.\\+*?[^\]$(){}=!<>|:-]/g, String.raw`\$&`);
  return text.replaceAll(new RegExp(`(\\buses: ${name}(?:/[\\w./-]+)?@)${from}$`, 'gm'), `$1${to}`);
}
