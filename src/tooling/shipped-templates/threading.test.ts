import { describe, expect, it } from 'vitest';
import { application, network, stacks } from './templates.ts';

describe('threading', () => {
  it('finds every parameter without a default in one earlier stack or in stacks.yaml', () => {
    // Set by the action's inputs `image-uri` and `collector-image-uri`.
    const inputs = ['ImageUri', 'CollectorImageUri'];
    const findings = stacks.flatMap(({ name, template, explicit }, index) =>
      Object.entries(template.Parameters).flatMap(([parameter, { Default }]) => {
        const sources = stacks.slice(0, index).filter(earlier => parameter in earlier.template.Outputs);
        if (sources.length > 1) return [`${name}.${parameter}: an output of several stacks`];
        const known = sources.length === 1 || parameter in explicit || inputs.includes(parameter);
        return known || Default !== undefined ? [] : [`${name}.${parameter}: from nowhere`];
      }),
    );
    expect(findings).toEqual([]);
  });

  it('threads no output that may be missing', () => {
    const findings = stacks.flatMap(({ template }, index) =>
      Object.entries(template.Outputs)
        .filter(([, { Condition }]) => Condition !== undefined)
        .map(([output]) => output)
        .filter(output => stacks.slice(index + 1).some(later => output in later.template.Parameters)),
    );
    expect(findings).toEqual([]);
  });

  it('has a reader for every output: a later stack, the action, or a person', () => {
    const action = ['LoadBalancerUrl', 'ClusterName', 'EcsServiceName', 'LogGroups', 'MetricsEndpoint', 'GrafanaUrl'];
    const person = {
      VpcCidr: 'to peer the VPC',
      PublicSubnetIds: 'to place something beside the load balancer',
      LoadBalancerArn: 'to attach a firewall',
      LoadBalancerDnsName: 'to point a domain at',
      TestTargetGroupArn: 'to set up blue/green deployments',
      ProductionListenerRuleArn: 'to set up blue/green deployments',
      TestListenerRuleArn: 'to set up blue/green deployments',
      GrafanaSecurityGroupId: 'to attach Grafana',
      WorkspaceId: 'to find in the console',
      EcsServiceArn: 'to allow in a policy',
      TaskDefinitionArn: 'to see which revision is meant to run',
    };
    const readers = new Set([...action, ...Object.keys(person)]);
    const unread = stacks.flatMap(({ template }, index) =>
      Object.keys(template.Outputs)
        .filter(output => !stacks.slice(index + 1).some(later => output in later.template.Parameters))
        .filter(output => !readers.delete(output)),
    );
    expect(unread).toEqual([]);
    expect([...readers], 'readers without an output').toEqual([]);
  });

  it('gives a threaded parameter the same bounds on both ends', () => {
    expect(application.Parameters.AppPort?.MinValue).toBe(network.Parameters.AppPort?.MinValue);
    expect(application.Parameters.AppPort?.MaxValue).toBe(network.Parameters.AppPort?.MaxValue);
  });
});
