import type { FaultDeclaration } from './declaration.ts';
import {
  accessDenied,
  answerLost,
  clockSkew,
  connectionReset,
  expired,
  halfAnswer,
  hanging,
  htmlAnswer,
  serviceError,
  slowAnswer,
  throttled,
  unknownKey,
} from './wire.ts';

/** Faults of any call, of whatever service. */
export const CALL_FAULTS = {
  throttled: { does: 'The call is refused: rate exceeded', effect: throttled },
  'service-error': {
    does: 'The call is refused: AWS has a fault of its own (500, or 503)',
    parameters: { status: 500 },
    effect: serviceError,
  },
  'access-denied': { does: 'The call is refused: not allowed', isLasting: true, effect: accessDenied },
  'expired-credentials': {
    does: 'The credentials of the first call that it meets are refused from then on; renewed ones are taken',
    isLasting: true,
    trigger: '`AWS_ACCESS_KEY_ID=ASIAEXPIREDEXAMPLE00`',
    effect: expired,
  },
  'unknown-credentials': {
    does: 'The credentials are refused: AWS does not know them',
    isLasting: true,
    trigger: '`AWS_ACCESS_KEY_ID=AKIAINVALIDEXAMPLE00`',
    effect: unknownKey,
  },
  'clock-skew': {
    does: "AWS's clock is ahead: requests that were signed more than five minutes before are refused",
    isLasting: true,
    parameters: { seconds: 3600 },
    effect: clockSkew,
  },
  'connection-reset': { does: 'The connection is lost before the request is processed', effect: connectionReset },
  'answer-lost': { does: 'The request is processed, and the connection lost before the answer', effect: answerLost },
  'slow-answer': { does: 'The answer takes its time', parameters: { seconds: 2 }, effect: slowAnswer },
  hanging: { does: 'The request is never processed and never answered', effect: hanging },
  'half-answer': { does: 'The request is processed, and its answer ends in the middle', effect: halfAnswer },
  'html-answer': {
    does: "A proxy answers with a page of its own instead; 200 and 502 are the proxies' favourites",
    parameters: { status: 502 },
    effect: htmlAnswer,
  },
} as const satisfies Readonly<Record<string, FaultDeclaration>>;
