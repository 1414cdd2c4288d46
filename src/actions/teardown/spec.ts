import { declareAction } from '../../runner/spec.ts';
import { credentialInputs, inProgressInput, stackInputs } from '../shared-inputs.ts';

export const spec = declareAction({
  name: 'teardown',
  title: 'zap-obs teardown',
  description:
    'Deletes the stacks of a prefix in reverse order, waits until they are gone, and lists what stays behind.',
  icon: 'trash-2',
  color: 'purple',
  hasCleanUp: true,
  inputs: {
    ...stackInputs,
    confirm: {
      kind: 'string',
      description: 'Must equal `stack-prefix`, or nothing is deleted. Not needed with `dry-run`.',
    },
    'dry-run': {
      kind: 'boolean',
      description: 'Shows what would be deleted and what would stay behind.',
      default: false,
    },
    'delete-repositories': {
      kind: 'boolean',
      description:
        'Deletes the images of ECR repositories that keep a stack of this prefix from being deleted, and repositories outside of stacks with the tag `zap-obs:prefix`. Never those that a `DeletionPolicy` keeps.',
      default: false,
      advanced: true,
    },
    force: {
      kind: 'boolean',
      description:
        'Last of all, deletes a stack without the resources that cannot be deleted. They stay in the account, are billed for, and are listed.',
      default: false,
      advanced: true,
    },
    timeout: {
      kind: 'duration',
      description:
        'After this the run is stopped and fails; deletions that AWS has begun go on, and the message says which.',
      default: '1h',
      advanced: true,
    },
    ...inProgressInput,
    ...credentialInputs,
  },
  outputs: {
    deleted: { description: 'JSON: the names of the stacks that were deleted.' },
    residue: {
      description:
        'JSON: what stays behind, `[{ stack, logicalId, physicalId, type, reason, cost, link }]`; `cost` is `free`, `pennies`, `hourly`, `by usage` or `unknown`.',
    },
  },
});
