import type { Engine } from './engine.ts';
import type { ChangeSet, Definition, ResourceChange, Stack, ValidationFinding } from './state.ts';

/** AWS's words for a change set that early validation fails, as public issue reports show them (aws-cdk-cli#1000). */
export const EARLY_VALIDATION =
  'The following hook(s)/validation failed: [AWS::EarlyValidation::PropertyValidation]. To troubleshoot Early Validation errors, use the DescribeEvents API for detailed failure information.';

/** What early validation finds: here, what resources say of themselves in `zap-local:invalid` and `zap-local:warn`. */
export function validate(
  engine: Engine,
  stack: Stack,
  { template }: Definition,
  changes: readonly ResourceChange[],
): ValidationFinding[] {
  return changes.flatMap(({ LogicalResourceId: logicalId, Action }) => {
    // Of what is removed, the deployed template is the one that speaks.
    const declaration = (Action === 'Remove' ? stack.definition.template : template).resources[logicalId];
    if (!declaration) return [];
    const { metadata, type } = declaration;
    return (['FAIL', 'WARN'] as const).flatMap(mode => {
      const struck = () => engine.options.faults.onResource('validate', stack.name, logicalId)?.reason;
      const reason = mode === 'FAIL' ? metadata['zap-local:invalid'] : (metadata['zap-local:warn'] ?? struck());
      if (reason === undefined) return [];
      const name = mode === 'FAIL' ? 'PROPERTY_VALIDATION' : 'BUCKET_EMPTINESS_VALIDATION';
      const physicalId = stack.resources[logicalId]?.physicalId ?? '';
      const path = `/Resources/${logicalId}/Properties`;
      return [{ logicalId, physicalId, type, mode, name, reason: String(reason), path }];
    });
  });
}

/** A finding as DescribeEvents shows it. */
export function describeValidation(stack: Stack, changeSet: ChangeSet, finding: ValidationFinding) {
  return {
    EventId: `${changeSet.id.split('/').at(-1)}-${finding.logicalId}-${finding.mode}`,
    StackId: stack.id,
    OperationType: 'CREATE_CHANGESET',
    EventType: 'VALIDATION_ERROR',
    LogicalResourceId: finding.logicalId,
    PhysicalResourceId: finding.physicalId,
    ResourceType: finding.type,
    Timestamp: changeSet.createdAt,
    ValidationFailureMode: finding.mode,
    ValidationName: finding.name,
    ValidationStatus: 'FAILED',
    ValidationStatusReason: finding.reason,
    ValidationPath: finding.path,
  };
}
