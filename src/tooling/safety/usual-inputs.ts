import { SCRIPTED_EXPECTATIONS } from '../scripted-app.ts';

/** A stack whose outputs repeat what it is given. */
export const REPEATING: Readonly<Record<string, string>> = {
  'stacks.yaml': 'stacks:\n  one: { template: one.yaml }\n',
  'one.yaml': `Parameters:
  Name: { Type: String, Default: none }
  ImageUri: { Type: String, Default: none }
  CollectorImageUri: { Type: String, Default: none }
Resources:
  Topic: { Type: AWS::SNS::Topic, Properties: { DisplayName: !Ref Name } }
Outputs:
  LoadBalancerUrl: { Value: !Ref Name }
  ClusterName: { Value: !Ref ImageUri }
`,
  'telemetry.yaml': SCRIPTED_EXPECTATIONS,
  'compose.yaml': 'services:\n  shop: { image: x, ports: ["5000"] }\n',
  'app/Dockerfile': `FROM node@sha256:${'a'.repeat(64)} AS run\nRUN true\n`,
};

/** With which each action does its work in the workspace above; @param prefix of this run alone */
export function usualInputs(action: string, prefix: string): Record<string, string> {
  const inputs: Record<string, Record<string, string>> = {
    deploy: { 'stack-prefix': prefix, 'stacks-file': 'stacks.yaml' },
    teardown: { 'stack-prefix': prefix, 'stacks-file': 'stacks.yaml', confirm: prefix },
    'build-push': { 'stack-prefix': prefix, context: 'app', timeout: '20s' },
    'smoke-test': { 'compose-file': 'compose.yaml', aws: 'account', 'base-url': 'http://127.0.0.1:9', timeout: '20s' },
    'validate-telemetry': {
      'target-url': 'http://127.0.0.1:9',
      'metrics-endpoint': 'http://127.0.0.1:9',
      'log-groups': '/scripted/app',
      requests: '1',
      timeout: '5s',
    },
  };
  const usual = inputs[action];
  if (!usual) throw new Error(`no usual inputs are known for ${action}; say here with which it does its work`);
  return usual;
}
