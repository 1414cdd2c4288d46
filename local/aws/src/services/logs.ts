import type { Regions } from '../cloudformation/state.ts';
import { AwsError } from '../wire/aws-error.ts';
import { requiredText, text } from '../wire/params.ts';
import { jsonService, type Service } from '../wire/service.ts';
import { keyOf, membersOf, tagsOf } from './members.ts';

/** A log group, of a stack or made by a call or a service. */
export interface LogGroup {
  name: string;
  arn: string;
  tags: Readonly<Record<string, string>>;
}

/** The log groups of the account: those of stacks, and those made through CloudWatch Logs. */
export class LogsStore {
  readonly #account: string;
  readonly #regions: Regions;
  readonly #own = new Map<string, LogGroup>();
  readonly #deleted = new Set<string>();

  constructor(account: string, regions: Regions) {
    this.#account = account;
    this.#regions = regions;
  }

  list(region: string): LogGroup[] {
    const made = membersOf(this.#regions, region, 'AWS::Logs::LogGroup')
      .filter(member => !this.#deleted.has(keyOf(member)))
      .map(member => this.#group(region, member.resource.physicalId, tagsOf(member)));
    return [...made, ...[...this.#own.values()].filter(({ arn }) => arn.split(':')[3] === region)];
  }

  create(region: string, name: string, tags: Record<string, string>): void {
    const group = this.#group(region, name, tags);
    this.#own.set(group.arn, group);
  }

  delete(region: string, name: string): void {
    this.#own.delete(this.#group(region, name, {}).arn);
    for (const member of membersOf(this.#regions, region, 'AWS::Logs::LogGroup'))
      if (member.resource.physicalId === name) this.#deleted.add(keyOf(member));
  }

  #group(region: string, name: string, tags: Record<string, string>): LogGroup {
    return { name, arn: `arn:aws:logs:${region}:${this.#account}:log-group:${name}`, tags };
  }
}

/** Amazon CloudWatch Logs, as far as log groups outlive their stacks: groups only, no streams and no events. */
export function logsService(store: LogsStore): Service {
  return jsonService({
    CreateLogGroup: ({ region }, params) => {
      const name = requiredText(params, 'logGroupName');
      if (store.list(region).some(group => group.name === name))
        throw new AwsError('ResourceAlreadyExistsException', 'The specified log group already exists');
      store.create(region, name, (params.tags ?? {}) as Record<string, string>);
      return {};
    },
    DescribeLogGroups: ({ region }, params) => {
      const prefix = text(params, 'logGroupNamePrefix') ?? '';
      const found = store.list(region).filter(({ name }) => name.startsWith(prefix));
      return {
        logGroups: found.map(({ name, arn }) => ({
          logGroupName: name,
          arn: `${arn}:*`,
          logGroupArn: arn,
          storedBytes: 0,
        })),
      };
    },
    DeleteLogGroup: ({ region }, params) => {
      const name = requiredText(params, 'logGroupName');
      if (!store.list(region).some(group => group.name === name))
        throw new AwsError('ResourceNotFoundException', 'The specified log group does not exist.');
      store.delete(region, name);
      return {};
    },
  });
}
