import { advise } from './advice.ts';
import type { StackEvent } from './cloudformation.ts';

/** What keeps a resource from being deleted, in words, and who can do something about it. */
export interface Blocker {
  logicalId: string;
  physicalId: string;
  type: string;
  /** As AWS worded it. */
  reason: string;
  /** What is in the way, as a clause. */
  what: string;
  /** The next step, as an imperative sentence without a closing full stop. */
  fix: string;
  /**
   * `images`: we can delete them where `delete-repositories` allows it. `time`: it may pass by itself. `user`: what is in the
   * way is somebody's data, protection or work. `importer`: another stack builds on this one, and no force helps.
   */
  remedy: 'images' | 'time' | 'user' | 'importer';
}

interface Rule {
  type?: RegExp;
  reason: RegExp;
  remedy: Blocker['remedy'];
  what(subject: Subject): string;
  fix(subject: Subject): string;
}

interface Subject {
  id: string;
  type: string;
  /** The match of the reason. */
  match: RegExpMatchArray;
}

/** Where a deletion protection is turned off, by type. */
const PROTECTION: Readonly<Record<string, (id: string) => string>> = {
  'AWS::ElasticLoadBalancingV2::LoadBalancer': id =>
    `aws elbv2 modify-load-balancer-attributes --load-balancer-arn ${id} --attributes Key=deletion_protection.enabled,Value=false`,
  'AWS::RDS::DBInstance': id => `aws rds modify-db-instance --db-instance-identifier ${id} --no-deletion-protection`,
  'AWS::RDS::DBCluster': id => `aws rds modify-db-cluster --db-cluster-identifier ${id} --no-deletion-protection`,
  'AWS::DynamoDB::Table': id => `aws dynamodb update-table --table-name ${id} --no-deletion-protection-enabled`,
  'AWS::Logs::LogGroup': id =>
    `aws logs put-log-group-deletion-protection --log-group-identifier ${id} --no-deletion-protection-enabled`,
  'AWS::EC2::Instance': id => `aws ec2 modify-instance-attribute --instance-id ${id} --no-disable-api-termination`,
  'AWS::CloudFormation::Stack': id =>
    `aws cloudformation update-termination-protection --no-enable-termination-protection --stack-name ${id}`,
};

/** How to see what is attached to a resource of a network. */
function interfacesOf(id: string): string {
  const filter = { sg: 'group-id', subnet: 'subnet-id', vpc: 'vpc-id', eni: 'network-interface-id' };
  const [, found = id, kind = ''] = id.match(/((sg|subnet|vpc|eni)-\w+)/) ?? [];
  const name = filter[kind as keyof typeof filter] ?? 'vpc-id';
  return `aws ec2 describe-network-interfaces --filters Name=${name},Values=${found}`;
}

/**
 * The first that matches is meant. Texts as public reports show them: brentley/appmeshworkshop#31 (ECR), aws/aws-cdk#21776 (S3)
 * and #604 (exports), aws-cloudformation/rain#187 (load balancer) and #462 (IAM), aws/aws-cdk#14456 and convox/rack#1090
 * (EC2), gruntwork-io/cloud-nuke#368 (ECS), hashicorp/terraform-provider-aws#26233 (RDS); of a log group,
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/protecting-log-groups-from-deletion.html. Those of DynamoDB, of
 * instances and of target groups are from memory.
 */
const RULES: readonly Rule[] = [
  {
    reason: /[Ee]xport (\S+) .*in use by (.+?)\.?$/,
    remedy: 'importer',
    what: ({ match: [, name, users] }) => `export \`${name}\` is in use by ${users}`,
    fix: ({ match: [, , users] }) => `Delete ${users} first, or deploy it without the import`,
  },
  {
    type: /^AWS::ECR::Repository$/,
    reason: /still contains images|RepositoryNotEmpty/,
    remedy: 'images',
    what: ({ id }) => `repository \`${id}\` still holds images`,
    fix: ({ id }) =>
      `Give \`delete-repositories: true\` to delete its images, or delete it yourself (\`aws ecr delete-repository --force --repository-name ${id}\`)`,
  },
  {
    type: /^AWS::S3::Bucket$/,
    reason: /tried to delete is not empty|BucketNotEmpty/,
    remedy: 'user',
    what: ({ id }) => `bucket \`${id}\` is not empty`,
    fix: ({ id }) =>
      `Empty it (\`aws s3 rm --recursive s3://${id}\`; old versions, if it keeps them, with Empty in the console)`,
  },
  {
    reason:
      /deletion protection (is )?enabled|delete protected (DB )?(Instance|Cluster)|protected against deletion|disableApiTermination|TerminationProtection|deletion.?protection/i,
    remedy: 'user',
    what: () => 'it is protected against deletion',
    fix: ({ id, type }) => {
      const command = PROTECTION[type]?.(id);
      return command ? `Turn its protection off (\`${command}\`)` : 'Turn its deletion protection off';
    },
  },
  {
    reason:
      /has a dependent object|has dependencies and cannot be deleted|mapped public address|[Nn]etwork interface.* in use|DependencyViolation/,
    remedy: 'time',
    what: () =>
      'something is still attached to it: most often a network interface that ECS, Lambda or a load balancer gives back minutes later',
    fix: ({ id }) => `See what is attached (\`${interfacesOf(id)}\`) and delete that`,
  },
  {
    reason: /Cluster cannot be deleted while (Tasks|Services|Container Instances) are active/,
    remedy: 'time',
    what: ({ id, match: [, kind = ''] }) => `${kind.toLowerCase()} are still active in cluster \`${id}\``,
    fix: ({ id }) => `Stop what runs in it besides this stack (\`aws ecs list-tasks --cluster ${id}\`)`,
  },
  {
    reason: /is currently in use by (a listener|another)|ResourceInUse/,
    remedy: 'user',
    what: () => 'something outside of this stack uses it',
    fix: () => 'Delete what uses it',
  },
  {
    type: /^AWS::IAM::ManagedPolicy$/,
    reason: /attached to entities|DeleteConflict/,
    remedy: 'user',
    what: () => 'somebody attached this policy outside of the stack',
    fix: ({ id }) => `Detach it (\`aws iam list-entities-for-policy --policy-arn ${id}\` shows from what)`,
  },
  {
    type: /^AWS::IAM::/,
    reason: /must (detach|delete|remove)|DeleteConflict/,
    remedy: 'user',
    what: () => 'somebody attached to it what the stack did not',
    fix: ({ id }) =>
      `Detach that (\`aws iam list-attached-role-policies --role-name ${id}\` and \`aws iam list-role-policies --role-name ${id}\` show it)`,
  },
  {
    reason: /is not authorized to perform|AccessDenied|UnauthorizedOperation/,
    remedy: 'user',
    what: () => 'the rights to delete it are missing',
    fix: ({ match, type }) =>
      advise(match.input ?? '', type) ?? 'Widen the rights of the role that the stack is deleted with',
  },
];

const REFUSED = 'AWS refuses to delete it';

/** What keeps a resource, for a text that does not show AWS's own words beside it. */
export function whyKept({ what, reason }: Blocker): string {
  return what === REFUSED ? `${what}: ${reason.replaceAll('`', "'")}` : what;
}

/** What a failed deletion of a resource means. Whatever is not known here is told in AWS's own words. */
export function blockerOf({
  logicalId,
  physicalId,
  type,
  reason = 'CloudFormation gave no reason',
}: StackEvent): Blocker {
  for (const rule of RULES) {
    const match = reason.match(rule.reason);
    if (!match || rule.type?.test(type) === false) continue;
    const subject = { id: physicalId, type, match };
    const known = { what: rule.what(subject), fix: rule.fix(subject), remedy: rule.remedy };
    return { logicalId, physicalId, type, reason, ...known };
  }
  const fix = advise(reason, type) ?? 'Mend what AWS says of it';
  return { logicalId, physicalId, type, reason, what: REFUSED, fix, remedy: 'user' };
}
