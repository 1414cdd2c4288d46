/** Whether a text matches a pattern of IAM, in which `*` stands for anything, slashes too, and `?` for one character. */
export function matchesGlob(text: string, pattern: string): boolean {
  const expression = pattern
    .replaceAll(/[\\^$.|+()[\]{}]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.');
  return new RegExp(`^${expression}$`, 's').test(text);
}
