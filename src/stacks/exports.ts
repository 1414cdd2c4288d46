import { isRecord } from './json-values.ts';
import { knownValue, type PlannedStack } from './plan.ts';

/**
 * The stacks that each stack imports exports from. Names are worked out from literals, parameters whose value is known,
 * and the stack's own name. One that cannot be (an account id, a nested intrinsic function) is taken to mean every earlier
 * stack that exports something: a needless wait is better than an import that is not there yet.
 */
export function importDependencies(stacks: readonly PlannedStack[], region: string): Map<string, Set<string>> {
  const exporters = stacks.map(stack => ({
    stack,
    names: stack.template.exports.map(name => staticText(name, stack, region)),
  }));
  return new Map(
    stacks.map((stack, index) => {
      const earlier = exporters.slice(0, index).filter(({ names }) => names.length > 0);
      const needed = stack.template.imports.flatMap(argument => {
        const name = staticText(argument, stack, region);
        const certain = exporters.filter(
          exporter => exporter.stack !== stack && name !== undefined && exporter.names.includes(name),
        );
        if (certain.length > 0) return certain;
        return name === undefined ? earlier : earlier.filter(({ names }) => names.includes(undefined));
      });
      return [stack.shortName, new Set(needed.map(exporter => exporter.stack.shortName))];
    }),
  );
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
