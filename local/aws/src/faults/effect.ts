import type { IncomingHttpHeaders, ServerResponse } from 'node:http';
import type { ApiContext } from '../cloudformation/api.ts';
import type { AwsError } from '../wire/aws-error.ts';
import type { Params } from '../wire/params.ts';
import type { Answer } from '../wire/xml.ts';

/** A call as a fault sees it, before it is processed. */
export interface FaultedCall {
  service: string;
  /** The API's name of it; a REST service's calls go by their HTTP method. */
  action: string;
  /** The name of the stack that it is about, where it names one. */
  stack?: string | undefined;
  /** Empty for a call that is not signed. */
  accessKeyId: string;
  headers: IncomingHttpHeaders;
  now: Date;
}

/** What can be set of a fault, beside when and where it strikes. */
export interface FaultParameters {
  /** Real seconds, whatever the pace. */
  seconds: number;
  /** HTTP status. */
  status: number;
  /** So many of a hundred. */
  percent: number;
  /** The words of the failure. */
  reason: string;
}

/** A fault that a service itself has to show in its data: what was set of it, and its chance. */
export interface Mark extends FaultParameters {
  /** In [0, 1), by the fault's seed. */
  random(): number;
}

/** A fault that is switched on, as its effect sees it. */
export interface Active {
  parameters: FaultParameters;
  /** The effect's own notes, kept until the fault is taken away. */
  memory: Map<string, string>;
  /** In [0, 1), by the fault's seed. */
  random(): number;
}

/** The sending of an answer, which a fault of the transport takes over. */
export interface Delivery {
  response: ServerResponse;
  /** What would be sent; empty when the request was not processed. */
  body: Buffer;
  send(body?: Buffer): void;
  /** Waits real seconds; rejects when the server closes. */
  sleep(seconds: number): Promise<void>;
}

/** Which work on a resource a fault concerns. */
export type ResourceWork =
  | 'make'
  | 'hang'
  | 'put back'
  | 'delete'
  | 'leave'
  | 'forget'
  | 'validate'
  | 'crash'
  | 'sicken'
  | 'overlook';

/** What becomes of a request at ECR's registry. */
export type RegistryMishap = 'expire' | 'refuse' | 'reword';

/** A call to CloudFormation that is about to be processed. */
export interface Asked {
  context: ApiContext;
  action: string;
  /** As `FaultedCall` has it. */
  stack: string | undefined;
  params: Params;
}

/** What a fault does, at one or several of the places where faults act. */
export interface Effect {
  /** Before a request is processed: the service answers with this error and does nothing; `undefined` spares the call. */
  refuse?(call: FaultedCall, fault: Active): AwsError | undefined;
  /** Between the service and the caller. */
  transport?: {
    /** Whether the service gets the request. */
    isProcessed: boolean;
    deliver(delivery: Delivery, fault: Active): void | Promise<void>;
  };
  /** Something that happens in the account just before a call to CloudFormation; `false` when it cannot happen now. */
  happen?(asked: Asked, fault: Active): boolean;
  /** Changes what CloudFormation answers; `undefined` leaves it as it is. */
  answer?(asked: Asked, answer: () => Answer, fault: Active): Answer | undefined;
  /** The service gets the request, and shows the fault in what it stores or answers (`marks` of a ServiceRequest). */
  isShownByService?: true;
  /** At a request to ECR's registry: its token expires, it is refused with the fault's status, or what it brings is not kept as sent. */
  registry?: RegistryMishap;
  /** While a resource is worked on: that fails with the fault's reason, or takes longer. */
  resource?: ResourceWork;
}
