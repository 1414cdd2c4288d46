import { matchesWhole } from '../../../../src/stacks/parameter-check.ts';
import { validationError } from '../wire/aws-error.ts';
import { flag, type Params, text } from '../wire/params.ts';
import type { StackParameter } from './state.ts';
import type { ParameterDeclaration } from './template.ts';

/** Reads an SSM parameter's value; undefined when there is none. */
export type ReadSsmParameter = (name: string) => string | undefined;

const SSM_VALUE = /^AWS::SSM::Parameter::Value<(.+)>$/;

/** What the ids of AWS-specific parameter types look like (AWS CloudFormation User Guide, "AWS-specific parameter types"). */
const ID_PATTERNS: Readonly<Record<string, RegExp>> = {
  'AWS::EC2::VPC::Id': /^vpc-[0-9a-f]{8,17}$/,
  'AWS::EC2::Subnet::Id': /^subnet-[0-9a-f]{8,17}$/,
  'AWS::EC2::SecurityGroup::Id': /^sg-[0-9a-f]{8,17}$/,
  'AWS::EC2::Image::Id': /^ami-[0-9a-f]{8,17}$/,
  'AWS::EC2::Instance::Id': /^i-[0-9a-f]{8,17}$/,
  'AWS::EC2::Volume::Id': /^vol-[0-9a-f]{8,17}$/,
  'AWS::EC2::AvailabilityZone::Name': /^[a-z]{2}(-[a-z]+)+-\d[a-z]$/,
  'AWS::Route53::HostedZone::Id': /^Z[0-9A-Z]+$/,
};

/**
 * Settles a template's parameters from what the request gives, what the stack has and the defaults, and checks them; throws
 * CloudFormation's ValidationError about the first thing that is wrong.
 */
export function settleParameters(
  declarations: Record<string, ParameterDeclaration>,
  given: readonly Params[],
  previous: readonly StackParameter[],
  readSsm: ReadSsmParameter,
): StackParameter[] {
  const values = new Map<string, string>();
  const unknown: string[] = [];
  for (const entry of given) {
    const key = text(entry, 'ParameterKey') ?? '';
    const kept = flag(entry, 'UsePreviousValue') ? previous.find(parameter => parameter.key === key)?.value : undefined;
    const value = flag(entry, 'UsePreviousValue') ? kept : (text(entry, 'ParameterValue') ?? '');
    if (!(key in declarations)) unknown.push(key);
    else if (value !== undefined) values.set(key, value);
  }
  if (unknown.length > 0) throw validationError(`Parameters: [${unknown.join(', ')}] do not exist in the template`);
  const missing = Object.entries(declarations)
    .filter(([key, declaration]) => !values.has(key) && declaration.default === undefined)
    .map(([key]) => key);
  if (missing.length > 0) throw validationError(`Parameters: [${missing.join(', ')}] must have values`);

  return Object.entries(declarations).map(([key, declaration]) => {
    const value = values.get(key) ?? declaration.default ?? '';
    const resolved = SSM_VALUE.test(declaration.type) ? fetchSsm(value, readSsm) : undefined;
    checkValue(key, value, declaration, resolved);
    return { key, value, noEcho: declaration.noEcho, ...(resolved !== undefined && { resolved }) };
  });
}

/** What `Ref` yields for a parameter: a list for list types, else text. */
export function parameterValue(declaration: ParameterDeclaration, parameter: StackParameter): string | string[] {
  const value = parameter.resolved ?? parameter.value;
  return isListType(declaration.type) ? splitList(value) : value;
}

function fetchSsm(name: string, read: ReadSsmParameter): string {
  const value = read(name);
  if (value === undefined) {
    throw validationError(`Unable to fetch parameters [${name}] from parameter store for this account.`);
  }
  return value;
}

function isListType(type: string): boolean {
  const inner = SSM_VALUE.exec(type)?.[1] ?? type;
  return inner === 'CommaDelimitedList' || inner.startsWith('List<');
}

function splitList(value: string): string[] {
  return value === '' ? [] : value.split(',').map(item => item.trim());
}

function checkValue(key: string, value: string, declaration: ParameterDeclaration, resolved: string | undefined): void {
  const { allowedValues, allowedPattern, constraintDescription } = declaration;
  const refuse = (message: string): never => {
    throw validationError(
      constraintDescription === undefined
        ? `Parameter '${key}' ${message}`
        : `Parameter ${key} failed to satisfy constraint: ${constraintDescription}`,
    );
  };
  const items = isListType(declaration.type) ? splitList(value) : [value];
  if (allowedValues && !items.every(item => allowedValues.includes(item))) refuse('must be one of AllowedValues');
  if (allowedPattern !== undefined && !items.every(item => matchesWhole(allowedPattern, item))) {
    refuse(`must match pattern ${allowedPattern}`);
  }
  const { minLength, maxLength, minValue, maxValue } = declaration;
  if (minLength !== undefined && value.length < minLength) refuse(`must contain at least ${minLength} characters`);
  if (maxLength !== undefined && value.length > maxLength) refuse(`must contain at most ${maxLength} characters`);
  checkKind(key, declaration.type, resolved ?? value);
  if (minValue !== undefined && Number(value) < minValue) refuse(`must be a number not less than ${minValue}`);
  if (maxValue !== undefined && Number(value) > maxValue) refuse(`must be a number not greater than ${maxValue}`);
}

function checkKind(key: string, declared: string, value: string): void {
  const type = SSM_VALUE.exec(declared)?.[1] ?? declared;
  const element = /^List<(.+)>$/.exec(type)?.[1] ?? type;
  const items = isListType(type) ? splitList(value) : [value];
  if (['String', 'CommaDelimitedList', 'AWS::SSM::Parameter::Name'].includes(element)) return;
  if (element === 'Number') {
    if (items.some(item => item.trim() === '' || Number.isNaN(Number(item)))) {
      throw validationError(`Parameter '${key}' must be a number`);
    }
    return;
  }
  if (!element.startsWith('AWS::')) {
    throw validationError(`Template format error: Unrecognized parameter type: ${declared}`);
  }
  const bad = items.find(item => !(ID_PATTERNS[element] ?? /./).test(item));
  if (bad !== undefined) {
    throw validationError(
      `Parameter validation failed: parameter value ${bad} for parameter name ${key} does not exist`,
    );
  }
}
