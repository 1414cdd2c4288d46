import { describe, expect, it } from 'vitest';
import { Dockerignore } from './dockerignore.ts';

/** Whether a path is left out, with the verdicts on its folders handed down as a walk does. */
function isIgnored(rules: string, path: string): boolean {
  const ignore = Dockerignore.parse(rules);
  const parts = path.split('/');
  let verdict = ignore.judge(parts[0] ?? '');
  for (let depth = 2; depth <= parts.length; depth += 1)
    verdict = ignore.judge(parts.slice(0, depth).join('/'), verdict);
  return verdict.isIgnored;
}

// The examples of https://docs.docker.com/build/concepts/context/#syntax, and cases of moby/patternmatcher's own tests.
describe('a path is left out', () => {
  it.each([
    ['# comment', 'comment', false],
    ['  # no comment', '# no comment', true],
    ['*/temp*', 'somedir/temporary.txt', true],
    ['*/temp*', 'temporary.txt', false],
    ['*/*/temp*', 'somedir/subdir/temporary.txt', true],
    ['temp?', 'tempa', true],
    ['temp?', 'temp', false],
    ['**/*.go', 'main.go', true],
    ['**/*.go', 'a/b/main.go', true],
    ['/foo/bar', 'foo/bar', true],
    ['foo/bar/', 'foo/bar/deep/file', true],
    ['foo/bar', 'x/foo/bar', false],
    ['**/bar', 'x/foo/bar/file', true],
    ['foo/**', 'foo', false],
    ['foo/**', 'foo/a/b', true],
    ['a**b', 'a/x/b', true],
    ['*.md\n!README.md', 'README.md', false],
    ['*.md\n!README*.md\nREADME-secret.md', 'README-secret.md', true],
    ['*.md\nREADME-secret.md\n!README*.md', 'README-secret.md', false],
    ['*\n!src\nsrc/**/*.test.ts', 'src/a/b.test.ts', true],
    ['*\n!src\nsrc/**/*.test.ts', 'src/a/b.ts', false],
    ['*\n!src/keep', 'src/keep/file', false],
    ['*\n!src/keep', 'src/other', true],
    ['a/../b', 'b', true],
    ['./c/.', 'c', true],
    ['[a-c].txt', 'b.txt', true],
    ['[a-c].txt', 'd.txt', false],
    ['[^a-c].txt', 'd.txt', true],
    ['\\*.txt', '*.txt', true],
    ['\\*.txt', 'a.txt', false],
    ['a.b', 'axb', false],
    ['a+(b)$', 'a+(b)$', true],
    ['\uFEFFbom', 'bom', true],
    ['crlf\r\nnext', 'crlf', true],
    ['!kept\nkept', 'kept', true],
    ['', 'anything', false],
  ])('by %j: %s (%s)', (rules, path, expected) => {
    expect(isIgnored(rules, path)).toBe(expected);
  });
});

it('looks below an ignored folder only where an exception may keep something', () => {
  const ignore = Dockerignore.parse('*\n!src/app\n!docs/*.md');
  expect(ignore.mayKeepBelow('node_modules')).toBe(false);
  expect(ignore.mayKeepBelow('src')).toBe(true);
  expect(ignore.mayKeepBelow('src/app/deep')).toBe(true);
  expect(ignore.mayKeepBelow('src/lib')).toBe(false);
  expect(ignore.mayKeepBelow('docs')).toBe(true);
  expect(Dockerignore.parse('*\n!**/keep').mayKeepBelow('node_modules')).toBe(true);
  expect(Dockerignore.parse('*').mayKeepBelow('src')).toBe(false);
});

it.each(['!', '[a', 'x\n!'])('refuses %j, as Docker does', rules => {
  expect(() => Dockerignore.parse(rules)).toThrow(SyntaxError);
});
