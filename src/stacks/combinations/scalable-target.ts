import type { Combination } from './combination.ts';
import { parametersOf, type Sight, titleOf } from './sight.ts';

/**
 * Application Auto Scaling refuses a minimum above the maximum.
 * https://docs.aws.amazon.com/autoscaling/application/APIReference/API_RegisterScalableTarget.html
 */
export function scalableTargets({ certain, part }: Sight): Combination[] {
  const targets = certain.filter(({ type }) => type === 'AWS::ApplicationAutoScaling::ScalableTarget');
  return targets.flatMap((target): Combination[] => {
    const [least, most] = [part(target, 'MinCapacity'), part(target, 'MaxCapacity')];
    if (least.number === undefined || most.number === undefined || least.number <= most.number) return [];
    const amount = target.property('ServiceNamespace') === 'ecs' ? 'many tasks' : 'much capacity';
    return [
      {
        stack: target.stack,
        parameters: parametersOf(least, most),
        what: `${titleOf(target)} can never have as ${amount} as it must`,
        seen: `${least.text}, ${most.text}`,
        fix: `Lower \`${least.setting}\` or raise \`${most.setting}\``,
        place: target.place(['Properties', 'MinCapacity']),
      },
    ];
  });
}
