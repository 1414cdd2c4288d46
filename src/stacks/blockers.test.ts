import { expect, it } from 'vitest';
import { type Blocker, blockerOf } from './blockers.ts';

const of = (type: string, reason: string, physicalId: string): Blocker =>
  blockerOf({
    id: '1',
    stackId: 'arn:s',
    at: 0,
    logicalId: 'Thing',
    physicalId,
    type,
    reason,
    status: 'DELETE_FAILED',
  });
const handler = (message: string) =>
  `Resource handler returned message: "${message} (Service: X, Status Code: 400, Request ID: 1-2)" (RequestToken: 3-4, HandlerErrorCode: GeneralServiceException)`;
const LB = 'arn:aws:elasticloadbalancing:us-east-1:123456789012:loadbalancer/app/shop/1';

// Reasons as public reports have them.
it.each<[string, string, string, string, Blocker['remedy'], RegExp]>([
  [
    'images',
    'AWS::ECR::Repository',
    handler(
      "The repository with name 'shop' in registry with id '1' cannot be deleted because it still contains images",
    ),
    'shop',
    'images',
    /^Give `delete-repositories: true` .*`aws ecr delete-repository --force --repository-name shop`/,
  ],
  [
    'images, in older words',
    'AWS::ECR::Repository',
    "The repository with name 'shop' in registry with id '1' cannot be deleted because it still contains images (Service: AmazonECR; Status Code: 400; Error Code: RepositoryNotEmptyException; Request ID: 4)",
    'shop',
    'images',
    /^Give `delete-repositories: true`/,
  ],
  [
    'objects',
    'AWS::S3::Bucket',
    'The bucket you tried to delete is not empty (Service: Amazon S3; Status Code: 409; Error Code: BucketNotEmpty; Request ID: 1; S3 Extended Request ID: 7; Proxy: null)',
    'data',
    'user',
    /`aws s3 rm --recursive s3:\/\/data`/,
  ],
  [
    'a protected load balancer',
    'AWS::ElasticLoadBalancingV2::LoadBalancer',
    `Load balancer '${LB}' cannot be deleted because deletion protection is enabled (Service: AmazonElasticLoadBalancing; Status Code: 400; Error Code: OperationNotPermitted; Request ID: 2; Proxy: null)`,
    LB,
    'user',
    /modify-load-balancer-attributes --load-balancer-arn arn:\S+ --attributes Key=deletion_protection.enabled,Value=false/,
  ],
  [
    'a protected database',
    'AWS::RDS::DBInstance',
    'Cannot delete protected DB Instance, please disable deletion protection and try again.',
    'db',
    'user',
    /modify-db-instance --db-instance-identifier db --no-deletion-protection`/,
  ],
  [
    'a protected log group',
    'AWS::Logs::LogGroup',
    handler('Cannot delete log group with deletion protection enabled. Disable deletion protection first.'),
    '/shop',
    'user',
    /put-log-group-deletion-protection --log-group-identifier \/shop --no-deletion-protection-enabled/,
  ],
  [
    'something protected that is not known',
    'AWS::Cognito::UserPool',
    'The user pool cannot be deleted because deletion protection is activated.',
    'pool',
    'user',
    /^Turn its deletion protection off$/,
  ],
  [
    'an export in use, on the stack itself',
    'AWS::CloudFormation::Stack',
    'Export shop-vpc:Id cannot be deleted as it is in use by shop-app and shop-db',
    'arn:s',
    'importer',
    /^Delete shop-app and shop-db first/,
  ],
  [
    'an export in use, in other words',
    'AWS::CloudFormation::Stack',
    'Delete canceled. Cannot delete export shop-topic as it is in use by shop-user.',
    'arn:s',
    'importer',
    /^Delete shop-user first/,
  ],
  [
    'a security group in use',
    'AWS::EC2::SecurityGroup',
    'resource sg-9f14bae0 has a dependent object (Service: AmazonEC2; Status Code: 400; Error Code: DependencyViolation; Request ID: 1)',
    'sg-9f14bae0',
    'time',
    /--filters Name=group-id,Values=sg-9f14bae0`/,
  ],
  [
    'a subnet in use',
    'AWS::EC2::Subnet',
    handler("The subnet 'subnet-018a56d' has dependencies and cannot be deleted."),
    'subnet-018a56d',
    'time',
    /Name=subnet-id,Values=subnet-018a56d`/,
  ],
  [
    'a VPC in use',
    'AWS::EC2::VPC',
    "The vpc 'vpc-b1a910d5' has dependencies and cannot be deleted.",
    'vpc-b1a910d5',
    'time',
    /Name=vpc-id,Values=vpc-b1a910d5`/,
  ],
  [
    'a gateway with addresses',
    'AWS::EC2::VPCGatewayAttachment',
    'Network vpc-b1a910d5 has some mapped public address(es). Please unmap those public address(es) before detaching the gateway.',
    'IGW|vpc-b1a910d5',
    'time',
    /Name=vpc-id,Values=vpc-b1a910d5`/,
  ],
  [
    'a busy cluster',
    'AWS::ECS::Cluster',
    handler('The Cluster cannot be deleted while Tasks are active.'),
    'shop',
    'time',
    /`aws ecs list-tasks --cluster shop`/,
  ],
  [
    'a role with more policies',
    'AWS::IAM::Role',
    'Cannot delete entity, must detach all policies first. (Service: AmazonIdentityManagement; Status Code: 409; Error Code: DeleteConflict; Request ID: b)',
    'shop-role',
    'user',
    /list-attached-role-policies --role-name shop-role/,
  ],
  [
    'a policy of others',
    'AWS::IAM::ManagedPolicy',
    'Cannot delete a policy attached to entities. (Service: Iam, Status Code: 409)',
    'arn:aws:iam::1:policy/p',
    'user',
    /list-entities-for-policy --policy-arn arn:aws:iam::1:policy\/p/,
  ],
  [
    'missing rights',
    'AWS::SNS::Topic',
    'User: arn:aws:iam::1:user/ci is not authorized to perform: SNS:DeleteTopic on resource: arn:aws:sns:::t',
    'arn:aws:sns:::t',
    'user',
    /^Allow `SNS:DeleteTopic`/,
  ],
  ['what nobody knows', 'AWS::New::Thing', 'Computer says no', 'x', 'user', /^Mend what AWS says of it$/],
])('%s', (_, type, reason, id, remedy, fix) => {
  const blocker = of(type, reason, id);
  expect(blocker).toMatchObject({ remedy, reason, logicalId: 'Thing' });
  expect(blocker.fix).toMatch(fix);
  expect(blocker.what).not.toBe('');
});

it('takes words for what they are only on the type that they are of', () => {
  expect(of('Custom::Cleaner', 'The registry still contains images', 'x').remedy).toBe('user');
  expect(of('AWS::SQS::Queue', 'BucketNotEmpty', 'x').what).toBe('AWS refuses to delete it');
});
