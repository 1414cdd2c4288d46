import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { CloudFormationClient, CreateStackCommand, DescribeStacksCommand } from '@aws-sdk/client-cloudformation';
import { type LocalAws, startLocalAws } from '@zap-obs/local-aws';
import { pretendedContainers } from '../../../local/aws/test/container-support.ts';
import { action } from '../../actions/validate-telemetry/run.ts';
import { recordingHost } from '../recording-host.ts';
import { ROOT } from '../repository.ts';
import { environmentWithoutAws, localAwsEnvironment } from '../run-bundle.ts';
import { SCRIPTED_EXPECTATIONS, type ScriptedAppOptions, startScriptedApp } from '../scripted-app.ts';
import { ScriptedPrometheus } from '../scripted-prometheus.ts';
import { type Bootstrap, PARAMETERS, REGION } from './bootstrap.ts';
import { SUBJECT, tokenHost } from './token-host.ts';

const GROUP = `/zap-obs/${PARAMETERS.StackPrefix}-monitoring/app`;

const WORKSPACE = `Resources: { Metrics: { Type: AWS::APS::Workspace } }
Outputs: { Endpoint: { Value: !GetAtt Metrics.PrometheusEndpoint } }
`;

/**
 * All that validate-telemetry asks of AWS, asked under one role: metrics, logs, and traces in each of the three ways to them.
 *
 * @returns the local AWS, which the caller closes, and which was asked
 */
export async function validateRuns(made: Bootstrap): Promise<LocalAws> {
  const original = { ...process.env };
  const workspace = mkdtempSync(join(tmpdir(), 'zap-obs-validate-'));
  const prometheus = new ScriptedPrometheus();
  const port = Number(new URL(await prometheus.listen()).port);
  // The Prometheus behind the workspace is scripted, so that no container runs.
  const aws = await startLocalAws({ port: 0, containers: pretendedContainers(port) });
  process.env = {
    ...environmentWithoutAws(),
    ...localAwsEnvironment(aws.url),
    RUNNER_TEMP: workspace,
  } as NodeJS.ProcessEnv;
  const validate = async (script: ScriptedAppOptions, expected: number) => {
    const app = await startScriptedApp(aws.url, prometheus, { group: GROUP, ...script });
    try {
      const host = recordingHost({
        'role-to-assume': made.arn('ValidateRole'),
        'target-url': app.url,
        'metrics-endpoint': endpoint,
        'log-groups': GROUP,
        requests: '4',
        rate: '100',
        timeout: '5s',
      });
      const code = await action.run(
        Object.assign(host, tokenHost(SUBJECT)),
        { workspace, toolkit: ROOT },
        new AbortController().signal,
      );
      if (code !== expected)
        throw new Error(`a run ended with ${code} instead of ${expected}:\n${host.log.join('\n')}`);
    } finally {
      await app.close();
    }
  };
  writeFileSync(join(workspace, 'telemetry.yaml'), SCRIPTED_EXPECTATIONS);
  const endpoint = await workspaceEndpoint();
  try {
    await validate({}, 0);
    // Of what is missing it is asked why.
    await validate({ fate: n => (n === 0 ? { trace: 'lost' } : {}) }, 1);
    aws.faults.inject({ fault: 'transaction-search' });
    await validate({}, 0);
    aws.faults.inject({ fault: 'access-denied', action: 'StartTraceRetrieval' });
    await validate({}, 0);
  } finally {
    process.env = original;
    rmSync(workspace, { recursive: true, force: true });
    await prometheus.close();
  }
  return aws;
}

/** Of a workspace that a stack has made. */
async function workspaceEndpoint(): Promise<string> {
  const client = new CloudFormationClient({ region: REGION });
  const { StackId } = await client.send(new CreateStackCommand({ StackName: 'metrics', TemplateBody: WORKSPACE }));
  for (;;) {
    const { Stacks = [] } = await client.send(new DescribeStacksCommand({ StackName: StackId }));
    const { StackStatus = '', Outputs = [] } = Stacks[0] ?? {};
    if (StackStatus === 'CREATE_COMPLETE') return Outputs[0]?.OutputValue ?? '';
    if (!StackStatus.endsWith('_IN_PROGRESS')) throw new Error(`the workspace ended in ${StackStatus}`);
    await sleep(5);
  }
}
