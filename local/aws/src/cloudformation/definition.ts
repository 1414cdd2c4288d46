import { AwsError, constraintError, validationError } from '../wire/aws-error.ts';
import { flag, type Params, structures, text, texts } from '../wire/params.ts';
import type { Engine } from './engine.ts';
import { buildScope } from './evaluation.ts';
import { isExtended, runTransforms } from './language-extensions.ts';
import { settleParameters } from './parameters.ts';
import { checkReferences } from './references.ts';
import { checkRules } from './rules.ts';
import type { Definition, Tag } from './state.ts';
import { type Dict, readParameters, readTemplate, readTemplateText, type Template } from './template.ts';

/** Limits from "Understand CloudFormation quotas" (AWS CloudFormation User Guide), in bytes. */
const MAX_BODY = 51_200;
const MAX_OBJECT = 1_000_000;

/** The template text that a request names, in one of its three ways. */
export function templateBody(engine: Engine, params: Params, previous?: Definition): string {
  const body = text(params, 'TemplateBody');
  const url = text(params, 'TemplateURL');
  if (flag(params, 'UsePreviousTemplate') && previous && previous.body !== '') return previous.body;
  if (body !== undefined && url !== undefined)
    throw validationError('Specify either Template Body or Template URL, not both.');
  if (body !== undefined) {
    if (Buffer.byteLength(body) > MAX_BODY) {
      throw constraintError(
        'templateBody',
        `${body.slice(0, 60)}…`,
        `Member must have length less than or equal to ${MAX_BODY}`,
      );
    }
    return body;
  }
  if (url === undefined) throw validationError('Either Template URL or Template Body must be specified.');
  const object = engine.options.readTemplateUrl(url);
  if (Buffer.byteLength(object) > MAX_OBJECT)
    throw validationError(`Template may not exceed ${MAX_OBJECT} bytes in size.`);
  return object;
}

/**
 * Turns a request into a checked definition, with what a running stack keeps where the request is silent. Throws the
 * errors that CloudFormation answers the request with.
 */
export function settleDefinition(
  engine: Engine,
  owner: { id: string; name: string; region: string },
  params: Params,
  previous?: Definition,
  options: { reviewed?: boolean } = {},
): Definition {
  const body = templateBody(engine, params, previous);
  const source = readTemplateText(body);
  const parameters = settleParameters(
    readParameters(source),
    structures(params, 'Parameters') ?? [],
    previous?.parameters ?? [],
    name => engine.readSsm(owner.region, name),
  );
  const notificationArns = texts(params, 'NotificationARNs') ?? previous?.notificationArns ?? [];
  const template = processTemplate(engine, owner, source, { parameters, notificationArns });
  checkReferences(template, engine.catalog);
  const given = texts(params, 'Capabilities') ?? [];
  checkCapabilities(template, given, options.reviewed === true);
  const definition: Definition = {
    body,
    template,
    parameters,
    tags: structures(params, 'Tags')?.map(readTag) ?? previous?.tags ?? [],
    capabilities: given,
    notificationArns,
    roleArn: text(params, 'RoleARN') ?? previous?.roleArn,
  };
  const scope = buildScope(
    engine,
    owner,
    definition,
    () => undefined,
    name => engine.exportedValue(owner.region, name),
  );
  checkRules(template, scope);
  return definition;
}

/** Runs the transforms. Loops may run over parameters and mappings, so those are read first. */
export function processTemplate(
  engine: Engine,
  owner: { id: string; name: string; region: string },
  source: Dict,
  given: Pick<Definition, 'parameters' | 'notificationArns'>,
): Template {
  const outline = readTemplate({
    Resources: { Outline: { Type: 'x' } },
    ...pick(source, ['Parameters', 'Mappings', 'Transform']),
  });
  const scope = buildScope(
    engine,
    owner,
    { ...given, template: outline },
    () => undefined,
    () => '',
  );
  return readTemplate(runTransforms(source, { ...scope, extended: isExtended(source) }));
}

/** A definition that wants nothing: what a stack under review has. */
export function emptyDefinition(): Definition {
  const template: Template = {
    transforms: [],
    parameters: {},
    mappings: {},
    conditions: {},
    rules: {},
    resources: {},
    outputs: {},
  };
  return { body: '', template, parameters: [], tags: [], capabilities: [], notificationArns: [] };
}

function pick(source: Dict, names: readonly string[]): Dict {
  return Object.fromEntries(Object.entries(source).filter(([name]) => names.includes(name)));
}

function readTag(tag: Params): Tag {
  return { Key: text(tag, 'Key') ?? '', Value: text(tag, 'Value') ?? '' };
}

/** Types that need CAPABILITY_IAM, with the property whose presence makes that CAPABILITY_NAMED_IAM (API reference, CreateStack). */
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

/** What a template asks its user to acknowledge, and the resource types that are why. */
export function requiredCapabilities(template: Template): { capabilities: string[]; types: string[] } {
  const iam = Object.values(template.resources).filter(resource => resource.type in IAM_TYPES);
  const named = iam.some(({ type, properties }) => properties[IAM_TYPES[type] ?? ''] !== undefined);
  return {
    capabilities: [
      ...(iam.length > 0 ? [named ? 'CAPABILITY_NAMED_IAM' : 'CAPABILITY_IAM'] : []),
      ...(template.transforms.length > 0 ? ['CAPABILITY_AUTO_EXPAND'] : []),
    ],
    types: [...new Set(iam.map(resource => resource.type))],
  };
}

/** `reviewed`: a change set shows what transforms made, so it needs no CAPABILITY_AUTO_EXPAND. */
function checkCapabilities(template: Template, given: readonly string[], reviewed: boolean): void {
  const missing = requiredCapabilities(template).capabilities.filter(
    capability =>
      !given.includes(capability) &&
      !(capability === 'CAPABILITY_IAM' && given.includes('CAPABILITY_NAMED_IAM')) &&
      !(capability === 'CAPABILITY_AUTO_EXPAND' && reviewed),
  );
  if (missing.length > 0) {
    throw new AwsError('InsufficientCapabilitiesException', `Requires capabilities : [${missing.join(', ')}]`);
  }
}
