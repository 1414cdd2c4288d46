import { isList, type Resource, type Value } from '../evaluation/values.ts';
import type { Combination } from './combination.ts';
import { parametersOf, type Sight, titleOf } from './sight.ts';

/** Memory in GB from, to, and in steps of; or each amount that there is. */
type Sizes = { from: number; to: number; step: number } | readonly number[];

/**
 * The tasks that Fargate has, by vCPU. Those of 32 are from cfn-lint's schema: older copies of the page end at 16.
 * https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-cpu-memory-error.html
 */
const SIZES: ReadonlyMap<number, Sizes> = new Map<number, Sizes>([
  [0.25, [0.5, 1, 2]],
  [0.5, { from: 1, to: 4, step: 1 }],
  [1, { from: 2, to: 8, step: 1 }],
  [2, { from: 4, to: 16, step: 1 }],
  [4, { from: 8, to: 30, step: 1 }],
  [8, { from: 16, to: 60, step: 4 }],
  [16, { from: 32, to: 120, step: 8 }],
  [32, [60, 120, 244]],
]);

/** Fargate knows certain pairs of CPU and memory only. */
export function fargateSizes({ certain, part }: Sight): Combination[] {
  return certain.filter(isForFargate).flatMap((definition): Combination[] => {
    const [cpu, memory] = [part(definition, 'Cpu'), part(definition, 'Memory')];
    const [units, mebibytes] = [cpuUnits(cpu.value), memoryMebibytes(memory.value)];
    if (units === undefined) return [];
    const sizes = SIZES.get(units / 1024);
    if (sizes && (mebibytes === undefined || has(sizes, mebibytes / 1024))) return [];
    return [
      {
        stack: definition.stack,
        parameters: parametersOf(cpu, memory),
        what: `Fargate has no task of the size of ${titleOf(definition)}`,
        seen: `${cpu.text}, ${memory.text}`,
        fix: sizes
          ? `With this \`${cpu.setting}\`, make \`${memory.setting}\` ${words(sizes)}`
          : `Make \`${cpu.setting}\` one of ${[...SIZES.keys()].map(size => size * 1024).join(', ')}`,
        place: definition.place(['Properties', sizes ? 'Memory' : 'Cpu']),
      },
    ];
  });
}

/** A task definition that is registered for Fargate, be it for EC2 too. */
export function isForFargate({ type, property }: Resource): boolean {
  if (type !== 'AWS::ECS::TaskDefinition') return false;
  const launch = property('RequiresCompatibilities');
  return isList(launch) && launch.includes('FARGATE');
}

/** `1024`, `1 vCPU` */
export function cpuUnits(value: Value): number | undefined {
  return amount(value, /^(\d*\.?\d+)\s*vcpu$/i);
}

/** `2048`, `2 GB` */
export function memoryMebibytes(value: Value): number | undefined {
  return amount(value, /^(\d*\.?\d+)\s*gb$/i);
}

function amount(value: Value, thousands: RegExp): number | undefined {
  if (typeof value !== 'string') return undefined;
  if (/^\d+$/.test(value)) return Number(value);
  const many = thousands.exec(value)?.[1];
  return many === undefined ? undefined : Number(many) * 1024;
}

function has(sizes: Sizes, gigabytes: number): boolean {
  if ('from' in sizes)
    return gigabytes >= sizes.from && gigabytes <= sizes.to && (gigabytes - sizes.from) % sizes.step === 0;
  return sizes.includes(gigabytes);
}

function words(sizes: Sizes): string {
  if ('from' in sizes) return `${sizes.from * 1024} to ${sizes.to * 1024} in steps of ${sizes.step * 1024}`;
  return `one of ${sizes.map(size => size * 1024).join(', ')}`;
}
