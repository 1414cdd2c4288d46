/** Something that carries the tag of a prefix. */
export interface TaggedThing {
  type: 'AWS::ECR::Repository' | 'AWS::Logs::LogGroup';
  /** Its name. */
  id: string;
  /** The ARN of the stack that made it, as CloudFormation's own tag says. */
  stackId?: string | undefined;
}

/**
 * What can stand in an account outside of stacks and yet belong to a prefix: repositories and log groups. Faults come as from
 * `CloudFormation`.
 */
export interface Leftovers {
  /** What exists and carries the tag `zap-obs:prefix` with just this value; of repositories, as their own tags say. */
  tagged(prefix: string): Promise<TaggedThing[]>;
  /** Names of the log groups whose name begins so. */
  logGroups(namePrefix: string): Promise<string[]>;
  /** No error when it is gone already. */
  deleteLogGroup(name: string): Promise<void>;
  /** Deletes all images of a repository, and says how many there were. */
  emptyRepository(name: string): Promise<number>;
  /** With its images, after a look at its tag; no error when it is gone already. */
  deleteRepository(name: string, prefix: string): Promise<void>;
}
