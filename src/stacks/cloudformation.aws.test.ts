import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openSession } from '../aws/session.aws.ts';
import { TransientError } from '../aws/transient-error.ts';
import { UserFault } from '../runner/fault.ts';
import { environmentWithoutAws, localAwsEnvironment } from '../tooling/run-bundle.ts';
import { cloudFormationOf } from './cloudformation.aws.ts';
import { type ChangeSetRequest, Overtaken } from './cloudformation.ts';

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

/** A client for which no time passes but that of its calls. */
function client(requestTimeout = 30_000) {
  let now = 0;
  const sleep = async (ms: number) => {
    now += ms;
  };
  const session = openSession('us-east-1', undefined, { clock: { now: () => now, sleep } });
  const requestHandler = { requestTimeout, throwOnRequestTimeout: true };
  return cloudFormationOf({ ...session, clientConfig: { ...session.clientConfig, requestHandler } });
}

const send =
  (status: number, body: string): Answer =>
  response =>
    response.writeHead(status, { 'content-type': 'text/xml' }).end(body);
/** With the id by which AWS's answers are told from another's page. */
const taken =
  (body: string): Answer =>
  response =>
    response.writeHead(200, { 'content-type': 'text/xml', 'x-amzn-requestid': 'r' }).end(body);
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

const REQUEST: ChangeSetRequest = {
  stackName: 's',
  name: 'c',
  type: 'CREATE',
  template: { body: '{}' },
  parameters: {},
  capabilities: [],
  tags: {},
};

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
    ['broken off in its answer', send(200, '<DescribeStacksResponse><DescribeStacksResult><Sta'), ''],
    ['half-answered', stack('<StackId>arn</StackId><StackName>s</StackName>'), 'an answer without StackStatus'],
  ])('%s for good may pass later, and says so', async (_, answer, message) => {
    answers = [answer];
    const failure = await client()
      .describe('s')
      .catch(failure => failure);
    expect(failure).toBeInstanceOf(TransientError);
    expect(failure.message).toContain(message);
  });

  it.each<[string, Answer]>([
    ['throttled', error(400, 'Throttling', 'Rate exceeded')],
    ['failing', send(503, '')],
  ])('that is repeated anyway (%s) is made once a look', async (_, answer) => {
    answers = [answer];
    await expect(client().events('s')).rejects.toBeInstanceOf(TransientError);
    expect(requests).toBe(1);
  });

  it('signed by a wrong clock is made again by the clock of AWS', async () => {
    const skewed: Answer = response =>
      response
        .writeHead(403, { 'content-type': 'text/xml', date: new Date(Date.now() + 3_600_000).toUTCString() })
        .end(
          '<ErrorResponse><Error><Code>SignatureDoesNotMatch</Code><Message>Signature expired</Message></Error></ErrorResponse>',
        );
    answers = [skewed, STACK];
    expect(await client().describe('s')).toMatchObject({ id: 'arn' });
  });

  it.each<[string, () => Promise<unknown>, Answer]>([
    [
      'a change set for a stack that is being updated',
      () => client().createChangeSet(REQUEST),
      error(400, 'ValidationError', 'Stack:arn is in UPDATE_IN_PROGRESS state and can not be updated.'),
    ],
    [
      'a change set to create a stack that is there',
      () => client().createChangeSet(REQUEST),
      error(400, 'ValidationError', 'Stack [s] already exists and cannot be created again with the changeSet [c].'),
    ],
    [
      'a change set for a stack that is gone',
      () => client().createChangeSet(REQUEST),
      error(400, 'ValidationError', 'Stack [s] does not exist'),
    ],
    [
      'the execution of a change set that has been overtaken',
      () => client().executeChangeSet('arn:c', 't', false),
      error(
        400,
        'InvalidChangeSetStatus',
        'ChangeSet [c] cannot be executed in its current execution status of [OBSOLETE]',
      ),
    ],
    [
      'the execution of a change set that is gone',
      () => client().executeChangeSet('arn:c', 't', false),
      error(404, 'ChangeSetNotFound', 'ChangeSet [c] does not exist'),
    ],
    [
      'a deletion during an update',
      () => client().deleteStack('s', 't'),
      error(400, 'ValidationError', 'Stack [s] cannot be deleted while in status UPDATE_IN_PROGRESS'),
    ],
  ])('%s comes too late', async (_, write, answer) => {
    answers = [answer];
    await expect(write()).rejects.toBeInstanceOf(Overtaken);
    expect(requests).toBe(1);
  });

  it.each([
    ['S3 error: The specified key does not exist.'],
    ['Stack [s] cannot be deleted while TerminationProtection is enabled'],
  ])('refused for "%s" does not come too late', async words => {
    answers = [error(400, 'ValidationError', words)];
    const failure = await client()
      .createChangeSet(REQUEST)
      .catch(failure => failure);
    expect(failure).toBeInstanceOf(UserFault);
    expect(failure).not.toBeInstanceOf(Overtaken);
  });

  it('that makes something and is half-answered is made again: its name tells AWS that it is the same', async () => {
    const made = send(
      200,
      '<CreateChangeSetResponse><CreateChangeSetResult><Id>arn:c</Id><StackId>arn:s</StackId></CreateChangeSetResult></CreateChangeSetResponse>',
    );
    answers = [send(200, '<html></html>'), made];
    expect(await client().createChangeSet(REQUEST)).toEqual({ id: 'arn:c', stackId: 'arn:s' });
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
    [taken('<CancelUpdateStackResponse/>'), 'told'],
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

it('a stack that is still under review has an empty template', async () => {
  answers = [
    send(
      200,
      '<GetTemplateResponse><GetTemplateResult><StagesAvailable><member>Original</member></StagesAvailable></GetTemplateResult></GetTemplateResponse>',
    ),
  ];
  expect(await client().template('s')).toBe('');
});
