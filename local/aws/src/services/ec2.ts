import { livingResources } from '../cloudformation/engine.ts';
import { availabilityZones } from '../cloudformation/intrinsics.ts';
import type { Regions, ResourceState } from '../cloudformation/state.ts';
import { AwsError } from '../wire/aws-error.ts';
import { type Params, structures, text, texts } from '../wire/params.ts';
import { type QueryAction, queryService, type Service } from '../wire/service.ts';
import type { Answer } from '../wire/xml.ts';

const DIALECT = { namespace: 'http://ec2.amazonaws.com/doc/2016-11-15/', listItem: 'item' };

/** The AWS-managed prefix lists that gateway endpoints route to; ids and blocks as in us-east-1, the same everywhere here. */
const PREFIX_LISTS = [
  { service: 's3', id: 'pl-63a5400a', cidrs: ['54.231.0.0/16', '52.216.0.0/15', '3.5.0.0/19'] },
  { service: 'dynamodb', id: 'pl-02cd2c6b', cidrs: ['52.94.0.0/22', '52.119.224.0/20'] },
];

/** A described thing, and what its filters look at: filter name → the values that it has. */
interface Described {
  id: string;
  answer: Answer;
  filterable: Readonly<Record<string, readonly string[]>>;
}

/** Amazon EC2, as far as stacks and their parameters need it: what is described comes from the region and its stacks. */
export function ec2Service(account: string, regions: Regions): Service {
  /** A call that describes the resources of one type. */
  const describe =
    (
      set: string,
      idName: string,
      missing: string,
      type: string,
      show: (resource: ResourceState, account: string) => Described,
    ): QueryAction =>
    ({ region }, params) => ({
      [set]: select(
        params,
        idName,
        missing,
        livingResources(regions, region, type).map(resource => show(resource, account)),
      ),
    });
  const actions: Readonly<Record<string, QueryAction>> = {
    DescribeManagedPrefixLists: ({ region }, params) => ({
      prefixListSet: select(
        params,
        'PrefixListId',
        'InvalidPrefixListID.NotFound',
        PREFIX_LISTS.map(list => managedPrefixList(list, region)),
      ),
    }),
    DescribePrefixLists: ({ region }, params) => ({
      prefixListSet: select(
        params,
        'PrefixListId',
        'InvalidPrefixListId.NotFound',
        PREFIX_LISTS.map(list => prefixList(list, region)),
      ),
    }),
    DescribeAvailabilityZones: ({ region }, params) => ({
      availabilityZoneInfo: select(
        params,
        'ZoneName',
        'InvalidParameterValue',
        availabilityZones(region).map(zone => availabilityZone(zone, region)),
      ),
    }),
    DescribeVpcs: describe('vpcSet', 'VpcId', 'InvalidVpcID.NotFound', 'AWS::EC2::VPC', vpc),
    DescribeSubnets: describe('subnetSet', 'SubnetId', 'InvalidSubnetID.NotFound', 'AWS::EC2::Subnet', subnet),
    DescribeSecurityGroups: describe(
      'securityGroupInfo',
      'GroupId',
      'InvalidGroup.NotFound',
      'AWS::EC2::SecurityGroup',
      securityGroup,
    ),
  };
  return queryService(DIALECT, actions, 'ec2');
}

/** Applies the ids and the filters of a request; throws for an id that does not exist and a filter that is not known here. */
function select(params: Params, idName: string, missingCode: string, all: Described[]): Answer[] {
  const ids = texts(params, idName) ?? [];
  const missing = ids.find(id => !all.some(described => described.id === id));
  if (missing !== undefined) throw new AwsError(missingCode, `The ID '${missing}' does not exist`);
  const filters = (structures(params, 'Filter') ?? []).map(filter => ({
    name: text(filter, 'Name') ?? '',
    values: (texts(filter, 'Value') ?? []).map(wildcard),
  }));
  const matches = ({ filterable }: Described) =>
    filters.every(({ name, values }) => {
      const own = filterable[name];
      if (!own) throw new AwsError('InvalidParameterValue', `The filter '${name}' is invalid`);
      return values.some(value => own.some(item => value.test(item)));
    });
  return all
    .filter(described => (ids.length === 0 || ids.includes(described.id)) && matches(described))
    .map(({ answer }) => answer);
}

/** EC2's filters take `*` and `?`. */
function wildcard(pattern: string): RegExp {
  const source = pattern
    .replace(/[.+^${}()|[\]\\]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.');
  return new RegExp(`^${source}$`);
}

function managedPrefixList({ service, id }: (typeof PREFIX_LISTS)[number], region: string): Described {
  const name = `com.amazonaws.${region}.${service}`;
  return {
    id,
    answer: {
      prefixListId: id,
      addressFamily: 'IPv4',
      state: 'create-complete',
      prefixListArn: `arn:aws:ec2:${region}:aws:prefix-list/${id}`,
      prefixListName: name,
      ownerId: 'AWS',
    },
    filterable: { 'prefix-list-name': [name], 'prefix-list-id': [id], 'owner-id': ['AWS'] },
  };
}

function prefixList({ service, id, cidrs }: (typeof PREFIX_LISTS)[number], region: string): Described {
  const name = `com.amazonaws.${region}.${service}`;
  return {
    id,
    answer: { prefixListId: id, prefixListName: name, cidrSet: cidrs },
    filterable: { 'prefix-list-name': [name], 'prefix-list-id': [id] },
  };
}

function availabilityZone(zone: string, region: string): Described {
  return {
    id: zone,
    answer: {
      zoneName: zone,
      zoneState: 'available',
      regionName: region,
      zoneType: 'availability-zone',
      optInStatus: 'opt-in-not-required',
    },
    filterable: {
      'zone-name': [zone],
      state: ['available'],
      'region-name': [region],
      'zone-type': ['availability-zone'],
    },
  };
}

function vpc(resource: ResourceState, account: string): Described {
  const { physicalId, properties } = resource;
  const cidr = String(properties.CidrBlock ?? '');
  return {
    id: physicalId,
    answer: {
      vpcId: physicalId,
      ownerId: account,
      state: 'available',
      cidrBlock: cidr,
      isDefault: false,
      tagSet: tagsOf(resource),
    },
    filterable: {
      'vpc-id': [physicalId],
      cidr: [cidr],
      'is-default': ['false'],
      state: ['available'],
      ...tagFilters(resource),
    },
  };
}

function subnet(resource: ResourceState, account: string): Described {
  const { physicalId, properties, attributes } = resource;
  const vpcId = String(properties.VpcId);
  const zone = String(attributes.AvailabilityZone);
  return {
    id: physicalId,
    answer: {
      subnetId: physicalId,
      vpcId,
      ownerId: account,
      state: 'available',
      cidrBlock: properties.CidrBlock,
      availabilityZone: zone,
      mapPublicIpOnLaunch: properties.MapPublicIpOnLaunch === true,
      tagSet: tagsOf(resource),
    },
    filterable: { 'subnet-id': [physicalId], 'vpc-id': [vpcId], 'availability-zone': [zone], ...tagFilters(resource) },
  };
}

function securityGroup(resource: ResourceState, account: string): Described {
  const { physicalId, properties, logicalId } = resource;
  const vpcId = String(properties.VpcId ?? '');
  const groupName = String(properties.GroupName ?? logicalId);
  return {
    id: physicalId,
    answer: {
      groupId: physicalId,
      groupName,
      groupDescription: properties.GroupDescription,
      vpcId,
      ownerId: account,
      tagSet: tagsOf(resource),
    },
    filterable: { 'group-id': [physicalId], 'group-name': [groupName], 'vpc-id': [vpcId], ...tagFilters(resource) },
  };
}

function tagsOf({ properties, stackTags }: ResourceState): { key: string; value: string }[] {
  const own = Array.isArray(properties.Tags) ? (properties.Tags as { Key: unknown; Value: unknown }[]) : [];
  return [...own, ...stackTags].map(tag => ({ key: String(tag.Key), value: String(tag.Value) }));
}

function tagFilters(resource: ResourceState): Record<string, string[]> {
  const tags = tagsOf(resource);
  return {
    'tag-key': tags.map(({ key }) => key),
    ...Object.fromEntries(tags.map(({ key, value }) => [`tag:${key}`, [value]])),
  };
}
