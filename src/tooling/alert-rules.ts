import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { parseSource } from '../stacks/source-document.ts';
import { ROOT } from './repository.ts';

/** What the monitoring template is given in the tests of its alerts; a fact of a template's own is read from there. */
const VALUES: Readonly<Record<string, string>> = {
  AlertTopicArn: 'arn:aws:sns:eu-west-1:111111111111:alerts',
  'AWS::Region': 'eu-west-1',
};

export interface AlertRule {
  alert: string;
  expr: string;
  for: string;
  labels: Record<string, string>;
  annotations: Record<string, string>;
}

interface MonitoringTemplate {
  Parameters: Record<string, { Default?: unknown }>;
  Resources: {
    AlertRules: { Properties: { Data: { 'Fn::Sub': string } } };
    Workspace: { Properties: { AlertManagerDefinition: { 'Fn::If': [string, { 'Fn::Sub': string }, unknown] } } };
  };
}

/** The rules file of the monitoring template as Prometheus gets it, with the defaults of the template filled in. */
export function alertRulesFile(): string {
  const template = monitoringTemplate();
  return filled(template, template.Resources.AlertRules.Properties.Data['Fn::Sub']);
}

export function alertRules(): AlertRule[] {
  const { groups } = parse(alertRulesFile()) as { groups: { rules: AlertRule[] }[] };
  return groups.flatMap(({ rules }) => rules);
}

/** The definition of the alert manager, where there is a topic. */
export function alertManagerDefinition(): string {
  const template = monitoringTemplate();
  const [, definition] = template.Resources.Workspace.Properties.AlertManagerDefinition['Fn::If'];
  return filled(template, definition['Fn::Sub']);
}

function monitoringTemplate(): MonitoringTemplate {
  const path = join(ROOT, 'cloudformation', '1-monitoring-template.yaml');
  return parseSource(readFileSync(path, 'utf8')).value as MonitoringTemplate;
}

function filled({ Parameters }: MonitoringTemplate, text: string): string {
  return text.replaceAll(/\$\{([^}]+)\}/g, (_, name) => {
    const value = VALUES[name] ?? Parameters[name]?.Default;
    if (value === undefined) throw new Error(`the tests give no ${name}`);
    return String(value);
  });
}
