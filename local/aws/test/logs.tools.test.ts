import { afterAll, beforeAll, expect, test } from 'vitest';
import { type LocalAws, startLocalAws } from '../src/index.ts';
import { awsCli } from './aws-cli.ts';

/** The pattern by which a run's records are found, asked by the AWS CLI. Runs with ZAP_TEST_TOOLS=1. */

let aws: LocalAws;
const group = ['--log-group-name', '/app'];
const json = async (...words: string[]): Promise<Record<string, unknown>> =>
  JSON.parse((await awsCli(aws, 'logs', ...words)) || '{}');

beforeAll(async () => {
  aws = await startLocalAws({ port: 0 });
  await json('create-log-group', ...group);
  await json('create-log-stream', ...group, '--log-stream-name', 's');
});
afterAll(() => aws.close());

test('finds both forms of an id with one regular expression, under ids that stay', { timeout: 60_000 }, async () => {
  const messages = ['6b037d300a1b2c3d01', '1-6b037d30-0a1b2c3d02', '6b037d300a1b2c3e03'];
  const logEvents = messages.map(message => ({ timestamp: Date.now(), message }));
  await json('put-log-events', ...group, '--log-stream-name', 's', '--log-events', JSON.stringify(logEvents));
  const filter = () => json('filter-log-events', ...group, '--filter-pattern', '%6b037d30-?0a1b2c3d%');
  const found = await filter();
  expect(found.events).toMatchObject(messages.slice(0, 2).map(message => ({ message, logStreamName: 's' })));
  expect(await filter()).toEqual(found);
  await expect(json('filter-log-events', ...group, '--filter-pattern', '%(a)%')).rejects.toThrow(
    'InvalidParameterException',
  );
});
