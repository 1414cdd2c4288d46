import { UserFault } from '../runner/fault.ts';
import type { Capability } from './capabilities.ts';

/** A stack as AWS holds it now. */
export interface DeployedStack {
  /** The stack's ARN, which stays readable after deletion, unlike its name. */
  id: string;
  name: string;
  /** CloudFormation's own word, such as `UPDATE_ROLLBACK_COMPLETE`. */
  status: string;
  statusReason?: string | undefined;
  /** When its last update began, in milliseconds since the Unix epoch; absent where there was none. */
  updatedAt?: number | undefined;
  /** Values as DescribeStacks gives them: NoEcho ones are `****`, SSM-typed ones are the name of the SSM parameter. */
  parameters: Readonly<Record<string, string>>;
  outputs: Readonly<Record<string, string>>;
  tags: Readonly<Record<string, string>>;
  terminationProtection: boolean;
}

/** One line of a stack's history. */
export interface StackEvent {
  id: string;
  /** The ARN of the stack in whose history it stands. */
  stackId: string;
  /** Milliseconds since the Unix epoch. */
  at: number;
  logicalId: string;
  physicalId: string;
  type: string;
  status: string;
  reason?: string | undefined;
  /** The ClientRequestToken of the operation that the event belongs to. */
  token?: string | undefined;
}

/** A parameter as a request carries it: a value, or CloudFormation's own memory of the value. */
export type ParameterValue = { value: string } | { usePrevious: true };

/** A template as a request carries it. */
export type TemplateLocation = { body: string } | { url: string };

export interface ChangeSetRequest {
  stackName: string;
  /** Unique; also the request's idempotency token. */
  name: string;
  type: 'CREATE' | 'UPDATE';
  template: TemplateLocation;
  parameters: Readonly<Record<string, ParameterValue>>;
  capabilities: readonly Capability[];
  tags: Readonly<Record<string, string>>;
  /** The role that CloudFormation acts with; absent: the caller's own rights. */
  roleArn?: string | undefined;
}

/** One resource that a change set would touch. */
export interface ResourceChange {
  action: 'Add' | 'Modify' | 'Remove' | 'Import' | 'Dynamic';
  logicalId: string;
  physicalId?: string | undefined;
  type: string;
  /** `Conditional`: only AWS will know, while it updates. */
  replacement?: 'True' | 'False' | 'Conditional' | undefined;
  /** What becomes of the present one by its policies: `Delete`, `Retain`, `Snapshot`, `ReplaceAndRetain` … */
  policyAction?: string | undefined;
  /** What changes of it: property names, `Tags`, `Metadata` … */
  details: readonly string[];
}

/** What CloudFormation's early validation holds against a resource of a change set. */
export interface Validation {
  logicalId: string;
  type: string;
  /** `FAIL`: the change set cannot be executed. */
  mode: 'FAIL' | 'WARN';
  reason: string;
  /** Such as `/Resources/Bucket/Properties`. */
  path: string;
}

export interface ChangeSet {
  id: string;
  status: string;
  statusReason?: string | undefined;
  /** `AVAILABLE` until it is executed. */
  executionStatus?: string | undefined;
  changes: readonly ResourceChange[];
}

/** A resource as its stack knows it; also of a deleted stack, for some months. */
export interface StackResource {
  logicalId: string;
  /** '' when it has none, or no longer. */
  physicalId: string;
  type: string;
  status: string;
}

/** What a deletion leaves behind: these resources by logical id, or whatever cannot be deleted. From DELETE_FAILED only. */
export type Leave = { resources: readonly string[] } | 'whatever fails';

/**
 * CloudFormation refused a write because the stack is not as it was when the write was planned: somebody else was faster, or
 * it was planned on an old moment. A fresh look tells what to do.
 */
export class Overtaken extends UserFault {
  constructor(action: string, seen: string) {
    super({
      what: `The stack is not as it was any more, so \`${action}\` was refused`,
      seen,
      fix: 'Somebody else may be working on it: run again when that has ended',
    });
    this.name = 'Overtaken';
  }
}

/**
 * The calls to CloudFormation that zap-obs makes. Faults that the user can mend come as `UserFault`, passing ones
 * (throttling, lost connections) as `TransientError` after the adapter's own retries, writes that came too late as `Overtaken`.
 */
export interface CloudFormation {
  /** By name or ARN; `undefined` when there is no such stack. A deleted stack is found by ARN only. */
  describe(stack: string): Promise<DeployedStack | undefined>;
  /** The template as it was submitted; `undefined` when there is no such stack. */
  template(stack: string): Promise<string | undefined>;
  /** One page of the stack's history, newest first. */
  events(stackId: string, page?: string): Promise<{ events: StackEvent[]; nextPage?: string | undefined }>;
  createChangeSet(request: ChangeSetRequest): Promise<{ id: string; stackId: string }>;
  /** With all pages of its changes; `undefined` when it is gone, as after its execution. */
  describeChangeSet(id: string): Promise<ChangeSet | undefined>;
  /** Whether a stack has change sets, anybody's. */
  hasChangeSets(stackId: string): Promise<boolean>;
  /** What early validation found while a change set was made; by its ARN. */
  validations(changeSetId: string): Promise<Validation[]>;
  /** The JSON text; `undefined` when the stack has none. */
  stackPolicy(stackId: string): Promise<string | undefined>;
  setStackPolicy(stackId: string, policy: string): Promise<void>;
  setTerminationProtection(stackId: string, isOn: boolean): Promise<void>;
  /** @param keepFailed what fails is not rolled back: resources stay as they are */
  executeChangeSet(id: string, token: string, keepFailed: boolean): Promise<void>;
  /** Has an update taken back; `too late`: there is none that could be. */
  cancelUpdate(stackId: string, token: string): Promise<'told' | 'too late'>;
  /** `busy`: CloudFormation is still making it and does not let it go yet. No error when it is gone already. */
  deleteChangeSet(stackName: string, name: string): Promise<'gone' | 'busy'>;
  deleteStack(stackId: string, token: string, roleArn?: string, leave?: Leave): Promise<void>;
  /** The resources of a stack, by ARN also of a deleted one; none when there is no such stack. */
  resources(stackId: string): Promise<StackResource[]>;
  /** As `deleteStack`, but sent once: made again later, it could meet a stack that somebody has filled meanwhile. */
  deleteEmptyStack(stackId: string, token: string): Promise<void>;
  /** From UPDATE_ROLLBACK_FAILED. `skip`: logical ids of resources that are taken as rolled back. */
  continueUpdateRollback(stackId: string, token: string, skip: readonly string[], roleArn?: string): Promise<void>;
  /** From UPDATE_FAILED, back to what the update found. */
  rollbackStack(stackId: string, token: string, roleArn?: string): Promise<void>;
}
