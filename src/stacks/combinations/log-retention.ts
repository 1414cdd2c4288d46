import type { Combination } from './combination.ts';
import { parametersOf, type Sight, titleOf } from './sight.ts';

/** https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html (retentionInDays) */
const DAYS: readonly number[] = [
  ...[1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545],
  ...[731, 1096, 1827, 2192, 2557, 2922, 3288, 3653],
];

/** CloudWatch Logs keeps logs for certain numbers of days only. */
export function logRetentions({ certain, part }: Sight): Combination[] {
  const groups = certain.filter(({ type }) => type === 'AWS::Logs::LogGroup');
  return groups.flatMap((group): Combination[] => {
    const days = part(group, 'RetentionInDays');
    const { number } = days;
    if (number === undefined || DAYS.includes(number)) return [];
    const near = [DAYS.findLast(known => known < number), DAYS.find(known => known > number)];
    return [
      {
        stack: group.stack,
        parameters: parametersOf(days),
        what: `CloudWatch Logs cannot keep the logs of ${titleOf(group)} for ${number} days`,
        seen: days.text,
        fix: `The next that \`${days.setting}\` can be: ${near.filter(known => known !== undefined).join(' or ')}`,
        place: group.place(['Properties', 'RetentionInDays']),
      },
    ];
  });
}
