import type { Regions } from '../../cloudformation/state.ts';
import { AwsError } from '../../wire/aws-error.ts';
import { keyOf, type Member, membersOf, tagsOf } from '../members.ts';

/** The resource type. */
export const REPOSITORY = 'AWS::ECR::Repository';

/** What is set of a repository; the words are the API's. */
export interface RepositorySettings {
  imageTagMutability: string;
  scanOnPush: boolean;
  encryptionType: string;
  kmsKey?: string | undefined;
  /** JSON, as it was put. */
  lifecyclePolicy?: string | undefined;
  tags: Readonly<Record<string, string>>;
}

/** A repository, of a stack or made by a call. */
export interface Repository extends RepositorySettings {
  name: string;
  region: string;
  arn: string;
  /** ISO 8601. */
  createdAt: string;
}

/** The repositories of the account: those of stacks, and those made through ECR. */
export class Repositories {
  readonly #account: string;
  readonly #regions: Regions;
  readonly #now: () => Date;
  readonly #own = new Map<string, Repository>();
  /** What calls have changed since, by ARN. */
  readonly #changes = new Map<string, Partial<RepositorySettings>>();
  readonly #deleted = new Set<string>();

  constructor(account: string, regions: Regions, now: () => Date) {
    this.#account = account;
    this.#regions = regions;
    this.#now = now;
  }

  list(region: string): Repository[] {
    const made = membersOf(this.#regions, region, REPOSITORY)
      .filter(member => !this.#deleted.has(keyOf(member)))
      .map(member => this.#ofStack(region, member));
    const own = [...this.#own.values()].filter(repository => repository.region === region);
    return [...made, ...own].map(repository => ({ ...repository, ...this.#changes.get(repository.arn) }));
  }

  /** Throws ECR's RepositoryNotFoundException. */
  find(region: string, name: string): Repository {
    const found = this.list(region).find(repository => repository.name === name);
    if (found) return found;
    throw new AwsError('RepositoryNotFoundException', this.missing(name));
  }

  /** In whatever region: the registry has one address for all of them. */
  findAnywhere(name: string): Repository | undefined {
    const own = [...this.#own.values()].map(({ region }) => region);
    const regions = new Set([...Object.keys(this.#regions), ...own]);
    return [...regions].flatMap(region => this.list(region)).find(repository => repository.name === name);
  }

  /** Throws ECR's RepositoryAlreadyExistsException. */
  create(region: string, name: string, settings: RepositorySettings): Repository {
    if (this.list(region).some(repository => repository.name === name)) {
      const message = `The repository with name '${name}' already exists in the registry with id '${this.#account}'`;
      throw new AwsError('RepositoryAlreadyExistsException', message);
    }
    const arn = this.#arn(region, name);
    const repository = { ...settings, name, region, arn, createdAt: this.#now().toISOString() };
    this.#own.set(arn, repository);
    return repository;
  }

  change({ arn }: Repository, settings: Partial<RepositorySettings>): void {
    this.#changes.set(arn, { ...this.#changes.get(arn), ...settings });
  }

  delete(region: string, name: string): void {
    const arn = this.#arn(region, name);
    this.#own.delete(arn);
    this.#changes.delete(arn);
    for (const member of membersOf(this.#regions, region, REPOSITORY))
      if (member.resource.physicalId === name) this.#deleted.add(keyOf(member));
  }

  /** What ECR says of a repository that is not there. */
  missing(name: string): string {
    return `The repository with name '${name}' does not exist in the registry with id '${this.#account}'`;
  }

  #ofStack(region: string, member: Member): Repository {
    const { physicalId: name, properties, updatedAt: createdAt } = member.resource;
    const { EncryptionType = 'AES256', KmsKey } = part(properties.EncryptionConfiguration);
    const policy = part(properties.LifecyclePolicy).LifecyclePolicyText;
    return {
      name,
      region,
      arn: this.#arn(region, name),
      createdAt,
      tags: tagsOf(member),
      imageTagMutability: String(properties.ImageTagMutability ?? 'MUTABLE'),
      scanOnPush: String(part(properties.ImageScanningConfiguration).ScanOnPush) === 'true',
      encryptionType: String(EncryptionType),
      kmsKey: KmsKey === undefined ? undefined : String(KmsKey),
      lifecyclePolicy: policy === undefined ? undefined : String(policy),
    };
  }

  #arn(region: string, name: string): string {
    return `arn:aws:ecr:${region}:${this.#account}:repository/${name}`;
  }
}

function part(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}
