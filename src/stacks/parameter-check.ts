import type { TemplateParameter } from './template.ts';

/**
 * What CloudFormation would refuse of a parameter's value, as far as it can be judged here: pattern, length, bounds, allowed values and
 * the form of its type. `undefined` when the value is acceptable, otherwise what is accepted ("one of `a`, `b`").
 *
 * https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/parameters-section-structure.html
 */
export function refusal(parameter: TemplateParameter, value: string): string | undefined {
  if (Buffer.byteLength(value) > 4096) return 'at most 4,096 bytes';
  // The value of an SSM-typed parameter is the name of an SSM parameter; the constraints apply to what SSM holds.
  if (isSsmType(parameter.type)) return value === '' ? 'the name of an SSM parameter' : undefined;
  const words = parameter.constraintDescription;
  for (const item of isListType(parameter.type) ? value.split(',').map(part => part.trim()) : [value]) {
    const accepted = itemRefusal(parameter, item);
    if (accepted !== undefined) return words ?? accepted;
  }
  return undefined;
}

/** CloudFormation resolves these itself at each operation, so that an unchanged name can mean a changed value. */
export function isSsmType(type: string): boolean {
  return type.startsWith('AWS::SSM::Parameter::Value<');
}

function isListType(type: string): boolean {
  return type === 'CommaDelimitedList' || type.startsWith('List<');
}

function itemRefusal(parameter: TemplateParameter, item: string): string | undefined {
  const {
    allowedValues,
    allowedPattern,
    minLength = 0,
    maxLength = 4096,
    minValue = -Infinity,
    maxValue = Infinity,
  } = parameter;
  if (allowedValues && !allowedValues.includes(item))
    return `one of ${allowedValues.map(value => `\`${value}\``).join(', ')}`;
  if (allowedPattern !== undefined && !matchesWhole(allowedPattern, item))
    return `a value that matches \`${allowedPattern}\``;
  if (item.length < minLength) return `at least ${minLength} characters`;
  if (item.length > maxLength) return `at most ${maxLength} characters`;
  const type = parameter.type.replace(/^List<(.*)>$/, '$1');
  if (type === 'Number') {
    if (item.trim() === '' || Number.isNaN(Number(item))) return 'a number';
    if (Number(item) < minValue) return `a number of at least ${minValue}`;
    if (Number(item) > maxValue) return `a number of at most ${maxValue}`;
  }
  const form = TYPE_FORMS[type];
  return form && !form.pattern.test(item) ? form.accepts : undefined;
}

/**
 * Whether a value matches a pattern as a whole. CloudFormation's patterns are Java's: one that JavaScript cannot read, reads
 * otherwise, or might take for ever on is left for CloudFormation to judge.
 */
export function matchesWhole(pattern: string, value: string): boolean {
  const isOtherwiseInJava = pattern.includes('&&');
  const mayTakeForEver = /\([^)]*[*+}][^)]*\)[*+{]/.test(pattern);
  if (isOtherwiseInJava || mayTakeForEver) return true;
  let regex: RegExp;
  try {
    // With `u`, what only Java knows is an error, instead of standing for itself.
    regex = new RegExp(`^(?:${pattern})$`, 'u');
  } catch {
    return true;
  }
  return regex.test(value);
}

const id = (prefix: string) => ({
  pattern: new RegExp(`^${prefix}-([0-9a-f]{8}|[0-9a-f]{17})$`),
  accepts: `an id such as \`${prefix}-0123456789abcdef0\``,
});

/** The AWS-specific types whose form is fixed. Whether such a thing exists, only AWS can tell. */
const TYPE_FORMS: Readonly<Record<string, { pattern: RegExp; accepts: string }>> = {
  'AWS::EC2::Image::Id': id('ami'),
  'AWS::EC2::Instance::Id': id('i'),
  'AWS::EC2::SecurityGroup::Id': id('sg'),
  'AWS::EC2::Subnet::Id': id('subnet'),
  'AWS::EC2::Volume::Id': id('vol'),
  'AWS::EC2::VPC::Id': id('vpc'),
  'AWS::EC2::AvailabilityZone::Name': {
    pattern: /^[a-z]{2}(-[a-z0-9]+)+[a-z0-9]$/,
    accepts: 'an availability zone such as `us-east-1a`',
  },
  'AWS::Route53::HostedZone::Id': { pattern: /^[A-Z0-9]{1,32}$/, accepts: 'a hosted zone id such as `Z23ABC4XYZL05B`' },
};
