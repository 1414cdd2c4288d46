import { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import { partition } from '@aws-sdk/core/client';
import { AwsJson1_1Protocol, AwsRestJsonProtocol } from '@aws-sdk/core/protocols';
import { makeBuilder } from '@smithy/core/client';
import { getEndpointPlugin } from '@smithy/core/endpoints';
import type { StaticOperationSchema } from '@smithy/types';
import { call, type Session } from './session.aws.ts';

/** A service that speaks JSON, as its Smithy model names it. */
export interface JsonService {
  /** `AWS_ENDPOINT_URL_<ID>` follows from it. */
  id: string;
  /**
   * In `X-Amz-Target`, for JSON 1.1. For REST the method, POST unless given, and path of each action, such as
   * `GET /things/{id}`: members that the path names go there, the others into the query of a GET, else into the body.
   */
  target: string | Readonly<Record<string, string>>;
  /** The first part of its endpoint's name. */
  host: string;
  /** As signatures name it. */
  name: string;
  /** As IAM actions name it. */
  iam: string;
}

/** One call: its input as the API reference has it, and the members of its answer that are wanted. */
export type JsonCall = <T>(action: string, input: object, wanted: readonly (keyof T & string)[]) => Promise<Partial<T>>;

export interface JsonCallOptions {
  /** How often a call is made before it counts as unanswered; 1 for what is asked again anyway. */
  attempts?: number;
  /** Told of each attempt, as it is sent. */
  onAttempt?: () => void;
}

/**
 * Makes calls to a service without its SDK package, each of which would be a large part of the whole bundle for a few calls.
 * This is the SDK's own client with the service's endpoint and signing name: credentials, retries and `AWS_ENDPOINT_URL(_…)`
 * work as everywhere. What goes in and out is JSON, which needs no schema but the names at its top.
 */
export function jsonCaller(
  service: JsonService,
  session: Session,
  { attempts, onAttempt }: JsonCallOptions = {},
): JsonCall {
  const namespace = `com.amazonaws.${service.name}`;
  const { target } = service;
  const isRest = typeof target === 'object';
  const client = new CloudFormationClient({
    ...session.clientConfig,
    serviceId: service.id,
    protocol: isRest ? AwsRestJsonProtocol : AwsJson1_1Protocol,
    protocolSettings: { defaultNamespace: namespace, ...(!isRest && { serviceTarget: target }) },
    endpointProvider: ({ Endpoint, Region = '' }) => ({
      url: new URL(String(Endpoint ?? `https://${service.host}.${Region}.${partition(Region).dnsSuffix}`)),
      properties: {
        authSchemes: [{ name: 'sigv4', signingName: service.name, signingRegion: Region, properties: {} }],
      },
    }),
  });
  return async (action, input, wanted) => {
    const place = isRest ? placeOf(action, target[action]) : undefined;
    const traits = place ? { http: [place.method, place.path, 200] } : 0;
    const asked = structure(Object.keys(input), name => place && bindingOf(name, place));
    const operation = [9, namespace, action, traits, asked, structure(wanted)];
    const Command = makeBuilder(
      { Region: { type: 'builtInParams', name: 'region' }, Endpoint: { type: 'builtInParams', name: 'endpoint' } },
      isRest ? service.id : target,
      service.id,
      getEndpointPlugin,
    )({}, () => [], action, operation as unknown as StaticOperationSchema);
    const output = await call(
      session,
      `${service.iam}:${action}`,
      () => {
        onAttempt?.();
        return client.send(new Command(input) as never);
      },
      attempts,
    );
    return output as object;
  };

  /** In the SDK's schema notation: 3 is a structure, 15 a document, which is any JSON. */
  function structure(members: readonly string[], binding: (name: string) => unknown = () => undefined) {
    return [3, namespace, 'Any', 0, members, members.map(name => binding(name) ?? 15)];
  }
}

interface RestPlace {
  method: string;
  path: string;
}

function placeOf(action: string, declared: string | undefined): RestPlace {
  const [, method = 'POST', path] = /^(?:([A-Z]+) )?(\/.*)$/.exec(declared ?? '') ?? [];
  if (path === undefined) throw new Error(`no path is known for ${action}`);
  return { method, path };
}

/** In the SDK's schema notation: a text that is part of the path (1) or of the query; `undefined` is part of the body. */
function bindingOf(name: string, { method, path }: RestPlace) {
  if (path.includes(`{${name}}`)) return [0, 1];
  return method === 'GET' ? [0, { httpQuery: name }] : undefined;
}
