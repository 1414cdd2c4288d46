import { EARLY_VALIDATION } from './cloudformation/early-validation.ts';
import {
  changeSetFails,
  changeSetVanishes,
  foreignCancellation,
  foreignCreation,
  foreignDeletion,
  foreignUpdate,
} from './faults/account.ts';
import { disorderedEvents, lateEvents, lostPage, repeatedPage, staleRead } from './faults/answers.ts';
import { CALL_FAULTS } from './faults/calls.ts';
import type { FaultDeclaration, FaultTable } from './faults/declaration.ts';
import { ECS_FAULTS } from './faults/ecs.ts';
import { REGISTRY_FAULTS } from './faults/registry.ts';
import { TELEMETRY_FAULTS } from './faults/telemetry.ts';
import { executionRefused, quotaExceeded } from './faults/wire.ts';

/** Faults that no operation on a stack meets by itself: of ECS, of telemetry, of the registry behind ECR. */
export const SERVICE_FAULTS = { ...ECS_FAULTS, ...TELEMETRY_FAULTS, ...REGISTRY_FAULTS };

/** Every fault that can be switched on, in the order of the README: calls, answers, other people, resources, telemetry, registry. */
export const FAULTS = {
  ...CALL_FAULTS,
  'quota-exceeded': {
    does: 'The call is refused: the account may have no more of this',
    action: 'CreateChangeSet',
    isLasting: true,
    effect: quotaExceeded,
  },
  'execution-refused': {
    does: 'The change set cannot be executed as it is now',
    action: 'ExecuteChangeSet',
    effect: executionRefused,
  },
  'stale-read': {
    does: 'The stack is shown as it was before its last operation, until that is so many seconds old',
    action: 'DescribeStacks',
    isLasting: true,
    parameters: { seconds: 2 },
    effect: staleRead,
  },
  'lost-event-page': {
    does: "A page of a stack's events comes without them",
    action: 'DescribeStackEvents',
    effect: lostPage,
  },
  'repeated-event-page': {
    does: 'A page of events comes with each of them twice',
    action: 'DescribeStackEvents',
    effect: repeatedPage,
  },
  'late-events': {
    does: 'Every other event is not shown until it is so many seconds old, though newer ones are',
    action: 'DescribeStackEvents',
    isLasting: true,
    parameters: { seconds: 1 },
    effect: lateEvents,
  },
  'disordered-events': {
    does: 'Events of one second have the same time and come in any order',
    action: 'DescribeStackEvents',
    isLasting: true,
    effect: disorderedEvents,
  },
  'foreign-creation': {
    does: 'Somebody else creates the stack just before the call',
    action: 'CreateChangeSet',
    effect: foreignCreation,
  },
  'foreign-update': {
    does: "Somebody else's update of the stack begins just before the call, changes nothing and takes its time",
    action: 'CreateChangeSet',
    parameters: { seconds: 0.5 },
    effect: foreignUpdate,
  },
  'foreign-cancellation': {
    does: 'Somebody else cancels the update of the stack just before the call',
    action: 'DescribeStackEvents',
    effect: foreignCancellation,
  },
  'foreign-deletion': {
    does: 'Somebody else deletes the stack just before the call',
    action: 'ExecuteChangeSet',
    effect: foreignDeletion,
  },
  'change-set-vanishes': {
    does: 'Somebody else deletes the change set just before the call',
    action: 'DescribeChangeSet',
    effect: changeSetVanishes,
  },
  'change-set-fails': {
    does: 'The change set turns out to be FAILED',
    action: 'DescribeChangeSet',
    parameters: { reason: EARLY_VALIDATION },
    trigger: '`Metadata: { "zap-local:invalid": "the reason" }` on a resource that would change',
    effect: changeSetFails,
  },
  'validation-warns': {
    does: 'Early validation of a change set warns about a resource',
    parameters: { reason: 'it was told to warn' },
    trigger: '`Metadata: { "zap-local:warn": "the reason" }`',
    effect: { resource: 'validate' },
  },
  'resource-fails': {
    does: 'Creating or updating a resource fails',
    parameters: { reason: 'it was told to fail' },
    trigger: '`Metadata: { "zap-local:fail": "the reason" }`',
    effect: { resource: 'make' },
  },
  'resource-hangs': {
    does: 'Work on a resource takes so many seconds more',
    parameters: { seconds: 3600 },
    trigger: '`Metadata: { "zap-local:seconds": 300 }`, times the pace, instead of what is typical',
    effect: { resource: 'hang' },
  },
  'rollback-fails': {
    does: 'Putting a resource back fails, and the stack ends in UPDATE_ROLLBACK_FAILED',
    parameters: { reason: 'it was told to fail' },
    trigger:
      '`Metadata: { "zap-local:fail-rollback": "the reason" }` in the update that is rolled back, or `zap-local:stuck-rollback`, which fails again until the resource is skipped',
    effect: { resource: 'put back' },
  },
  'deletion-fails': {
    does: 'Deleting a resource fails',
    parameters: { reason: 'it was told to fail' },
    trigger: '`Metadata: { "zap-local:fail-delete": "the reason" }`',
    effect: { resource: 'delete' },
  },
  'resource-in-use': {
    does: 'A security group or a subnet cannot be deleted, because something is still attached to it',
    trigger: '`Metadata: { "zap-local:in-use": 2 }`: so many deletions of it fail',
    effect: { resource: 'leave' },
  },
  'log-group-reappears': {
    does: 'A service makes a deleted log group again',
    trigger: '`Metadata: { "zap-local:reappears": true }`',
    effect: { resource: 'forget' },
  },
  ...SERVICE_FAULTS,
} as const satisfies Readonly<Record<string, FaultDeclaration>>;

export type FaultName = keyof typeof FAULTS;

export type ServiceFaultName = keyof typeof SERVICE_FAULTS;

/** Plain form of the list, for those who look names up. */
export const faults: FaultTable = FAULTS;

export type { FaultDeclaration, FaultTable } from './faults/declaration.ts';
