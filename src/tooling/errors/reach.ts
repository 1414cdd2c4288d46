import { dirname, join } from 'node:path/posix';
import { isNode, type Node, nodesOf } from './syntax.ts';

/**
 * Which files each of the given ones brings with it, itself included. What is imported for its types alone is not.
 *
 * @param trees by path
 */
export function reachOf(from: string, trees: ReadonlyMap<string, Node>): Set<string> {
  const reached = new Set<string>();
  const visit = (file: string) => {
    const tree = trees.get(file);
    if (!tree || reached.has(file)) return;
    reached.add(file);
    for (const source of importsOf(tree)) if (source.startsWith('.')) visit(join(dirname(file), source));
  };
  visit(from);
  return reached;
}

function importsOf(tree: Node): string[] {
  return nodesOf(tree).flatMap(node => {
    const isImport = /^(ImportDeclaration|ImportExpression|ExportNamedDeclaration|ExportAllDeclaration)$/.test(
      node.type,
    );
    if (!isImport || node.importKind === 'type' || node.exportKind === 'type') return [];
    return isNode(node.source) && typeof node.source.value === 'string' ? [node.source.value] : [];
  });
}
