import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { application, type Json, type JsonMap, monitoring } from './templates.ts';
import { evaluate, only, resolve, walk } from './walk.ts';

describe('monitoring', () => {
  it('asks Grafana for the one permission type that templates may use, and attaches it to a VPC only when asked', () => {
    const grafana = only(monitoring, 'AWS::Grafana::Workspace');
    expect(grafana).toMatchObject({ PermissionType: 'CUSTOMER_MANAGED', AuthenticationProviders: ['AWS_SSO'] });
    expect(Object.keys(grafana)).not.toContain('DataSources');
    expect(resolve(grafana, () => false)).not.toHaveProperty('VpcConfiguration');
    expect(monitoring.Parameters.GrafanaSubnetIds?.Default).toBe('');
  });

  it('can be deployed where there is no IAM Identity Center', () => {
    const kept = Object.entries(monitoring.Resources).filter(([, { Condition }]) => Condition === undefined);
    expect(kept.map(([name]) => name)).toEqual([
      'Workspace',
      'AppLogGroup',
      'CollectorLogGroup',
      'TelemetryLogGroup',
      'WorkspaceLogGroup',
    ]);
  });

  describe('alerts', () => {
    const fill = (value: Json) =>
      evaluate(value, { AlertTopicArn: 'arn:topic', LatencyAlertSeconds: '0.5', 'AWS::Region': 'eu-west-1' }) as string;
    const rules = parse(fill(only(monitoring, 'AWS::APS::RuleGroupsNamespace').Data ?? null)) as {
      groups: { rules: { alert: string; expr: string; for: string; annotations: { summary: string } }[] }[];
    };
    const alerts = rules.groups.flatMap(group => group.rules);

    it('exist only where there is a topic for them', () => {
      expect(monitoring.Resources.AlertRules?.Condition).toBe('HasAlertTopic');
      const workspace = only(monitoring, 'AWS::APS::Workspace');
      expect(resolve(workspace, () => false)).not.toHaveProperty('AlertManagerDefinition');
      const definition = (resolve(workspace, () => true) as JsonMap).AlertManagerDefinition ?? null;
      const { alertmanager_config: config } = parse(fill(definition)) as { alertmanager_config: string };
      expect(parse(config)).toMatchObject({
        route: { receiver: 'topic' },
        receivers: [{ name: 'topic', sns_configs: [{ topic_arn: 'arn:topic', sigv4: { region: 'eu-west-1' } }] }],
      });
    });

    it('are three, on failures, latency and lost telemetry, of metrics that the application or collector sends', () => {
      expect(alerts.map(({ alert }) => alert)).toEqual(['RequestsFail', 'RequestsAreSlow', 'TelemetryIsLost']);
      const sent = [
        // OpenTelemetry's convention for HTTP servers, a histogram in seconds.
        'http_server_request_duration_seconds_bucket',
        'http_server_request_duration_seconds_count',
        // The collector's own metrics at level normal, counters as Prometheus names them.
        'otelcol_exporter_enqueue_failed_log_records_total',
        'otelcol_exporter_enqueue_failed_metric_points_total',
        'otelcol_exporter_enqueue_failed_spans_total',
        'otelcol_exporter_send_failed_log_records_total',
        'otelcol_exporter_send_failed_metric_points_total',
        'otelcol_exporter_send_failed_spans_total',
        'otelcol_process_uptime_seconds_total',
        'otelcol_receiver_refused_log_records_total',
        'otelcol_receiver_refused_metric_points_total',
        'otelcol_receiver_refused_spans_total',
      ];
      const named = alerts.flatMap(({ expr }) => expr.match(/\b(http|otelcol)_\w+(?=[{[)])/g) ?? []);
      const labels = alerts.flatMap(({ expr }) => expr.match(/(?<={)\w+/g) ?? []);
      expect([...new Set(named)].sort()).toEqual(sent);
      expect([...new Set(labels)]).toEqual(['http_response_status_code']);
    });
  });

  it('gives the URL of the workspace without the slash that Prometheus puts at its end', () => {
    const values = { 'Workspace.PrometheusEndpoint': 'https://host/workspaces/ws-1/', 'Workspace.WorkspaceId': 'ws-1' };
    const output = (name: string) => evaluate(monitoring.Outputs[name]?.Value ?? null, values);
    expect(output('MetricsEndpoint')).toBe('https://host/workspaces/ws-1');
    expect(output('RemoteWriteUrl')).toBe('https://host/workspaces/ws-1/api/v1/remote_write');
    const accepted = application.Parameters.RemoteWriteUrl?.AllowedPattern ?? '';
    expect(output('RemoteWriteUrl')).toMatch(new RegExp(`^(?:${accepted})$`));
  });

  it('lets Grafana read only', () => {
    const role = only(monitoring, 'AWS::IAM::Role');
    const actions = [...walk(role.Policies ?? null, '')]
      .filter(({ path }) => /\.Action(\[\d+\])?$/.test(path))
      .flatMap(({ value }) => (typeof value === 'string' ? [value] : []));
    const writing = actions.filter(
      action => !/:(BatchGet|Describe|Filter|Get|List|Query|StartQuery|StopQuery)/.test(action),
    );
    expect(actions.length).toBeGreaterThan(0);
    expect(writing).toEqual([]);
  });
});
