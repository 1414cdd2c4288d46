import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ApiCall, type LocalAws, startLocalAws } from '@zap-obs/local-aws';
import { afterAll, beforeAll } from 'vitest';
import type { Action } from '../runner/define-action.ts';
import type { Host } from '../runner/host.ts';
import { type RecordingHost, recordingHost } from './recording-host.ts';
import { ROOT } from './repository.ts';
import { environmentWithoutAws, localAwsEnvironment } from './run-bundle.ts';

/** One run of an action in this process, against a local AWS. */
export interface ScenarioRun {
  code: number;
  host: RecordingHost;
  /** The calls that AWS received, `service:Action` each. */
  calls: string[];
  /** Those of them that are no reads. */
  writes: string[];
  /** Everything that the user and AWS saw, with what differs from run to run replaced. */
  transcript: string;
}

export interface Scenarios {
  aws: LocalAws;
  /** The folder that runs take for the user's checkout. */
  workspace: string;
  /**
   * @param files written to a workspace of its own, which is there until the tests end
   * @param signal ends the run early
   * @param more what the host has beside
   */
  run(
    action: Action,
    inputs: Record<string, string>,
    files?: Record<string, string>,
    signal?: AbortSignal,
    more?: Partial<Host>,
  ): Promise<ScenarioRun>;
  /** One call of AWS, made by hand. */
  statusOf(stackName: string): Promise<string | undefined>;
}

/**
 * Starts a local AWS for the tests of a file, with the environment pointing at it and at no other AWS.
 *
 * @param pace factor over typical durations
 */
export function scenarios(pace = 0): Scenarios {
  const original = { ...process.env };
  const workspace = mkdtempSync(join(tmpdir(), 'zap-obs-workspace-'));
  const temporary = mkdtempSync(join(tmpdir(), 'zap-obs-runner-'));
  let aws: LocalAws | undefined;
  const running = () => {
    if (!aws) throw new Error('the local AWS runs only while tests do');
    return aws;
  };
  beforeAll(async () => {
    aws = await startLocalAws({ port: 0, pace });
    process.env = { ...environmentWithoutAws(), ...localAwsEnvironment(aws.url), RUNNER_TEMP: temporary };
  });
  afterAll(async () => {
    process.env = original;
    for (const folder of [workspace, temporary]) rmSync(folder, { recursive: true, force: true });
    await aws?.close();
  });
  return {
    workspace,
    get aws() {
      return running();
    },
    async run(action, inputs, files = {}, signal = new AbortController().signal, more = {}) {
      for (const [name, content] of Object.entries(files)) writeFileSync(join(workspace, name), content);
      const host = Object.assign(recordingHost(inputs), more);
      const before = running().calls.length;
      const code = await action.run(host, { workspace, toolkit: ROOT }, signal);
      const calls = running().calls.slice(before).map(nameOf);
      return {
        code,
        host,
        calls,
        writes: calls.filter(call => !isRead(call)),
        transcript: transcriptOf(inputs, host, code, calls),
      };
    },
    async statusOf(stackName) {
      const { cloudFormationOf } = await import('../stacks/cloudformation.aws.ts');
      const { openSession } = await import('../aws/session.aws.ts');
      return (await cloudFormationOf(openSession('us-east-1')).describe(stackName))?.status;
    },
  };
}

function nameOf({ service, action }: ApiCall): string {
  return `${service}:${action}`;
}

function isRead(call: string): boolean {
  return /:(Describe|Get|List|Head)/.test(call);
}

function transcriptOf(
  inputs: Record<string, string>,
  host: RecordingHost,
  code: number,
  calls: readonly string[],
): string {
  const section = (title: string, lines: readonly string[]) =>
    lines.length > 0 ? [`# ${title}`, '', ...lines, ''] : [];
  const pairs = (record: Record<string, string>) =>
    Object.entries(record).map(([name, value]) => `${name}: ${value.trim().replaceAll('\n', '\n    ')}`);
  return normalise(
    [
      ...section('Inputs', pairs(inputs)),
      ...section('Log', host.log),
      ...section('Outputs', pairs(host.outputs)),
      ...section('Job summary', [host.summaryText.trim()]),
      ...section('Calls', readable(calls)),
      `exit code ${code}\n`,
    ].join('\n'),
  );
}

/** Reads that go on at once come in any order; each run of them is shown once, sorted. */
function readable(calls: readonly string[]): string[] {
  const shown: string[] = [];
  let reads = new Set<string>();
  const flush = () => {
    shown.push(...[...reads].sort());
    reads = new Set();
  };
  for (const call of calls) {
    if (isRead(call)) reads.add(call);
    else {
      flush();
      shown.push(call);
    }
  }
  flush();
  return shown;
}

/** Ids, times and ports differ from run to run. */
function normalise(text: string): string {
  return (
    text
      .replaceAll(/(?<=\b|%2F)[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b/g, '‹uuid›')
      .replaceAll(/\b(vpc|subnet|sg|pl|vpce|rtb|igw)-[0-9a-f]{8,17}\b/g, '$1-‹id›')
      .replaceAll(/-[A-Z0-9]{12}\b/g, '-‹ID›')
      .replaceAll(/-\d+(\.us-east-1\.elb)/g, '-‹n›$1')
      .replaceAll(/(app|targetgroup|net)\/([\w-]+)\/[0-9a-f]{16}/g, '$1/$2/‹id›')
      .replaceAll(/\bg-[0-9a-f]{10}\b/g, 'g-‹id›')
      .replaceAll(/"seconds":[\d.]+/g, '"seconds":‹n›')
      .replaceAll(/\b\d+(\.\d)? s\b/g, '‹t› s')
      // The shipped templates grow.
      .replaceAll(/\b\d+\.\d kB\b/g, '‹n› kB')
      // Which resources are the slowest is up to the machine where none takes time.
      .replaceAll(/(axisFormat )[^`]*/g, '$1…\n')
      .replaceAll(/127\.0\.0\.1:\d+/g, '127.0.0.1:‹port›')
      .replaceAll(/sha256:([0-9a-f])\1{63}/g, 'sha256:$1…')
  );
}
