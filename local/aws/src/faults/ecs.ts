import type { FaultDeclaration } from './declaration.ts';

/** Faults of ECS services and their deployments. */
export const ECS_FAULTS = {
  'crash-loop': {
    does: 'The tasks of the next deployment of a simulated ECS service end with exit code 1, one after the other',
    effect: { resource: 'crash' },
  },
  'failing-health-checks': {
    does: 'The tasks of the next deployment of a simulated ECS service answer health checks with 500',
    effect: { resource: 'sicken' },
  },
  'rollback-reported-complete': {
    does: 'CloudFormation calls an ECS service complete although its deployment was rolled back',
    effect: { resource: 'overlook' },
  },
} as const satisfies Readonly<Record<string, FaultDeclaration>>;
