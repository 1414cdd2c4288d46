import { type Dependencies, reaches } from './graph.ts';
import { isRecord } from './json-values.ts';
import type { PlannedStack } from './plan.ts';
import { knownValue } from './sources.ts';

/**
 * Adds, to the edges of a graph of stacks, those that exports and imports make. Names are worked out from literals,
 * parameters whose value is known, and the stack's own name. One that cannot be (an account id, a loop, a default that may
 * have been overridden) is taken to mean every stack that exports something, unless that would close a circle: a needless
 * wait is better than an import that is not there yet, or an export that cannot be deleted.
 */
export function withImports(stacks: readonly PlannedStack[], edges: Dependencies, region: string): Dependencies {
  const dependencies = new Map([...edges].map(([name, others]) => [name, new Set(others)]));
  const exporters = stacks
    .map(stack => ({ stack, names: stack.template.exports.map(name => staticText(name, stack, region)) }))
    .filter(({ names }) => names.length > 0);
  const uncertain: { importer: PlannedStack; exporter: PlannedStack }[] = [];
  for (const importer of stacks) {
    const others = exporters.filter(({ stack }) => stack !== importer);
    for (const argument of importer.template.imports) {
      const name = staticText(argument, importer, region);
      const certain = others.filter(({ names }) => name !== undefined && names.includes(name));
      for (const { stack } of certain) dependencies.get(importer.shortName)?.add(stack.shortName);
      const candidates =
        certain.length > 0 ? [] : others.filter(({ names }) => name === undefined || names.includes(undefined));
      uncertain.push(...candidates.map(({ stack }) => ({ importer, exporter: stack })));
    }
  }
  for (const { importer, exporter } of uncertain) {
    const closesCircle = reaches(dependencies, exporter.shortName, importer.shortName);
    if (!closesCircle) dependencies.get(importer.shortName)?.add(exporter.shortName);
  }
  return dependencies;
}

/** The text of an expression when it can be known now. */
function staticText(value: unknown, stack: PlannedStack, region: string): string | undefined {
  if (typeof value === 'string') return value;
  if (!isRecord(value)) return undefined;
  if ('Ref' in value) return referenced(String(value.Ref), stack, region);
  const sub = value['Fn::Sub'];
  if (typeof sub === 'string') return substituted(sub, stack, region);
  const join = value['Fn::Join'];
  if (Array.isArray(join) && Array.isArray(join[1])) {
    const parts = join[1].map(part => staticText(part, stack, region));
    return parts.includes(undefined) ? undefined : parts.join(String(join[0]));
  }
  return undefined;
}

function substituted(text: string, stack: PlannedStack, region: string): string | undefined {
  let isKnown = true;
  const result = text.replaceAll(/\$\{([^}]*)\}/g, (_, name: string) => {
    if (name.startsWith('!')) return `\${${name.slice(1)}}`;
    const found = referenced(name.trim(), stack, region);
    isKnown &&= found !== undefined;
    return found ?? '';
  });
  return isKnown ? result : undefined;
}

function referenced(name: string, stack: PlannedStack, region: string): string | undefined {
  if (name === 'AWS::StackName') return stack.stackName;
  if (name === 'AWS::Region') return region;
  // A default may have been overridden when the stack was deployed, which a teardown cannot see.
  const source = stack.parameters.find(({ declaration }) => declaration.name === name)?.source;
  return source && source.kind !== 'default' ? knownValue(source) : undefined;
}
