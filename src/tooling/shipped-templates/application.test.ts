import { describe, expect, it } from 'vitest';
import { app, collector } from './containers.ts';
import { application, type Json, type JsonMap, type Parameter } from './templates.ts';
import { ofType, only, permissions, resolve } from './walk.ts';

describe('application', () => {
  it.each(['ImageUri', 'CollectorImageUri'])('takes %s by digest only, and assumes none', name => {
    const { Default, AllowedPattern = '' } = application.Parameters[name] as Parameter;
    const accepts = (uri: string) => new RegExp(`^(?:${AllowedPattern})$`).test(uri);
    const registry = '123456789012.dkr.ecr.eu-west-1.amazonaws.com';
    const digest = `sha256:${'0a'.repeat(32)}`;
    expect(Default).toBeUndefined();
    expect(accepts(`${registry}/zap-app@${digest}`)).toBe(true);
    expect(accepts(`${registry}/team/zap-app@${digest}`)).toBe(true);
    expect(accepts(`127.0.0.1:5000/zap-app@${digest}`)).toBe(true);
    expect(accepts(`${registry}/zap-app:1.0`)).toBe(false);
    expect(accepts(`${registry}/zap-app:1.0@${digest}`)).toBe(false);
    expect(accepts(`${registry}/zap-app@sha256:0a0a`)).toBe(false);
    expect(accepts('')).toBe(false);
  });

  it('lets a task out to the interface endpoints and to S3, and nowhere else', () => {
    const group = only(application, 'AWS::EC2::SecurityGroup');
    const rules = (group.SecurityGroupEgress as JsonMap[]).map(({ Description: _, ...rule }) => rule);
    const https = { IpProtocol: 'tcp', FromPort: 443, ToPort: 443 };
    expect(rules).toEqual([
      { ...https, DestinationSecurityGroupId: { Ref: 'EndpointSecurityGroupId' } },
      { ...https, DestinationPrefixListId: { Ref: 'S3PrefixListId' } },
    ]);
  });

  it('lets a task out to other hosts when a range is given, over HTTPS', () => {
    expect(application.Resources.ExternalEgress).toMatchObject({
      Condition: 'HasExternalEgress',
      Properties: {
        GroupId: { 'Fn::GetAtt': ['ServiceSecurityGroup', 'GroupId'] },
        FromPort: 443,
        ToPort: 443,
        CidrIp: { Ref: 'ExternalEgressCidr' },
      },
    });
    expect(application.Parameters.ExternalEgressCidr?.Default).toBe('');
  });

  it('lets only the load balancer in', () => {
    const group = only(application, 'AWS::EC2::SecurityGroup');
    const port = { Ref: 'AppPort' };
    expect(group.SecurityGroupIngress).toEqual([
      expect.objectContaining({
        FromPort: port,
        ToPort: port,
        SourceSecurityGroupId: { Ref: 'LoadBalancerSecurityGroupId' },
      }),
    ]);
  });

  it('opens the other end of each rule before the first task starts', () => {
    const service = { 'Fn::GetAtt': ['ServiceSecurityGroup', 'GroupId'] };
    expect(application.Resources.LoadBalancerEgressToService?.Properties).toMatchObject({
      GroupId: { Ref: 'LoadBalancerSecurityGroupId' },
      FromPort: { Ref: 'AppPort' },
      ToPort: { Ref: 'AppPort' },
      DestinationSecurityGroupId: service,
    });
    expect(only(application, 'AWS::EC2::SecurityGroupIngress')).toMatchObject({
      GroupId: { Ref: 'EndpointSecurityGroupId' },
      FromPort: 443,
      ToPort: 443,
      SourceSecurityGroupId: service,
    });
    const rules = Object.entries(application.Resources)
      .filter(([, { Type, Condition }]) => /^AWS::EC2::SecurityGroup(E|In)gress$/.test(Type) && !Condition)
      .map(([name]) => name);
    expect(application.Resources.Service?.DependsOn).toEqual(rules);
  });

  it('runs tasks on Fargate, in the private subnets, without a public address', () => {
    expect(only(application, 'AWS::ECS::TaskDefinition')).toMatchObject({
      RequiresCompatibilities: ['FARGATE'],
      NetworkMode: 'awsvpc',
    });
    expect(only(application, 'AWS::ECS::Service').NetworkConfiguration).toMatchObject({
      AwsvpcConfiguration: { AssignPublicIp: 'DISABLED', Subnets: { Ref: 'PrivateSubnetIds' } },
    });
  });

  it('gives up on a deployment that does not become healthy, and goes back', () => {
    expect(only(application, 'AWS::ECS::Service').DeploymentConfiguration).toMatchObject({
      DeploymentCircuitBreaker: { Enable: true, Rollback: true },
    });
  });

  it('refuses pairs of Cpu and Memory that Fargate does not have, for each Cpu', () => {
    const rules = Object.values(application.Rules ?? {}) as {
      RuleCondition: { 'Fn::Equals': [Json, string] };
      Assertions: { Assert: { 'Fn::Contains': [string[], Json] } }[];
    }[];
    const ofCpu = rules.filter(rule => JSON.stringify(rule.RuleCondition).includes('{"Ref":"Cpu"}'));
    const sizes = ofCpu.map(rule => [
      rule.RuleCondition['Fn::Equals'][1],
      rule.Assertions[0]?.Assert['Fn::Contains'][0],
    ]);
    expect(sizes.map(([cpu]) => cpu)).toEqual(application.Parameters.Cpu?.AllowedValues);
    for (const [cpu, memories] of sizes) {
      const perCpu = (memories as string[]).map(memory => Number(memory) / Number(cpu));
      expect(Math.min(...perCpu), `Cpu ${cpu}`).toBeGreaterThanOrEqual(2);
      expect(Math.max(...perCpu), `Cpu ${cpu}`).toBeLessThanOrEqual(8);
      expect(application.Parameters.Memory?.AllowedValues).toEqual(expect.arrayContaining(memories as string[]));
    }
  });

  it('leaves the application all memory but the collector’s, for each Memory', () => {
    const sizes = (application.Mappings as { AppMemory: Record<string, { MiB: number }> }).AppMemory;
    expect(app.Memory).toEqual({ 'Fn::FindInMap': ['AppMemory', { Ref: 'Memory' }, 'MiB'] });
    expect(Object.keys(sizes)).toEqual(application.Parameters.Memory?.AllowedValues);
    for (const [memory, { MiB }] of Object.entries(sizes)) expect(MiB + Number(collector.Memory)).toBe(Number(memory));
  });

  it('runs both containers without root and, unless one may log in, with file systems that nothing writes to', () => {
    expect(app.User).toEqual({ Ref: 'AppUser' });
    const root = new RegExp(`^(?:${application.Parameters.AppUser?.AllowedPattern})$`);
    expect(['0', '0:0', 'root', '1000:0', ''].filter(user => root.test(user))).toEqual([]);
    expect(collector.User).toMatch(/^[1-9]\d*:[1-9]\d*$/);
    for (const container of [app, collector]) {
      expect(container.ReadonlyRootFilesystem).toEqual({ 'Fn::If': ['HasExec', false, true] });
    }
  });

  it('scales on CPU and requests, and leaves the number of tasks to that', () => {
    const service = only(application, 'AWS::ECS::Service');
    expect(resolve(service, () => true)).not.toHaveProperty('DesiredCount');
    expect(resolve(service, () => false)).toMatchObject({ DesiredCount: { Ref: 'DesiredCount' } });
    expect(application.Resources.ScalableTarget).toMatchObject({
      Condition: 'HasAutoscaling',
      Properties: { MinCapacity: { Ref: 'DesiredCount' }, MaxCapacity: { Ref: 'MaxCount' } },
    });
    const metrics = ofType(application, 'AWS::ApplicationAutoScaling::ScalingPolicy').map(
      ([, { TargetTrackingScalingPolicyConfiguration: tracking }]) =>
        ((tracking as JsonMap).PredefinedMetricSpecification as JsonMap).PredefinedMetricType,
    );
    expect(metrics).toEqual(['ECSServiceAverageCPUUtilization', 'ALBRequestCountPerTarget']);
  });

  it('goes back when its alarms go off, with or without somebody to tell', () => {
    const { Alarms } = only(application, 'AWS::ECS::Service').DeploymentConfiguration as { Alarms: JsonMap };
    expect(Alarms).toMatchObject({ Enable: true, Rollback: true });
    for (const { Ref } of Alarms.AlarmNames as { Ref: string }[]) {
      expect(application.Resources[Ref], Ref).toMatchObject({ Type: 'AWS::CloudWatch::Alarm' });
      expect(application.Resources[Ref]?.Condition, Ref).toBeUndefined();
    }
  });

  it('keeps the application alive without its collector, and the collector alive longer than the application', () => {
    expect(app).toMatchObject({ Essential: true, DependsOn: [{ ContainerName: 'collector', Condition: 'START' }] });
    expect(collector).toMatchObject({ Essential: false, RestartPolicy: { Enabled: true } });
    for (const container of [app, collector]) {
      expect(container.StopTimeout).toBeGreaterThanOrEqual(30);
      expect(container.StopTimeout).toBeLessThanOrEqual(120);
    }
  });

  it('leaves the application at least half of the smallest task', () => {
    expect(Number(app.Cpu) + Number(collector.Cpu)).toBeLessThanOrEqual(256);
    expect(Number(collector.Cpu)).toBeLessThan(Number(app.Cpu));
    expect(Number(collector.Memory)).toBeLessThanOrEqual(512 / 2);
  });

  it('writes what each container prints to the log group of the monitoring stack', () => {
    const options = (container: JsonMap) => (container.LogConfiguration as JsonMap).Options;
    expect(options(app)).toMatchObject({ 'awslogs-group': { Ref: 'AppLogGroupName' }, mode: 'non-blocking' });
    expect(options(collector)).toMatchObject({
      'awslogs-group': { Ref: 'CollectorLogGroupName' },
      mode: 'non-blocking',
    });
  });

  it('allows the execution role to pull just these images and to write just these logs', () => {
    const values = {
      'AWS::Partition': 'aws',
      'AWS::Region': 'eu-west-1',
      'AWS::AccountId': '111111111111',
      ImageUri: '222222222222.dkr.ecr.eu-west-1.amazonaws.com/team/zap-app@sha256:00',
      CollectorImageUri: '111111111111.dkr.ecr.eu-west-1.amazonaws.com/collector@sha256:00',
      AppLogGroupName: '/zap-obs/x/app',
      CollectorLogGroupName: '/zap-obs/x/collector',
    };
    expect(permissions(application, 'ExecutionRole', values)).toEqual({
      'ecr:GetAuthorizationToken': '*',
      'ecr:BatchCheckLayerAvailability,ecr:BatchGetImage,ecr:GetDownloadUrlForLayer': [
        'arn:aws:ecr:eu-west-1:222222222222:repository/team',
        'arn:aws:ecr:eu-west-1:222222222222:repository/team/*',
        'arn:aws:ecr:eu-west-1:111111111111:repository/collector',
        'arn:aws:ecr:eu-west-1:111111111111:repository/collector/*',
      ],
      'logs:CreateLogStream,logs:PutLogEvents': [
        'arn:aws:logs:eu-west-1:111111111111:log-group:/zap-obs/x/app:log-stream:*',
        'arn:aws:logs:eu-west-1:111111111111:log-group:/zap-obs/x/collector:log-stream:*',
      ],
    });
  });

  it('allows the task role to send metrics and logs to where they belong, and traces; a shell only when asked', () => {
    const exec = ['CreateControlChannel', 'CreateDataChannel', 'OpenControlChannel', 'OpenDataChannel']
      .map(action => `ssmmessages:${action}`)
      .join();
    const values = {
      'AWS::Partition': 'aws',
      'AWS::Region': 'eu-west-1',
      'AWS::AccountId': '111111111111',
      WorkspaceArn: 'the workspace',
      TelemetryLogGroupName: '/zap-obs/x/telemetry',
    };
    const { [exec]: channels, ...telemetry } = permissions(application, 'TaskRole', values);
    expect(telemetry).toEqual({
      'aps:RemoteWrite': 'the workspace',
      'logs:CreateLogStream,logs:PutLogEvents': 'arn:aws:logs:eu-west-1:111111111111:log-group:/zap-obs/x/telemetry:*',
      'xray:PutTraceSegments': '*',
    });
    expect(channels).toBe('*');
    const role = application.Resources.TaskRole?.Properties as JsonMap;
    expect(JSON.stringify(resolve(role, () => false))).not.toContain('ssmmessages');
  });
});
