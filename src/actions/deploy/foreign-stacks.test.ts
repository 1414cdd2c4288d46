import { expect, it } from 'vitest';
import { scenarios } from '../../tooling/scenario.ts';
import { action as teardown } from '../teardown/run.ts';
import { action as deploy } from './run.ts';

const { run, statusOf } = scenarios();

/** Templates as other people write them: exports and imports, conditions, mappings, loops, JSON beside YAML. */
const FILES = {
  'stacks.yaml': `stacks:
  consumer: { template: consumer.json, depends-on: [loops] }
  network: { template: network.yaml, parameters: { Stage: { from: settings.Stage } } }
  settings: { template: settings.yaml }
  loops: { template: loops.yaml }
`,
  'settings.yaml': `Mappings:
  Sizes: { us-east-1: { size: large }, eu-central-1: { size: small } }
Resources:
  Parameter: { Type: AWS::SSM::Parameter, Properties: { Type: String, Value: !FindInMap [Sizes, !Ref "AWS::Region", size] } }
Outputs:
  Stage: { Value: production }
`,
  'network.yaml': `Parameters:
  Stage: { Type: String, AllowedValues: [test, production] }
Conditions:
  IsProduction: !Equals [!Ref Stage, production]
Resources:
  Vpc: { Type: AWS::EC2::VPC, Properties: { CidrBlock: 10.0.0.0/16 } }
  Audit: { Type: AWS::SNS::Topic, Condition: IsProduction }
  TestOnly: { Type: AWS::SNS::Topic, Condition: IsTest }
Outputs:
  VpcId: { Value: !Ref Vpc, Export: { Name: !Sub "\${AWS::StackName}-VpcId" } }
  AuditTopic: { Condition: IsProduction, Value: !Ref Audit }
`.replace('  IsProduction:', '  IsTest: !Not [!Condition IsProduction]\n  IsProduction:'),
  'loops.yaml': `Transform: AWS::LanguageExtensions
Resources:
  Fn::ForEach::Queues:
    - Name
    - [Orders, Bills]
    - "Queue\${Name}": { Type: AWS::SQS::Queue, Properties: { DelaySeconds: 5 } }
Outputs:
  Count: { Value: !Length [Orders, Bills] }
`,
  'consumer.json': JSON.stringify({
    Resources: {
      Group: {
        Type: 'AWS::EC2::SecurityGroup',
        Properties: { GroupDescription: 'of the consumer', VpcId: { 'Fn::ImportValue': 'foreign-network-VpcId' } },
      },
    },
    Outputs: { GroupId: { Value: { 'Fn::GetAtt': ['Group', 'GroupId'] } } },
  }),
};
const inputs = { 'stack-prefix': 'foreign', 'stacks-file': 'stacks.yaml' };

it('any stacks file is deployed and torn down in the order that its templates need', async () => {
  // As the workflows pass it on from a variable: these stacks have no role that it could be for.
  const boundary = { 'permissions-boundary': 'arn:aws:iam::111111111111:policy/bootstrap/bound' };
  const deployed = await run(deploy, { ...inputs, ...boundary }, FILES);
  expect(deployed.host.log.filter(line => line.startsWith('['))).toEqual([]);
  expect(deployed.code).toBe(0);
  const finished = deployed.host.log.filter(line => / created /.test(line)).map(line => line.split(':')[0]);
  // The consumer stands first in the file; what it imports and what it names comes before it all the same.
  expect(finished.indexOf('settings')).toBeLessThan(finished.indexOf('network'));
  expect(finished.at(-1)).toBe('consumer');
  expect(JSON.parse(deployed.host.outputs.outputs ?? '')).toMatchObject({
    settings: { Stage: 'production' },
    network: { VpcId: expect.stringMatching(/^vpc-/), AuditTopic: expect.stringContaining('Audit') },
    loops: { Count: '2' },
    consumer: { GroupId: expect.stringMatching(/^sg-/) },
  });
  expect(deployed.host.log.join('\n')).toContain('QueueOrders');
  expect(deployed.host.log.join('\n')).not.toContain('TestOnly');

  const again = await run(deploy, inputs, FILES);
  expect([again.code, again.writes]).toEqual([0, []]);

  const gone = await run(teardown, { ...inputs, confirm: 'foreign' }, FILES);
  expect(gone.code).toBe(0);
  for (const name of ['settings', 'network', 'loops', 'consumer'])
    expect(await statusOf(`foreign-${name}`)).toBeUndefined();
});
