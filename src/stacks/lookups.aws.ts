import { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import { partition } from '@aws-sdk/core/client';
import { AwsEc2QueryProtocol } from '@aws-sdk/core/protocols';
import { makeBuilder } from '@smithy/core/client';
import { getEndpointPlugin } from '@smithy/core/endpoints';
import type { StaticOperationSchema } from '@smithy/types';
import { call, type Session } from '../aws/session.aws.ts';
import { UserFault } from '../runner/fault.ts';
import type { Lookup } from './stacks-file.ts';

/** Looks up all at once. */
export async function lookUpAll(lookups: Iterable<Lookup>, session: Session): Promise<Map<Lookup, string>> {
  return new Map(await Promise.all([...lookups].map(async lookup => [lookup, await lookUp(lookup, session)] as const)));
}

/**
 * Looks a value up in the account.
 *
 * @throws UserFault when AWS has no such thing in the region
 */
async function lookUp(lookup: Lookup, session: Session): Promise<string> {
  switch (lookup) {
    case 's3-prefix-list':
      return await prefixListId(`com.amazonaws.${session.region}.s3`, session);
  }
}

/** The id of an AWS-managed prefix list; ids differ from region to region. */
async function prefixListId(name: string, session: Session): Promise<string> {
  const input = { Filters: [{ Name: 'prefix-list-name', Values: [name] }] };
  const output = await call(session, 'ec2:DescribeManagedPrefixLists', () =>
    ec2Client(session).send(new DescribeManagedPrefixLists(input) as never),
  );
  const id = (output as { PrefixLists?: { PrefixListId?: string }[] }).PrefixLists?.[0]?.PrefixListId;
  if (id) return id;
  const fix = 'Check input `aws-region`, or give the id as a literal in the stacks file';
  throw new UserFault({ what: `Region \`${session.region}\` has no managed prefix list \`${name}\``, fix });
}

/**
 * The SDK's EC2 client would be a third of the whole bundle for one call. This is the SDK's own client with EC2's protocol,
 * endpoint and signing name: credentials, retries and `AWS_ENDPOINT_URL(_EC2)` work as everywhere.
 */
function ec2Client({ clientConfig }: Session): CloudFormationClient {
  return new CloudFormationClient({
    ...clientConfig,
    serviceId: 'EC2',
    protocol: AwsEc2QueryProtocol,
    protocolSettings: {
      defaultNamespace: NAMESPACE,
      xmlNamespace: 'http://ec2.amazonaws.com/doc/2016-11-15',
      version: '2016-11-15',
      serviceTarget: 'AmazonEC2',
    },
    endpointProvider: ({ Endpoint, Region = '' }) => ({
      url: new URL(String(Endpoint ?? `https://ec2.${Region}.${partition(Region).dnsSuffix}`)),
      properties: { authSchemes: [{ name: 'sigv4', signingName: 'ec2', signingRegion: Region, properties: {} }] },
    }),
  });
}

const NAMESPACE = 'com.amazonaws.ec2';

// The operation in the SDK's schema notation: [kind, namespace, name, traits, members, members' schemas], where kind 0 is a
// string, 1 a list, 3 a structure and 9 an operation. Names on the wire are those of EC2's API reference.
const ITEM = { xmlName: 'item' };
const STRINGS = [1, NAMESPACE, 'ValueStringList', 0, [0, ITEM]];
const FILTER = [3, NAMESPACE, 'Filter', 0, ['Name', 'Values'], [0, [STRINGS, { xmlName: 'Value' }]]];
const FILTERS = [1, NAMESPACE, 'FilterList', 0, [FILTER, { xmlName: 'Filter' }]];
const PREFIX_LIST = [3, NAMESPACE, 'ManagedPrefixList', 0, ['PrefixListId'], [[0, { xmlName: 'prefixListId' }]]];
const PREFIX_LISTS = [1, NAMESPACE, 'ManagedPrefixListSet', 0, [PREFIX_LIST, ITEM]];
const NAME = 'DescribeManagedPrefixLists';
const REQUEST = [3, NAMESPACE, `${NAME}Request`, 0, ['Filters'], [[FILTERS, { xmlName: 'Filter' }]]];
const RESULT = [3, NAMESPACE, `${NAME}Result`, 0, ['PrefixLists'], [[PREFIX_LISTS, { xmlName: 'prefixListSet' }]]];

const DescribeManagedPrefixLists = makeBuilder(
  { Region: { type: 'builtInParams', name: 'region' }, Endpoint: { type: 'builtInParams', name: 'endpoint' } },
  'AmazonEC2',
  'EC2Client',
  getEndpointPlugin,
)({}, () => [], NAME, [9, NAMESPACE, NAME, 0, REQUEST, RESULT] as unknown as StaticOperationSchema);
