import type { Template } from './template.ts';

/** A tag of a stack or a resource. */
export interface Tag {
  Key: string;
  Value: string;
}

/** A parameter's value as a stack keeps it: `value` as given, `resolved` what `Ref` yields where the two differ (SSM types). */
export interface StackParameter {
  key: string;
  value: string;
  resolved?: string;
  noEcho: boolean;
}

/** Everything that a request says about what a stack shall be; an update swaps one for another, a rollback swaps back. */
export interface Definition {
  /** The template as it was sent. */
  body: string;
  /** The template after transforms. */
  template: Template;
  parameters: StackParameter[];
  tags: Tag[];
  capabilities: string[];
  notificationArns: string[];
  roleArn?: string | undefined;
}

/** A resource as a stack knows it. Property values are resolved and coerced to the schema's kinds. */
export interface ResourceState {
  logicalId: string;
  type: string;
  physicalId: string;
  status: string;
  reason?: string | undefined;
  properties: Record<string, unknown>;
  attributes: Record<string, unknown>;
  /** The stack's tags that were handed down to it. */
  stackTags: Tag[];
  /** Logical ids of what it refers to or depends on: the order of deletion. */
  dependsOn: string[];
  metadata: Record<string, unknown>;
  deletionPolicy?: string | undefined;
  updateReplacePolicy?: string | undefined;
  otherPolicies: Record<string, unknown>;
  updatedAt: string;
}

/** An output with its computed value. */
export interface StackOutput {
  key: string;
  value: string;
  description?: string | undefined;
  exportName?: string | undefined;
}

/** An event as DescribeStackEvents shows it; `at` is ISO 8601. */
export interface StackEvent {
  id: string;
  at: string;
  logicalId: string;
  physicalId: string;
  type: string;
  status: string;
  reason?: string | undefined;
  /** JSON text. */
  properties?: string | undefined;
  token?: string | undefined;
}

/** What a change set tells about one resource; the member names are the API's own. */
export interface ResourceChange {
  Action: 'Add' | 'Modify' | 'Remove';
  LogicalResourceId: string;
  PhysicalResourceId?: string | undefined;
  ResourceType: string;
  Replacement?: 'True' | 'False' | 'Conditional' | undefined;
  PolicyAction?: string | undefined;
  Scope: string[];
  Details: ChangeDetail[];
  BeforeContext?: string | undefined;
  AfterContext?: string | undefined;
}

/** One cause of one changed value; the member names are the API's own. */
export interface ChangeDetail {
  Target: {
    Attribute: string;
    Name?: string | undefined;
    RequiresRecreation: 'Never' | 'Conditionally' | 'Always';
    Path?: string | undefined;
    BeforeValue?: string | undefined;
    AfterValue?: string | undefined;
    AttributeChangeType?: 'Add' | 'Remove' | 'Modify' | undefined;
  };
  Evaluation: 'Static' | 'Dynamic';
  ChangeSource: string;
  CausingEntity?: string | undefined;
}

/** What early validation holds against a resource of a change set. */
export interface ValidationFinding {
  logicalId: string;
  physicalId: string;
  type: string;
  mode: 'FAIL' | 'WARN';
  name: string;
  reason: string;
  path: string;
}

/** A change set; `status`, `executionStatus` and `onStackFailure` hold the API's words. */
export interface ChangeSet {
  id: string;
  name: string;
  type: 'CREATE' | 'UPDATE';
  description?: string | undefined;
  /** The request's ClientToken: the same request sent twice is one request. */
  token?: string | undefined;
  createdAt: string;
  /** When it was computed, or found to be empty or wrong. */
  computedAt?: string | undefined;
  status: string;
  reason?: string | undefined;
  executionStatus: string;
  definition: Definition;
  changes: ResourceChange[];
  onStackFailure?: string | undefined;
  /** What early validation found. */
  validations: ValidationFinding[];
  /** The ClientRequestToken of its execution. */
  executedBy?: string | undefined;
}

/** Where an update started from; kept while the stack is UPDATE_ROLLBACK_FAILED or UPDATE_FAILED. */
export interface RollbackPoint {
  definition: Definition;
  resources: Record<string, ResourceState>;
  /** What the update made in place of something else, and the rollback has to delete. */
  surplus: ResourceState[];
  /** What was replaced since then, and an update that succeeds has to delete. */
  replaced: ResourceState[];
}

/** One stack, plain data throughout. Dates are ISO 8601. */
export interface Stack {
  id: string;
  name: string;
  region: string;
  status: string;
  reason?: string | undefined;
  createdAt: string;
  updatedAt?: string | undefined;
  deletedAt?: string | undefined;
  definition: Definition;
  resources: Record<string, ResourceState>;
  outputs: StackOutput[];
  /** Oldest first. */
  events: StackEvent[];
  changeSets: ChangeSet[];
  /** The change set that made the stack what it is. */
  changeSetId?: string | undefined;
  rollbackPoint?: RollbackPoint | undefined;
  /** Names of the exports it imports. */
  imports: string[];
  terminationProtection: boolean;
  /** Its stack policy as it was sent. */
  policy?: string | undefined;
  disableRollback: boolean;
  timeoutInMinutes?: number | undefined;
  /** The ClientRequestToken of the operation that was accepted last. */
  token?: string | undefined;
  parentId?: string | undefined;
  rootId?: string | undefined;
}

/** All stacks of the account by region, in the order of their creation; deleted ones stay, findable by id. */
export type Regions = Record<string, Stack[]>;
