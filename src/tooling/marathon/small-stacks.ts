/** What a run wants to be deployed: `a`, `b` and `c` differ in every stack; with `broken`, a resource cannot be made. */
export type Version = 'a' | 'b' | 'c' | 'broken';

/** Short names, in the order in which they are deployed; `side` depends on nothing. */
export const STACKS = ['one', 'two', 'side'] as const;

const STACKS_FILE = `stacks:
  one: { template: one.yaml }
  two: { template: two.yaml, parameters: { Name: { from: one.Name } } }
  side: { template: side.yaml }
`;

/**
 * Three stacks of one or two resources, so that a deployment takes no longer than it must: `two` is fed by `one`, and `side`
 * takes a value that nobody may see.
 */
export function smallStacks(version: Version): Record<string, string> {
  const fails = version === 'broken' ? 'Metadata: { "zap-local:fail": "it cannot be made" }, ' : '';
  return {
    'stacks.yaml': STACKS_FILE,
    'one.yaml': `Resources:
  Topic: { Type: AWS::SNS::Topic, Properties: { DisplayName: ${version} } }
  Other: { Type: AWS::SNS::Topic, Properties: { DisplayName: other } }
Outputs:
  Name: { Value: !GetAtt Topic.TopicName }
  Version: { Value: ${version} }
`,
    'two.yaml': `Parameters: { Name: { Type: String } }
Resources:
  Queue: { Type: AWS::SQS::Queue, ${fails}Properties: { Tags: [{ Key: topic, Value: !Sub "\${Name}-${version}" }] } }
Outputs:
  Version: { Value: ${version} }
`,
    'side.yaml': `Parameters: { Password: { Type: String, NoEcho: true } }
Resources:
  Topic: { Type: AWS::SNS::Topic, Properties: { DisplayName: ${version}, Tags: [{ Key: password, Value: !Ref Password }] } }
Outputs:
  Version: { Value: ${version} }
`,
  };
}
