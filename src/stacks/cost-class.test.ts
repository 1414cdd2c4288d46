import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { ROOT } from '../tooling/repository.ts';
import { costClass } from './cost-class.ts';
import { parseTemplate } from './template.ts';

it.each([
  ['AWS::IAM::Role', 'free'],
  ['AWS::EC2::SecurityGroup', 'free'],
  ['AWS::S3::Bucket', 'pennies'],
  ['AWS::Logs::LogGroup', 'pennies'],
  ['AWS::EC2::NatGateway', 'hourly'],
  ['AWS::ElasticLoadBalancingV2::LoadBalancer', 'hourly'],
  ['AWS::APS::Workspace', 'by usage'],
  ['AWS::EC2::VPCPeeringConnection', 'unknown'],
  ['Custom::Thing', 'unknown'],
])('%s: %s', (type, cost) => {
  expect(costClass(type)).toBe(cost);
});

it('knows every type of the shipped templates', () => {
  const folder = join(ROOT, 'cloudformation');
  const types = readdirSync(folder)
    .filter(name => name.endsWith('-template.yaml'))
    .flatMap(name => {
      const parsed = parseTemplate(readFileSync(join(folder, name), 'utf8'), name);
      return 'template' in parsed ? Object.values(parsed.template.resources).map(({ type }) => type) : [];
    });
  expect(types.length).toBeGreaterThan(50);
  expect([...new Set(types)].filter(type => costClass(type) === 'unknown')).toEqual([]);
});
