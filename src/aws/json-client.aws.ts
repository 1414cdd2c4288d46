import { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import { partition } from '@aws-sdk/core/client';
import { AwsJson1_1Protocol } from '@aws-sdk/core/protocols';
import { makeBuilder } from '@smithy/core/client';
import { getEndpointPlugin } from '@smithy/core/endpoints';
import type { StaticOperationSchema } from '@smithy/types';
import { call, type Session } from './session.aws.ts';

/** A service that speaks JSON 1.1, as its Smithy model names it. */
export interface JsonService {
  /** `AWS_ENDPOINT_URL_<ID>` follows from it. */
  id: string;
  /** In `X-Amz-Target`. */
  target: string;
  /** The first part of its endpoint's name. */
  host: string;
  /** As signatures name it. */
  name: string;
  /** As IAM actions name it. */
  iam: string;
}

/** One call: its input as the API reference has it, and the members of its answer that are wanted. */
export type JsonCall = <T>(action: string, input: object, wanted: readonly (keyof T & string)[]) => Promise<Partial<T>>;

/**
 * Makes calls to a service without its SDK package, each of which would be a large part of the whole bundle for a few calls.
 * This is the SDK's own client with the service's endpoint and signing name: credentials, retries and `AWS_ENDPOINT_URL(_…)`
 * work as everywhere. What goes in and out is JSON, which needs no schema but the names at its top.
 */
export function jsonCaller(service: JsonService, { clientConfig, region }: Session): JsonCall {
  const namespace = `com.amazonaws.${service.name}`;
  const client = new CloudFormationClient({
    ...clientConfig,
    serviceId: service.id,
    protocol: AwsJson1_1Protocol,
    protocolSettings: { defaultNamespace: namespace, serviceTarget: service.target },
    endpointProvider: ({ Endpoint, Region = '' }) => ({
      url: new URL(String(Endpoint ?? `https://${service.host}.${Region}.${partition(Region).dnsSuffix}`)),
      properties: {
        authSchemes: [{ name: 'sigv4', signingName: service.name, signingRegion: Region, properties: {} }],
      },
    }),
  });
  return async (action, input, wanted) => {
    const operation = [9, namespace, action, 0, structure(Object.keys(input)), structure(wanted)];
    const Command = makeBuilder(
      { Region: { type: 'builtInParams', name: 'region' }, Endpoint: { type: 'builtInParams', name: 'endpoint' } },
      service.target,
      service.id,
      getEndpointPlugin,
    )({}, () => [], action, operation as unknown as StaticOperationSchema);
    const output = await call({ action: `${service.iam}:${action}`, region }, () =>
      client.send(new Command(input) as never),
    );
    return output as object;
  };

  /** In the SDK's schema notation: 3 is a structure, 15 a document, which is any JSON. */
  function structure(members: readonly string[]) {
    return [3, namespace, 'Any', 0, members, members.map(() => 15)];
  }
}
