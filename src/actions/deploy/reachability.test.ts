import { expect, it } from 'vitest';
import { scenarios } from '../../tooling/scenario.ts';
import { action as deploy } from './run.ts';

const { run } = scenarios();

/** A service whose tasks have no way to the registry of their image. */
const FILES = {
  'stacks.yaml': 'stacks:\n  app: { template: app.yaml }\n',
  'app.yaml': `Resources:
  Vpc: { Type: AWS::EC2::VPC, Properties: { CidrBlock: 10.1.0.0/16 } }
  Subnet: { Type: AWS::EC2::Subnet, Properties: { VpcId: !Ref Vpc, CidrBlock: 10.1.0.0/24 } }
  Group: { Type: AWS::EC2::SecurityGroup, Properties: { GroupDescription: tasks, VpcId: !Ref Vpc } }
  Cluster: { Type: AWS::ECS::Cluster }
  Definition:
    Type: AWS::ECS::TaskDefinition
    Properties:
      RequiresCompatibilities: [FARGATE]
      NetworkMode: awsvpc
      Cpu: "256"
      Memory: "512"
      ContainerDefinitions: [{ Name: app, Image: nginx }]
  Service:
    Type: AWS::ECS::Service
    Properties:
      Cluster: !Ref Cluster
      LaunchType: FARGATE
      DesiredCount: 0
      TaskDefinition: !Ref Definition
      NetworkConfiguration: { AwsvpcConfiguration: { Subnets: [!Ref Subnet], SecurityGroups: [!Ref Group] } }
`,
};
const inputs = (prefix: string, more: Record<string, string> = {}) => ({
  'stack-prefix': prefix,
  'stacks-file': 'stacks.yaml',
  ...more,
});
const MESSAGE =
  'app.yaml:3:3: Tasks of service `Service` cannot reach image registry. Seen: `Subnet` has no route table of its own';

it('tasks that cannot reach their image end the run before AWS is asked anything', async () => {
  const { code, host, calls } = await run(deploy, inputs('enforced'), FILES);
  expect([code, calls]).toEqual([1, []]);
  const errors = host.log.filter(line => line.startsWith('[error'));
  expect(errors).toHaveLength(1);
  expect(errors[0]).toContain(MESSAGE);
  expect(errors[0]).toContain('input `reachability: warn` goes on without it.');
  expect(host.log.join('\n')).toContain('app.Service → image registry: blocked: Subnet has no route table of its own');
});

it('a dry run says the same', async () => {
  expect(await run(deploy, inputs('enforced', { 'dry-run': 'true' }), FILES)).toMatchObject({ code: 1, calls: [] });
});

it('a warning goes on, and stands in the summary', async () => {
  const { code, host } = await run(deploy, inputs('warned', { reachability: 'warn' }), FILES);
  expect(code).toBe(0);
  const warnings = host.log.filter(line => line.startsWith('[warning'));
  expect(warnings).toHaveLength(1);
  expect(warnings[0]).toContain(MESSAGE);
  expect(warnings[0]).not.toContain('reachability: warn');
  expect(host.summaryText).toContain(
    '| `app.Service` | image registry | **blocked** | `Subnet` has no route table of its own',
  );
});

it('an address in an environment variable is only guessed to be called, so that it never ends a run', async () => {
  const environment = 'Image: nginx, Environment: [{ Name: SHOP_URL, Value: "https://shop.example.com" }]';
  const reached = FILES['app.yaml'].replace('Image: nginx', environment);
  const findings = (log: string[]) => log.join('\n').match(/shop\.example\.com: blocked/g);
  const { host } = await run(deploy, inputs('guessed', {}), { ...FILES, 'app.yaml': reached });
  const errors = host.log.filter(line => line.startsWith('[error')).join('\n');
  expect(findings(host.log)).toHaveLength(1);
  expect(errors).toContain('cannot reach image registry');
  expect(errors).not.toContain('shop.example.com');
  expect(host.log.filter(line => line.startsWith('[warning')).join('\n')).toContain('shop.example.com');
});

it('off does not look', async () => {
  const { code, host } = await run(deploy, inputs('unseen', { reachability: 'off' }), FILES);
  expect(code).toBe(0);
  expect(host.log.join('\n')).not.toMatch(/\[warning|app\.Service →/);
  expect(host.summaryText).not.toContain('| Verdict |');
});
