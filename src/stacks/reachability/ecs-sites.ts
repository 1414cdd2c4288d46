import { described, ignorance, isMap, type Resource, Unknown, type Value } from '../evaluation/values.ts';
import { containerNeeds, hostNeeds } from './container-needs.ts';
import { declaredRange } from './external-hosts.ts';
import { merged, type Need, type Site } from './need.ts';
import { foreign, items, type Network, ofType, resourceOf } from './network.ts';
import { telemetryNeeds } from './telemetry-needs.ts';

/** The ECS services whose tasks have a network interface of their own, with what their tasks need. */
export function ecsSites(network: Network): Site[] {
  return ofType(network, 'AWS::ECS::Service').flatMap(service => {
    const id = service.property('TaskDefinition');
    const definition = resourceOf(id, 'AWS::ECS::TaskDefinition');
    const launch = launchOf(service, definition);
    if (launch === 'elsewhere') return [];
    const vpc = configurationOf(service);
    return [
      {
        title: `Tasks of service \`${service.id}\``,
        stack: service.stack,
        id: service.id,
        exists: service.exists,
        subnets: vpc ? items(vpc.Subnets) : [],
        groups: vpc?.SecurityGroups === undefined ? undefined : items(vpc.SecurityGroups),
        publicIp:
          launch === 'instance' ? 'DISABLED' : (vpc?.AssignPublicIp ?? new Unknown('AssignPublicIp is not given')),
        needs: definition
          ? needsOf(service, definition, launch, network)
          : [notSeen(foreign(id, 'task definition').why)],
      },
    ];
  });
}

function notSeen(why: string): Need {
  return { name: 'what its containers need', target: { kind: 'open', why }, calls: [] };
}

function configurationOf(service: Resource): { readonly [key: string]: Value } | undefined {
  const network = service.property('NetworkConfiguration');
  const vpc = isMap(network) ? (network.AwsvpcConfiguration ?? network.AwsVpcConfiguration) : undefined;
  return isMap(vpc) ? vpc : undefined;
}

/** `instance`: an interface of its own on an EC2 instance; `elsewhere`: no interface of its own, or not on AWS. */
function launchOf(service: Resource, definition: Resource | undefined): 'fargate' | 'instance' | 'elsewhere' {
  const type = service.property('LaunchType');
  const providers = items(service.property('CapacityProviderStrategy')).map(one =>
    isMap(one) ? one.CapacityProvider : one,
  );
  const compatible = items(definition?.property('RequiresCompatibilities'));
  if (type === 'FARGATE' || providers.some(name => name === 'FARGATE' || name === 'FARGATE_SPOT')) return 'fargate';
  if (type === 'EXTERNAL') return 'elsewhere';
  if (type !== 'EC2' && providers.length === 0 && compatible.includes('FARGATE')) return 'fargate';
  return definition?.property('NetworkMode') === 'awsvpc' || configurationOf(service) ? 'instance' : 'elsewhere';
}

function needsOf(service: Resource, definition: Resource, launch: 'fargate' | 'instance', network: Network): Need[] {
  const all = items(definition.property('ContainerDefinitions'));
  const containers = all.filter(isMap);
  const hidden = all.find(container => !isMap(container));
  const [execution, task] = [definition.property('ExecutionRoleArn'), definition.property('TaskRoleArn')];
  const before = containers.flatMap(container => containerNeeds(container, execution, network));
  return merged([
    // On an instance ECS pulls and logs through the instance, whose network is another matter.
    ...(launch === 'fargate' ? before : before.map(throughInstance)),
    ...telemetryNeeds(containers, task, network),
    ...(service.property('EnableExecuteCommand') === 'true' ? [exec(task)] : []),
    ...containers.flatMap(hostNeeds),
    ...declaredRange(service.stack, network),
    ...(hidden === undefined ? [] : [notSeen(ignorance(hidden)?.why ?? `${described(hidden)} is only known to AWS`)]),
  ]);
}

function throughInstance(need: Need): Need {
  const why = 'on EC2 it goes through the network of the container instance, which is not looked at';
  return { ...need, target: { kind: 'open', why } };
}

/** https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs-exec.html */
function exec(role: Value): Need {
  const names = ['CreateControlChannel', 'CreateDataChannel', 'OpenControlChannel', 'OpenDataChannel'];
  return {
    name: 'ECS Exec',
    target: { kind: 'service', service: 'ssmmessages' },
    calls: names.map(name => ({ action: `ssmmessages:${name}`, resource: '*', role, ownAccount: true })),
  };
}
