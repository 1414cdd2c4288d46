import { closest } from 'fastest-levenshtein';

/** `Did you mean …?` when something is near, otherwise the choice there is. */
export function suggest(name: string, known: readonly string[]): string {
  if (known.length === 0) return 'There is none to choose from';
  const near = closest(
    name.toLowerCase(),
    known.map(item => item.toLowerCase()),
  );
  const best = known.find(item => item.toLowerCase() === near);
  const isNear =
    near[0] === name[0]?.toLowerCase() || near.includes(name.toLowerCase()) || name.toLowerCase().includes(near);
  return isNear && best ? `Did you mean \`${best}\`?` : `Use one of ${known.map(item => `\`${item}\``).join(', ')}`;
}
