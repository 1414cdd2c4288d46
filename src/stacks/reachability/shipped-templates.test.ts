import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { renderFault } from '../../runner/fault.ts';
import { type Changes, changedPlan, type Draft, type Sources } from '../../tooling/changed-plan.ts';
import { DEMO_IMAGES } from '../../tooling/demo-inputs.ts';
import { parseSource } from '../source-document.ts';
import { networkOf } from './network.ts';
import { reachability, reachabilityFaults } from './reachability.ts';

/** The three templates must let tasks reach all they need, with nothing to spare: each thing that is taken away is missed. */

const folder = new URL('../../../cloudformation/', import.meta.url);
const read = (file: string) => readFileSync(new URL(file, folder), 'utf8');
const { stacks } = parseSource(read('stacks.yaml')).value as {
  stacks: Record<string, { template: string; parameters?: unknown }>;
};
const sources: Sources = Object.fromEntries(
  Object.entries(stacks).map(([name, { template: file, parameters }]) => [
    name,
    { file, text: read(file), parameters },
  ]),
);
const images = { ImageUri: DEMO_IMAGES['image-uri'], CollectorImageUri: DEMO_IMAGES['collector-image-uri'] };
const findingsOf = (changes: Changes = {}) =>
  reachability(changedPlan(sources, { ...changes, values: { ...images, ...changes.values } }), { region: 'us-east-1' });
const original = Object.fromEntries(
  Object.entries(sources).map(([name, { text }]) => [name, parseSource(text).value as Draft]),
);

/** What is reached through the endpoint of each service; of `aps` the tasks need nothing. */
const NEEDS: Readonly<Record<string, string>> = {
  'ecr.api': 'image registry API',
  'ecr.dkr': 'image registry',
  s3: 'image layers',
  logs: 'CloudWatch Logs',
  'aps-workspaces': 'Prometheus remote write',
  xray: 'X-Ray',
};
const INTERFACE = Object.values(NEEDS)
  .filter(need => need !== 'image layers')
  .sort();

interface Mutation {
  title: string;
  change: (drafts: Record<string, Draft>) => unknown;
  /** What is blocked by it. */
  missing: string[];
  /** What the sentences must name. */
  says: string[];
}

type Rule = Record<string, unknown>;
type Resource = Draft['Resources'][string];

/** Those that exist when nothing but the images is given. */
const existing = networkOf(changedPlan(sources, { values: images }), { region: 'us-east-1' }).resources;
const resources = Object.entries(original).flatMap(([stack, { Resources }]) =>
  Object.entries(Resources)
    .map(([id, resource]) => ({ stack, id, resource }))
    .filter(({ id }) => existing.some(resource => resource.stack === stack && resource.id === id)),
);
const propertiesOf = (drafts: Record<string, Draft>, stack: string, id: string) =>
  (drafts[stack]?.Resources[id]?.Properties ?? {}) as Record<string, unknown[]>;
const removal = (stack: string, id: string) => (drafts: Record<string, Draft>) => {
  delete drafts[stack]?.Resources[id];
};

/** Which needs a rule serves, by what it names: a reading of the templates apart from the code under test. */
function served(rule: Rule, owner: string): Pick<Mutation, 'missing' | 'says'> {
  const text = JSON.stringify(rule);
  // What a parameter adds, nothing needs by itself.
  if ('Fn::If' in rule) return { missing: [], says: [] };
  if (owner === 'ServiceSecurityGroup' && text.includes('DestinationPrefixListId'))
    return { missing: ['image layers'], says: ['DestinationPrefixListId', 's3-prefix-list', 'ServiceSecurityGroup'] };
  if (owner === 'ServiceSecurityGroup' && text.includes('DestinationSecurityGroupId'))
    return { missing: INTERFACE, says: ['`DestinationSecurityGroupId` `EndpointSecurityGroup`', 'TCP 443'] };
  if (JSON.stringify(rule.GroupId)?.includes('EndpointSecurityGroup'))
    return { missing: INTERFACE, says: ['`SourceSecurityGroupId` `ServiceSecurityGroup` to `EndpointSecurityGroup`'] };
  return { missing: [], says: [] };
}

const inlineRules = resources.flatMap(({ stack, id, resource }) =>
  ['SecurityGroupEgress', 'SecurityGroupIngress'].flatMap(property =>
    ((resource.Properties?.[property] ?? []) as Rule[]).map(
      (rule, index): Mutation => ({
        title: `rule ${index} of ${property} of ${id}`,
        change: drafts => propertiesOf(drafts, stack, id)[property]?.splice(index, 1),
        ...served(rule, id),
      }),
    ),
  ),
);

const separateRules = resources
  .filter(({ resource }) => /^AWS::EC2::SecurityGroup(In|E)gress$/.test(resource.Type))
  .map(
    ({ stack, id, resource }): Mutation => ({
      title: id,
      change: removal(stack, id),
      ...served(
        resource.Properties,
        JSON.stringify(resource.Properties.GroupId).includes('ServiceSecurityGroup') ? 'ServiceSecurityGroup' : '',
      ),
    }),
  );

const endpoints = resources
  .filter(({ resource }) => resource.Type === 'AWS::EC2::VPCEndpoint')
  .map(found => ({
    ...found,
    service: JSON.stringify(found.resource.Properties.ServiceName).replace(/^.*\$\{AWS::Region\}\.|"}$/g, ''),
  }));
const needOf = (service: string) => [NEEDS[service] ?? []].flat();

const endpointRemovals = endpoints.map(
  ({ stack, id, service }): Mutation => ({
    title: id,
    change: removal(stack, id),
    missing: needOf(service),
    says: needOf(service).length > 0 ? [`com.amazonaws.us-east-1.${service} to \`Vpc\``] : [],
  }),
);

const privateNames = endpoints
  .filter(({ resource }) => resource.Properties.PrivateDnsEnabled === true)
  .map(
    ({ stack, id, service }): Mutation => ({
      title: `PrivateDnsEnabled of ${id}`,
      change: drafts => Object.assign(propertiesOf(drafts, stack, id), { PrivateDnsEnabled: false }),
      missing: needOf(service),
      says: needOf(service).length > 0 ? [`\`PrivateDnsEnabled: true\` to \`${id}\``] : [],
    }),
  );

const tablesOfEndpoints = endpoints.flatMap(({ stack, id, resource }) =>
  ((resource.Properties.RouteTableIds ?? []) as { Ref: string }[])
    .filter(({ Ref }) => Ref !== undefined)
    .map(
      ({ Ref }, index): Mutation => ({
        title: `${Ref} in RouteTableIds of ${id}`,
        change: drafts => propertiesOf(drafts, stack, id).RouteTableIds?.splice(index, 1),
        missing: ['image layers'],
        says: [`\`${Ref}\` to the RouteTableIds of \`${id}\``],
      }),
    ),
);

const policyStatements = endpoints.flatMap(({ stack, id, service, resource }) =>
  statementsOf(resource).map((statement, index): Mutation => {
    const needs = 'Fn::If' in statement ? [] : needOf(service);
    return {
      title: `statement ${index} of the policy of ${id}`,
      change: drafts => statementsOf(drafts[stack]?.Resources[id]).splice(index, 1),
      missing: needs,
      says: needs.length > 0 ? [`to the PolicyDocument of \`${id}\``] : [],
    };
  }),
);

function statementsOf(endpoint: Resource | undefined): Rule[] {
  return (endpoint?.Properties.PolicyDocument as { Statement: Rule[] } | undefined)?.Statement ?? [];
}

const associations = resources
  .filter(({ resource }) => resource.Type === 'AWS::EC2::SubnetRouteTableAssociation')
  .map(({ stack, id, resource }): Mutation => {
    const subnet = (resource.Properties.SubnetId as { Ref: string }).Ref;
    const isPrivate = subnet.startsWith('Private');
    return {
      title: id,
      change: removal(stack, id),
      missing: isPrivate ? ['image layers'] : [],
      says: isPrivate ? [`AWS::EC2::SubnetRouteTableAssociation of \`${subnet}\``] : [],
    };
  });

it('as they are shipped, all is reached', () => {
  const findings = findingsOf();
  expect(findings.map(({ need, verdict }) => [need, verdict])).toEqual(
    Object.values(NEEDS)
      .map(need => [need, 'reachable'])
      .sort((a, b) => order(a) - order(b)),
  );
});

const order = ([need = '']: string[]) =>
  [
    'image registry API',
    'image registry',
    'image layers',
    'CloudWatch Logs',
    'Prometheus remote write',
    'X-Ray',
  ].indexOf(need);

describe('without', () => {
  const mutations = [
    ...inlineRules,
    ...separateRules,
    ...endpointRemovals,
    ...privateNames,
    ...tablesOfEndpoints,
    ...policyStatements,
    ...associations,
  ];

  it('enough is taken away to show something', () => {
    expect(mutations.filter(({ missing }) => missing.length > 0).length).toBeGreaterThanOrEqual(18);
  });

  it.each(mutations)('$title, exactly what it serves is blocked', ({ change, missing, says }) => {
    const findings = findingsOf({ change });
    const blocked = findings.filter(({ verdict }) => verdict === 'blocked').map(({ need }) => need);
    expect(blocked.sort()).toEqual([...missing].sort());
    expect(findings.filter(({ verdict }) => verdict === 'unknown').map(({ need }) => need)).toEqual([]);
    const faults = reachabilityFaults(findings);
    expect(faults).toHaveLength(missing.length > 0 ? 1 : 0);
    for (const text of says) expect(faults.map(renderFault).join('\n')).toContain(text);
    for (const { place } of faults)
      expect(place).toMatchObject({ file: expect.stringMatching(/-template\.yaml$/), line: expect.any(Number) });
  });

  it('the last rule of a group that says nothing else, everything may leave', () => {
    const change = (drafts: Record<string, Draft>) => {
      propertiesOf(drafts, 'ecs-app', 'ServiceSecurityGroup').SecurityGroupEgress = [];
    };
    expect(findingsOf({ change }).every(({ verdict }) => verdict === 'reachable')).toBe(true);
  });

  it('host names of the VPC, the names of endpoints do not resolve', () => {
    const change = (drafts: Record<string, Draft>) => {
      delete propertiesOf(drafts, 'vpc-alb', 'Vpc').EnableDnsHostnames;
    };
    const [fault, ...others] = reachabilityFaults(findingsOf({ change }));
    expect(others).toEqual([]);
    expect(fault?.fix).toBe('Add `EnableDnsHostnames: true` to `Vpc`');
  });
});

it('what another stack would tell is not guessed when that stack is left out', () => {
  const findings = reachability(changedPlan(sources, { values: images, only: ['ecs-app'] }), { region: 'us-east-1' });
  expect(findings.map(({ verdict }) => verdict)).toEqual(findings.map(() => 'unknown'));
  expect(findings[0]?.because).toContain('comes from stack `vpc-alb`, which is not part of this run');
});

it('a Grafana workspace attached to the VPC needs endpoints of its own', () => {
  const change = (drafts: Record<string, Draft>) => {
    const monitoring = drafts.monitoring as Draft & { Parameters: Record<string, unknown> };
    monitoring.Resources.GrafanaWorkspace = {
      ...(monitoring.Resources.GrafanaWorkspace as Resource),
      Properties: {
        ...monitoring.Resources.GrafanaWorkspace?.Properties,
        VpcConfiguration: {
          SubnetIds: [{ 'Fn::ImportValue': 'subnet' }],
          SecurityGroupIds: [{ 'Fn::ImportValue': 'group' }],
        },
      },
    };
    // What the policies of endpoints allow besides is another matter.
    for (const { stack, id } of endpoints) delete propertiesOf(drafts, stack, id).PolicyDocument;
    const network = drafts['vpc-alb'] as Draft & { Outputs: Record<string, unknown> };
    network.Outputs.A = { Value: { Ref: 'PrivateSubnet1' }, Export: { Name: 'subnet' } };
    network.Outputs.B = { Value: { Ref: 'EndpointSecurityGroup' }, Export: { Name: 'group' } };
    propertiesOf(drafts, 'vpc-alb', 'EndpointSecurityGroup').SecurityGroupEgress = [];
    propertiesOf(drafts, 'vpc-alb', 'EndpointSecurityGroup').SecurityGroupIngress = [
      { IpProtocol: '-1', CidrIp: { Ref: 'VpcCidr' } },
    ];
  };
  const grafana = (values: Record<string, string> = {}) =>
    findingsOf({ change, values })
      .filter(({ service }) => service === 'monitoring.GrafanaWorkspace')
      .map(({ need, verdict }) => `${need}: ${verdict}`);
  const others = ['CloudWatch Logs: reachable', 'CloudWatch: blocked', 'X-Ray: reachable'];
  expect(grafana().sort()).toEqual(
    ['Prometheus management API: blocked', 'Prometheus queries: reachable', ...others].sort(),
  );
  expect(grafana({ EnableApsEndpoint: 'true' })).toContain('Prometheus management API: reachable');
  expect(grafana({ EnableGrafana: 'false' })).toEqual([]);
});
