import type { Regions } from '../cloudformation/state.ts';
import { keyOf, type Member, membersOf, tagsOf } from './members.ts';

/** A log group, of a stack or made by a call or a service. */
export interface LogGroup {
  /** Tells it from its predecessors of the same name. */
  key: string;
  name: string;
  arn: string;
  tags: Readonly<Record<string, string>>;
  /** Milliseconds since 1970. */
  createdAt: number;
  retentionInDays?: number;
}

/** The log groups of the account: those of stacks, and those made through CloudWatch Logs. */
export class LogGroups {
  readonly #account: string;
  readonly #regions: Regions;
  readonly #now: () => Date;
  /** By ARN. */
  readonly #own = new Map<string, LogGroup>();
  /** Keys of groups of stacks that were deleted by a call. */
  readonly #deleted = new Set<string>();
  /** Retention that was set by a call, by key. */
  readonly #retention = new Map<string, number>();
  #made = 0;

  /** `regions` holds the stacks. */
  constructor(account: string, regions: Regions, now: () => Date) {
    this.#account = account;
    this.#regions = regions;
    this.#now = now;
  }

  list(region: string): LogGroup[] {
    const made = membersOf(this.#regions, region, 'AWS::Logs::LogGroup')
      .filter(member => !this.#deleted.has(keyOf(member)))
      .map(member => this.#ofStack(region, member));
    const own = [...this.#own.values()].filter(({ arn }) => arn.split(':')[3] === region);
    return [...made, ...own].map(group => {
      const retentionInDays = this.#retention.get(group.key) ?? group.retentionInDays;
      return { ...group, ...(retentionInDays !== undefined && { retentionInDays }) };
    });
  }

  create(region: string, name: string, tags: Record<string, string>): void {
    this.#made += 1;
    const arn = this.#arn(region, name);
    this.#own.set(arn, { key: `${arn}#${this.#made}`, name, arn, tags, createdAt: this.#now().getTime() });
  }

  delete(region: string, name: string): void {
    this.#own.delete(this.#arn(region, name));
    for (const member of membersOf(this.#regions, region, 'AWS::Logs::LogGroup'))
      if (member.resource.physicalId === name) this.#deleted.add(keyOf(member));
  }

  retain(group: LogGroup, days: number): void {
    this.#retention.set(group.key, days);
  }

  #ofStack(region: string, member: Member): LogGroup {
    const { physicalId: name, properties, updatedAt } = member.resource;
    const days = Number(properties.RetentionInDays);
    return {
      key: keyOf(member),
      name,
      arn: this.#arn(region, name),
      tags: tagsOf(member),
      createdAt: Date.parse(updatedAt),
      ...(days > 0 && { retentionInDays: days }),
    };
  }

  #arn(region: string, name: string): string {
    return `arn:aws:logs:${region}:${this.#account}:log-group:${name}`;
  }
}
