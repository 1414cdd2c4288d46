import { isList, isMap, rendered, type Value } from '../evaluation/values.ts';
import type { Combination } from './combination.ts';
import { cpuUnits, isForFargate, memoryMebibytes } from './fargate-size.ts';
import { numberOf, type Part, parametersOf, type Sight, titleOf } from './sight.ts';

/**
 * What the containers of a task reserve must fit into it; a container's memory is reserved unless MemoryReservation says how
 * much is. https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ContainerDefinition.html (cpu, memory)
 */
export function containerReservations({ certain, part }: Sight): Combination[] {
  return certain.filter(isForFargate).flatMap((definition): Combination[] => {
    const containers = definition.property('ContainerDefinitions');
    if (!isList(containers)) return [];
    const exceeded = (total: Part, limit: number | undefined, unit: string, of: (container: Known) => Value) => {
      const reserved = containers.filter(isMap).flatMap(container => {
        const number = numberOf(of(container));
        return number === undefined ? [] : [{ name: rendered(container.Name), number }];
      });
      // Containers that are not known could only add to this.
      const sum = reserved.reduce((all, { number }) => all + number, 0);
      if (limit === undefined || sum <= limit) return [];
      return [
        {
          stack: definition.stack,
          parameters: parametersOf(total),
          what: `The containers of ${titleOf(definition)} reserve more ${unit} than their task has`,
          seen: `${reserved.map(({ name, number }) => `${name} ${number}`).join(' + ')} = ${sum}, ${total.text}`,
          fix: `Raise \`${total.setting}\`, or let the containers reserve less`,
          place: definition.place(['Properties', 'ContainerDefinitions']),
        },
      ];
    };
    const [cpu, memory] = [part(definition, 'Cpu'), part(definition, 'Memory')];
    return [
      ...exceeded(cpu, cpuUnits(cpu.value), 'CPU', container => container.Cpu),
      ...exceeded(
        memory,
        memoryMebibytes(memory.value),
        'memory',
        container => container.MemoryReservation ?? container.Memory,
      ),
    ];
  });
}

type Known = { readonly [key: string]: Value };
