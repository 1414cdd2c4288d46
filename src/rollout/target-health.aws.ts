import { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import { partition } from '@aws-sdk/core/client';
import { AwsQueryProtocol } from '@aws-sdk/core/protocols';
import { makeBuilder } from '@smithy/core/client';
import { getEndpointPlugin } from '@smithy/core/endpoints';
import type { StaticOperationSchema } from '@smithy/types';
import { call, type Session } from '../aws/session.aws.ts';
import type { Target } from './ecs.ts';

const SERVICE = 'Elastic Load Balancing v2';
const NAME = 'DescribeTargetHealth';
const NAMESPACE = 'com.amazonaws.elasticloadbalancingv2';

interface Description {
  Target?: { Id?: string; Port?: number };
  TargetHealth?: { State?: string; Reason?: string; Description?: string };
}

/**
 * Asks for the health of a target group's targets. The SDK's package for load balancers would be a large part of the bundle for
 * one call: this is the SDK's own client and Query protocol with a schema of just what is read, as `lookups.aws.ts` has it for
 * EC2. `AWS_ENDPOINT_URL(_ELASTIC_LOAD_BALANCING_V2)`, credentials and retries work as everywhere.
 */
export function targetHealthOf(session: Session): (targetGroupArn: string) => Promise<Target[]> {
  const client = new CloudFormationClient({
    ...session.clientConfig,
    serviceId: SERVICE,
    protocol: AwsQueryProtocol,
    protocolSettings: {
      defaultNamespace: NAMESPACE,
      xmlNamespace: 'http://elasticloadbalancing.amazonaws.com/doc/2015-12-01/',
      version: '2015-12-01',
      serviceTarget: 'ElasticLoadBalancing_v10',
    },
    endpointProvider: ({ Endpoint, Region = '' }) => ({
      url: new URL(String(Endpoint ?? `https://elasticloadbalancing.${Region}.${partition(Region).dnsSuffix}`)),
      properties: {
        authSchemes: [{ name: 'sigv4', signingName: 'elasticloadbalancing', signingRegion: Region, properties: {} }],
      },
    }),
  });
  return async targetGroupArn => {
    const send = () => client.send(new DescribeTargetHealth({ TargetGroupArn: targetGroupArn }) as never);
    const output = await call(session, `elasticloadbalancing:${NAME}`, send, 1);
    return ((output as { TargetHealthDescriptions?: Description[] }).TargetHealthDescriptions ?? []).map(target);
  };
}

function target({ Target: { Id = '', Port } = {}, TargetHealth: health = {} }: Description): Target {
  const id = Port === undefined ? Id : `${Id}:${Port}`;
  return { id, state: health.State ?? '', reason: health.Reason, description: health.Description };
}

// The operation in the SDK's schema notation: [kind, namespace, name, traits, members, members' schemas], where kind 0 is a
// string, 1 a number, 3 a structure and 9 an operation; as a kind of its own, 1 is a list.
const TARGET = [3, NAMESPACE, 'TargetDescription', 0, ['Id', 'Port'], [0, 1]];
const HEALTH = [3, NAMESPACE, 'TargetHealth', 0, ['State', 'Reason', 'Description'], [0, 0, 0]];
const DESCRIPTION = [3, NAMESPACE, 'TargetHealthDescription', 0, ['Target', 'TargetHealth'], [TARGET, HEALTH]];
const DESCRIPTIONS = [1, NAMESPACE, 'TargetHealthDescriptions', 0, DESCRIPTION];
const INPUT = [3, NAMESPACE, `${NAME}Input`, 0, ['TargetGroupArn'], [0]];
const OUTPUT = [3, NAMESPACE, `${NAME}Output`, 0, ['TargetHealthDescriptions'], [DESCRIPTIONS]];

const DescribeTargetHealth = makeBuilder(
  { Region: { type: 'builtInParams', name: 'region' }, Endpoint: { type: 'builtInParams', name: 'endpoint' } },
  'ElasticLoadBalancing_v10',
  SERVICE,
  getEndpointPlugin,
)({}, () => [], NAME, [9, NAMESPACE, NAME, 0, INPUT, OUTPUT] as unknown as StaticOperationSchema);
