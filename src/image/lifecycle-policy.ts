/** Days after which an image without a tag goes: nothing is deployed from it by a tag, and a rollback is long past. */
const UNTAGGED_DAYS = 14;
/** So many of the newest images stay. */
const KEPT = 100;

/**
 * What ECR deletes by itself in a repository of images. One that is still deployed may go only when a hundred newer ones have been
 * pushed. https://docs.aws.amazon.com/AmazonECR/latest/userguide/lifecycle_policy_parameters.html
 */
export const IMAGE_POLICY = policyOf([
  {
    description: `Images without a tag go after ${UNTAGGED_DAYS} days`,
    selection: { tagStatus: 'untagged', countType: 'sinceImagePushed', countUnit: 'days', countNumber: UNTAGGED_DAYS },
  },
  {
    description: `The newest ${KEPT} stay`,
    selection: { tagStatus: 'any', countType: 'imageCountMoreThan', countNumber: KEPT },
  },
]);

/** In a repository that holds a cache: what a newer one has replaced. */
export const CACHE_POLICY = policyOf([
  {
    description: 'A cache goes a day after a newer one has its tag',
    selection: { tagStatus: 'untagged', countType: 'sinceImagePushed', countUnit: 'days', countNumber: 1 },
  },
]);

function policyOf(rules: readonly { description: string; selection: object }[]): string {
  return JSON.stringify({
    rules: rules.map(({ description, selection }, index) => ({
      rulePriority: index + 1,
      description,
      selection,
      action: { type: 'expire' },
    })),
  });
}
