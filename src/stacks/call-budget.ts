/** How many calls to AWS an operation makes at most, while that answers as it should. */
export interface CallBudget {
  operation: string;
  reads: number;
  writes: number;
}

/** Declared here, held to by call-budget.test.ts, shown in docs/deploy.md. For one stack where nothing else is said, plan included. */
export const CALL_BUDGET = {
  nothing: { operation: 'nothing to do', reads: 2, writes: 0 },
  preview: { operation: 'a dry run of a change', reads: 32, writes: 3 },
  short: { operation: 'create or update, 20 seconds', reads: 90, writes: 2 },
  long: { operation: 'create or update, 10 minutes', reads: 120, writes: 2 },
  demo: { operation: 'create the three stacks of zap-obs, 15 minutes', reads: 320, writes: 6 },
  rollout: { operation: 'beside that, follow and verify an ECS service, 5 minutes', reads: 52, writes: 0 },
  deletion: { operation: 'delete, 5 minutes', reads: 80, writes: 1 },
  recovery: { operation: 'continue a rollback, 1 minute', reads: 100, writes: 1 },
} as const satisfies Readonly<Record<string, CallBudget>>;
