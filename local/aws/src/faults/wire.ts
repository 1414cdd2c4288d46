import { parseAmzDate, skewBetween } from '../wire/amz-date.ts';
import { AwsError } from '../wire/aws-error.ts';
import { expiredCredentials, unknownCredentials } from '../wire/credentials.ts';
import type { Delivery, Effect, FaultedCall } from './effect.ts';

const refusing = (error: (call: FaultedCall, status: number) => AwsError): Effect => ({
  refuse: (call, { parameters }) => error(call, parameters.status),
});

/** Names of the services' errors for too many requests. */
const THROTTLED: Readonly<Record<string, [code: string, message: string, status: number]>> = {
  s3: ['SlowDown', 'Please reduce your request rate.', 503],
  ec2: ['RequestLimitExceeded', 'Request limit exceeded.', 503],
  ssm: ['ThrottlingException', 'Rate exceeded', 400],
  logs: ['ThrottlingException', 'Rate exceeded', 400],
  xray: ['ThrottledException', 'Rate exceeded', 429],
  aps: ['ThrottlingException', 'Rate exceeded', 429],
};

export const throttled = refusing(
  ({ service }) => new AwsError(...(THROTTLED[service] ?? (['Throttling', 'Rate exceeded', 400] as const))),
);

export const serviceError = refusing(({ service }, status) =>
  status === 503
    ? new AwsError(
        service === 'logs' ? 'ServiceUnavailableException' : 'ServiceUnavailable',
        'Service is unavailable',
        status,
      )
    : new AwsError(service === 'aps' ? 'InternalServerException' : 'InternalFailure', 'Internal Failure', status),
);

export const accessDenied = refusing(({ service, action }) => {
  const who = 'arn:aws:iam::000000000000:user/local';
  const what = `${service}:${action}`;
  return new AwsError(
    { logs: 'AccessDeniedException', xray: 'AccessDeniedException', aps: 'AccessDeniedException' }[service] ??
      'AccessDenied',
    `User: ${who} is not authorized to perform: ${what} because no identity-based policy allows the ${what} action`,
    service === 'logs' ? 400 : 403,
  );
});

export const unknownKey = refusing(({ service }) => unknownCredentials(service));

/** The words are AWS's for change sets (seed-farmer#441) and for stacks (serverless#149). */
export const quotaExceeded = refusing(({ stack }) =>
  stack === undefined
    ? new AwsError('LimitExceededException', 'Limit for stacks has been exceeded')
    : new AwsError('LimitExceededException', `ChangeSet limit exceeded for stack ${stack}`),
);

export const executionRefused = refusing(
  () =>
    new AwsError(
      'InvalidChangeSetStatus',
      'ChangeSet cannot be executed in its current execution status of [OBSOLETE]',
    ),
);

/** The credentials of the first call that it meets are over; others, such as renewed ones, are as good as ever. */
export const expired: Effect = {
  refuse({ service, accessKeyId }, { memory }) {
    if (accessKeyId === '') return undefined;
    if (!memory.has('expired')) memory.set('expired', accessKeyId);
    return memory.get('expired') === accessKeyId ? expiredCredentials(service) : undefined;
  },
};

/** The server's clock is ahead: it says so in each answer's Date, and takes no request that seems too old. */
export const clockSkew: Effect = {
  refuse({ headers, now, service }, { parameters }) {
    const signed = parseAmzDate(headers['x-amz-date']);
    const skew = signed === undefined ? undefined : skewBetween(signed, now.getTime() + parameters.seconds * 1000);
    if (skew === undefined) return undefined;
    if (service === 's3') {
      const message = 'The difference between the request time and the current time is too large.';
      return new AwsError('RequestTimeTooSkewed', message, 403);
    }
    return new AwsError(service === 'aps' ? 'InvalidSignatureException' : 'SignatureDoesNotMatch', skew, 403);
  },
  transport: {
    isProcessed: true,
    deliver({ response, send }, { parameters }) {
      response.setHeader('date', new Date(Date.now() + parameters.seconds * 1000).toUTCString());
      send();
    },
  },
};

const dropping = ({ response }: Delivery) => void response.destroy();

export const connectionReset: Effect = { transport: { isProcessed: false, deliver: dropping } };
export const answerLost: Effect = { transport: { isProcessed: true, deliver: dropping } };
export const hanging: Effect = { transport: { isProcessed: false, deliver: () => {} } };

export const slowAnswer: Effect = {
  transport: {
    isProcessed: true,
    async deliver({ sleep, send }, { parameters }) {
      await sleep(parameters.seconds);
      send();
    },
  },
};

/** What is cut looks whole to HTTP: that a body is shorter than announced, any client notices. */
export const halfAnswer: Effect = {
  transport: { isProcessed: true, deliver: ({ body, send }) => send(body.subarray(0, body.length / 2)) },
};

const PAGE = `<html><head><title>Bad gateway</title></head>
<body><h1>The proxy has no answer</h1><hr><address>proxy.example.com</address></body></html>
`;

export const htmlAnswer: Effect = {
  transport: {
    isProcessed: false,
    deliver({ response }, { parameters }) {
      response.writeHead(parameters.status, { 'content-type': 'text/html' }).end(PAGE);
    },
  },
};
