import { argumentsOf, isRecord } from './json-values.ts';

export type Capability = 'CAPABILITY_IAM' | 'CAPABILITY_NAMED_IAM' | 'CAPABILITY_AUTO_EXPAND';

/**
 * IAM types that CloudFormation creates only when told so, with the property that gives a custom name.
 * https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_CreateStack.html (Capabilities)
 */
const IAM_TYPES: Readonly<Record<string, string | undefined>> = {
  'AWS::IAM::AccessKey': undefined,
  'AWS::IAM::Group': 'GroupName',
  'AWS::IAM::InstanceProfile': 'InstanceProfileName',
  'AWS::IAM::ManagedPolicy': 'ManagedPolicyName',
  'AWS::IAM::Policy': undefined,
  'AWS::IAM::Role': 'RoleName',
  'AWS::IAM::User': 'UserName',
  'AWS::IAM::UserToGroupAddition': undefined,
};

/** Transforms of AWS that add nothing that the template does not show. */
const PLAIN_TRANSFORMS = new Set(['AWS::LanguageExtensions', 'AWS::Include']);

/** Whether CloudFormation works the template out before it deploys it. */
export function hasTransform(template: Readonly<Record<string, unknown>>): boolean {
  return template.Transform !== undefined || [...argumentsOf(template, 'Fn::Transform')].length > 0;
}

/** Whether a macro may add resources, IAM among them, that the text does not show (`AWS::Serverless` is one). */
export function hasMacro(template: Readonly<Record<string, unknown>>): boolean {
  const used = [template.Transform, ...argumentsOf(template, 'Fn::Transform')].flat();
  return used.some(transform => {
    const name = isRecord(transform) ? transform.Name : transform;
    return name !== undefined && !PLAIN_TRANSFORMS.has(String(name));
  });
}

/**
 * The capabilities that a template needs, so that nobody has to list them: IAM resources, IAM resources with names of their
 * own, and macros. What a nested stack, a module or a macro holds cannot be seen here, so it is granted whatever it may need.
 */
export function requiredCapabilities(template: Readonly<Record<string, unknown>>): Capability[] {
  const needed = new Set<Capability>();
  if (hasTransform(template)) needed.add('CAPABILITY_AUTO_EXPAND');
  if (hasMacro(template)) needed.add('CAPABILITY_NAMED_IAM');
  for (const resource of resourceBodies(template.Resources)) {
    const type = String(resource.Type);
    if (type === 'AWS::CloudFormation::Stack' || type.endsWith('::MODULE')) {
      needed.add('CAPABILITY_NAMED_IAM').add('CAPABILITY_AUTO_EXPAND');
    } else if (Object.hasOwn(IAM_TYPES, type)) {
      const nameProperty = IAM_TYPES[type];
      const { Properties } = resource;
      const isNamed = nameProperty !== undefined && isRecord(Properties) && Object.hasOwn(Properties, nameProperty);
      needed.add(isNamed ? 'CAPABILITY_NAMED_IAM' : 'CAPABILITY_IAM');
    }
  }
  // NAMED_IAM covers IAM: one entry says it all.
  if (needed.has('CAPABILITY_NAMED_IAM')) needed.delete('CAPABILITY_IAM');
  return [...needed].sort();
}

/** Every resource, also those inside `Fn::ForEach` (whose third argument is the mapping it repeats). */
function* resourceBodies(resources: unknown): Generator<Record<string, unknown>> {
  if (!isRecord(resources)) return;
  for (const [id, body] of Object.entries(resources)) {
    if (id.startsWith('Fn::ForEach') && Array.isArray(body)) yield* resourceBodies(body[2]);
    else if (isRecord(body)) yield body;
  }
}
