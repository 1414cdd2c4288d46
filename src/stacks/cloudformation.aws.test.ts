import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openSession } from '../aws/session.aws.ts';
import { TransientError } from '../aws/transient-error.ts';
import { UserFault } from '../runner/fault.ts';
import { environmentWithoutAws, localAwsEnvironment } from '../tooling/run-bundle.ts';
import { cloudFormationOf } from './cloudformation.aws.ts';

// Faults that a well-behaved CloudFormation does not show on demand: a server that answers as it is told.
type Answer = (response: ServerResponse) => void;

const original = { ...process.env };
let server: Server;
let answers: Answer[];
let requests: number;

beforeEach(async () => {
  requests = 0;
  server = createServer((request, response) => {
    request.resume();
    requests += 1;
    (answers.length > 1 ? answers.shift() : answers[0])?.(response);
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  process.env = {
    ...environmentWithoutAws(),
    ...localAwsEnvironment(`http://127.0.0.1:${(server.address() as AddressInfo).port}`),
  };
});
afterEach(async () => {
  process.env = original;
  server.closeAllConnections();
  await new Promise(resolve => server.close(resolve));
});

function client(requestTimeout = 30_000) {
  const session = openSession('us-east-1');
  const requestHandler = { requestTimeout, throwOnRequestTimeout: true };
  return cloudFormationOf({ ...session, clientConfig: { ...session.clientConfig, maxAttempts: 3, requestHandler } });
}

const send =
  (status: number, body: string): Answer =>
  response =>
    response.writeHead(status, { 'content-type': 'text/xml' }).end(body);
const error = (status: number, code: string, message = 'words of AWS') =>
  send(
    status,
    `<ErrorResponse><Error><Type>Sender</Type><Code>${code}</Code><Message>${message}</Message></Error></ErrorResponse>`,
  );
const stack = (inner: string) =>
  send(
    200,
    `<DescribeStacksResponse><DescribeStacksResult><Stacks><member>${inner}</member></Stacks></DescribeStacksResult></DescribeStacksResponse>`,
  );
const STACK = stack(
  '<StackId>arn</StackId><StackName>s</StackName><StackStatus>CREATE_COMPLETE</StackStatus><CreationTime>2026-01-01T00:00:00Z</CreationTime>',
);

describe('a call to CloudFormation', () => {
  it.each<[string, Answer]>([
    ['throttled', error(400, 'Throttling', 'Rate exceeded')],
    ['refused by an overloaded server', send(503, '')],
    ['whose connection is lost', response => response.destroy()],
  ])('%s is made again', async (_, fault) => {
    answers = [fault, fault, STACK];
    expect(await client().describe('s')).toMatchObject({ id: 'arn', status: 'CREATE_COMPLETE' });
    expect(requests).toBe(3);
  });

  it.each<[string, Answer, string]>([
    ['throttled', error(400, 'Throttling', 'Rate exceeded'), 'Rate exceeded'],
    ['failing', send(500, ''), 'AWS did not answer `cloudformation:DescribeStacks` as it should'],
    ['cut off', response => response.destroy(), 'socket hang up'],
    ['answered by something else', send(200, '<html><body>Sign in</body></html>'), 'an answer without Stacks'],
    ['half-answered', stack('<StackId>arn</StackId><StackName>s</StackName>'), 'an answer without StackStatus'],
  ])('%s for good may pass later, and says so', async (_, answer, message) => {
    answers = [answer];
    const failure = await client()
      .describe('s')
      .catch(failure => failure);
    expect(failure).toBeInstanceOf(TransientError);
    expect(failure.message).toContain(message);
  });

  it('does not wait for ever', async () => {
    answers = [() => {}];
    const failure = await client(100)
      .describe('s')
      .catch(failure => failure);
    expect(failure).toBeInstanceOf(TransientError);
  });

  it.each<[string, Answer, string]>([
    [
      'denied',
      error(403, 'AccessDenied', 'User is not authorized'),
      'The credentials do not allow `cloudformation:DescribeStacks`. Seen: User is not authorized.',
    ],
    ['expired', error(403, 'ExpiredToken'), 'The AWS credentials have expired'],
    [
      'refused for its content',
      error(400, 'ValidationError', 'Template format error'),
      'AWS refused `cloudformation:DescribeStacks` (ValidationError). Seen: Template format error.',
    ],
  ])('%s is not made again, and says what to do', async (_, answer, message) => {
    answers = [answer];
    const failure = await client()
      .describe('s')
      .catch(failure => failure);
    expect(failure).toBeInstanceOf(UserFault);
    expect(failure.message).toContain(message);
  });

  it('for a stack that does not exist gives nothing', async () => {
    answers = [error(400, 'ValidationError', 'Stack with id s does not exist')];
    expect(await client().describe('s')).toBeUndefined();
    expect(await client().template('s')).toBeUndefined();
  });

  it('to delete a change set that is gone is no failure', async () => {
    answers = [error(404, 'ChangeSetNotFound', 'ChangeSet [x] does not exist')];
    await expect(client().deleteChangeSet('s', 'x')).resolves.toBe('gone');
  });

  it.each([
    [send(200, '<CancelUpdateStackResponse/>'), 'told'],
    [error(400, 'ValidationError', 'CancelUpdateStack cannot be called from current stack status'), 'too late'],
    [error(400, 'TokenAlreadyExistsException'), 'told'],
  ])('to cancel an update says whether it came in time (%#)', async (answer, said) => {
    answers = [answer];
    await expect(client().cancelUpdate('s', 't')).resolves.toBe(said);
  });

  it('to delete a change set that is still being made says so', async () => {
    answers = [error(400, 'InvalidChangeSetStatus', 'Cannot delete ChangeSet in status CREATE_IN_PROGRESS')];
    await expect(client().deleteChangeSet('s', 'x')).resolves.toBe('busy');
  });
});
