import { setTimeout as sleep } from 'node:timers/promises';
import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3';
import { action as deploy } from '../../actions/deploy/run.ts';
import { Cancelled } from '../../runner/cancellation.ts';
import { DEMO_IMAGES } from '../demo-inputs.ts';
import type { ScenarioRun, Scenarios } from '../scenario.ts';
import { type Bootstrap, PARAMETERS, REGION } from './bootstrap.ts';
import { BROKEN, oneStack, own, STUCK, topic, updateByHand } from './own-stacks.ts';
import { PULL_REQUEST, tokenHost } from './token-host.ts';

const PREFIX = PARAMETERS.StackPrefix;

/** All that dry runs ask of AWS, asked under the role of pull requests. */
export class PreviewRuns {
  readonly #scenarios: Scenarios;
  readonly #role: Record<string, string>;

  constructor(scenarios: Scenarios, made: Bootstrap) {
    this.#scenarios = scenarios;
    this.#role = { 'role-to-assume': made.arn('PreviewRole') };
  }

  /**
   * A prefix that was never deployed, twice.
   *
   * @param refused calls that AWS refuses meanwhile
   */
  async neverDeployed(refused: readonly string[]): Promise<ScenarioRun[]> {
    const { faults } = this.#scenarios.aws;
    const refusals = refused.map(action => faults.inject({ fault: 'access-denied', action }));
    const inputs = { 'stack-prefix': `${PREFIX}-new`, ...DEMO_IMAGES };
    const runs = [await this.#preview(inputs), await this.#preview(inputs)];
    for (const refusal of refusals) refusal.remove();
    return runs;
  }

  /** The three stacks, which others have deployed: as they are, and with everything that a change can have. */
  async shippedStacks(): Promise<void> {
    const inputs = { 'stack-prefix': PREFIX, ...DEMO_IMAGES };
    await this.#scenarios.run(deploy, inputs);
    await this.#preview(inputs);
    const image = DEMO_IMAGES['image-uri'].replace(/[0-9a-f]{64}$/, 'd'.repeat(64));
    const policy = '{ "Statement": [{ "Effect": "Allow", "Action": "Update:*", "Principal": "*", "Resource": "*" }] }';
    const more = { tags: 'team: blue', 'termination-protection': 'on', 'stack-policy': 'policy.json' };
    await this.#preview({ ...inputs, 'image-uri': image, ...more }, { 'policy.json': policy });
  }

  /** A template that goes through a bucket, and one that CloudFormation finds wrong. */
  async templates(): Promise<void> {
    const bucket = PARAMETERS.TemplateBucket;
    await new S3Client({ region: REGION, forcePathStyle: true }).send(new CreateBucketCommand({ Bucket: bucket }));
    await this.#scenarios.run(deploy, own('previewed'), oneStack(topic('small')));
    const large = oneStack(`${topic('large')}# ${'x'.repeat(51_200)}\n`);
    await this.#preview(own('previewed', { 'template-bucket': bucket }), large);
    await this.#preview(own('previewed'), oneStack(topic('wrong', '{ "zap-local:invalid": "it is wrong" }')), 1);
  }

  /** Stacks that others have left in the middle; and one that changes right now. */
  async unfinished(): Promise<void> {
    await this.#scenarios.run(deploy, own('never'), oneStack(topic('good', '{}', BROKEN)));
    await this.#preview(own('never'), oneStack(topic('good')));
    await this.#scenarios.run(deploy, own('locked'), oneStack(topic('good')));
    await updateByHand('locked', STUCK);
    await this.#preview(own('locked', { 'skip-resources': 'one.Topic' }), oneStack(topic('better')));
    await this.#scenarios.run(deploy, own('halfway'), oneStack(topic('good')));
    await updateByHand('halfway', topic('changed', '{}', BROKEN), { DisableRollback: true });
    await this.#preview(own('halfway'), oneStack(topic('better')));
    await this.#scenarios.run(deploy, own('busy'), oneStack(topic('good')));
    const slow = updateByHand('busy', topic('slow', '{ "zap-local:seconds": 200 }'));
    await this.#preview(own('busy'), oneStack(topic('better')));
    await slow;
  }

  /** A job that is cancelled while CloudFormation works out the changes: what it has begun does not stay. */
  async cancelled(): Promise<ScenarioRun> {
    await this.#scenarios.run(deploy, own('stopped'), oneStack(topic('good')));
    const controller = new AbortController();
    const { aws } = this.#scenarios;
    aws.faults.inject({ fault: 'slow-answer', action: 'DescribeChangeSet', seconds: 1 });
    const before = aws.calls.length;
    const watch = async () => {
      while (!aws.calls.slice(before).some(({ action }) => action === 'CreateChangeSet')) await sleep(2);
      controller.abort(new Cancelled('SIGINT'));
    };
    const all = { ...this.#role, 'dry-run': 'true', ...own('stopped') };
    const files = oneStack(topic('better'));
    const [run] = await Promise.all([
      this.#scenarios.run(deploy, all, files, controller.signal, tokenHost(PULL_REQUEST)),
      watch(),
    ]);
    return run;
  }

  async #preview(inputs: Record<string, string>, files: Record<string, string> = {}, expected = 0) {
    const all = { ...this.#role, 'dry-run': 'true', ...inputs };
    const run = await this.#scenarios.run(deploy, all, files, undefined, tokenHost(PULL_REQUEST));
    if (run.code !== expected)
      throw new Error(`a dry run ended with ${run.code} instead of ${expected}:\n${run.host.log.join('\n')}`);
    return run;
  }
}
