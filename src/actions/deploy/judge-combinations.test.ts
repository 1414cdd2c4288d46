import { expect, it } from 'vitest';
import { scenarios } from '../../tooling/scenario.ts';
import { action as deploy } from './run.ts';

const { run } = scenarios();

const VPC = 'Resources:\n  Vpc: { Type: "AWS::EC2::VPC", Properties: { CidrBlock: 10.0.0.0/16 } }\n';
const SUBNET = '  A: { Type: "AWS::EC2::Subnet", Properties: { VpcId: !Ref Vpc, CidrBlock: 10.1.0.0/24 } }\n';
const inputs = { 'stack-prefix': 'range', 'stacks-file': 'stacks.yaml' };
const files = (text: string) => ({ 'stacks.yaml': 'stacks:\n  net: { template: net.yaml }\n', 'net.yaml': text });
const OUTSIDE =
  'net.yaml:3:65: `A` of stack `net` lies outside its VPC. Seen: CidrBlock 10.1.0.0/24, CidrBlock 10.0.0.0/16 of `Vpc`. Give `CidrBlock` a range within that of `Vpc`; a range that is added to the VPC is declared as `AWS::EC2::VPCCidrBlock`.';

it('a subnet outside its VPC is an error, and a warning where somebody may have added a range by hand', async () => {
  const created = await run(deploy, inputs, files(VPC + SUBNET));
  expect(created.host.log.at(-1)).toBe(`[error: deploy failed @ net.yaml:3:65] ${OUTSIDE}`);
  expect([created.code, created.writes]).toEqual([1, []]);

  expect((await run(deploy, inputs, files(VPC))).code).toBe(0);
  const updated = await run(deploy, inputs, files(VPC + SUBNET));
  expect(updated.host.log).toContainEqual(expect.stringContaining(OUTSIDE));
  expect(updated.host.log.filter(line => line.startsWith('[error'))).toEqual([]);
  expect(updated.code).toBe(0);
});
