import { AwsError, validationError } from '../wire/aws-error.ts';
import { requiredText, text, texts } from '../wire/params.ts';
import { type ApiAction, pageOf, readToken, stackOf, writeToken } from './api.ts';
import { findChangeSet } from './change-set-actions.ts';
import { processTemplate, requiredCapabilities, templateBody } from './definition.ts';
import { describeValidation } from './early-validation.ts';
import { checkReferences } from './references.ts';
import { describeEvent, describeResource, describeStack, summarizeStack } from './stack-answers.ts';
import { readParameters, readTemplateText, type Template } from './template.ts';

const EVENTS_PER_PAGE = 100;

const describeStacks: ApiAction = (context, params) => {
  if (text(params, 'StackName')) return { Stacks: [describeStack(stackOf(context, params))] };
  const living = context.engine.stacks(context.region).filter(stack => stack.status !== 'DELETE_COMPLETE');
  const { items, NextToken } = pageOf(living, params);
  return { Stacks: items.map(describeStack), NextToken };
};

const listStacks: ApiAction = (context, params) => {
  const wanted = texts(params, 'StackStatusFilter') ?? [];
  const stacks = context.engine
    .stacks(context.region)
    .filter(stack => wanted.length === 0 || wanted.includes(stack.status));
  const { items, NextToken } = pageOf(stacks, params);
  return { StackSummaries: items.map(summarizeStack), NextToken };
};

/** Newest first. A token counts from the oldest event, so that events that arrive between two pages shift nothing. */
const describeStackEvents: ApiAction = (context, params) => {
  const stack = stackOf(context, params, 'brackets');
  const end = readToken(params, stack.events.length);
  const start = Math.max(end - EVENTS_PER_PAGE, 0);
  const page = stack.events.slice(start, end).reverse();
  return {
    StackEvents: page.map(event => describeEvent(stack, event)),
    NextToken: start > 0 ? writeToken(start) : undefined,
  };
};

const describeStackResources: ApiAction = (context, params) => {
  const physicalId = text(params, 'PhysicalResourceId');
  const owner = context.engine
    .stacks(context.region)
    .find(stack => Object.values(stack.resources).some(resource => resource.physicalId === physicalId));
  if (physicalId !== undefined && !owner) throw validationError(`Stack for ${physicalId} does not exist`);
  const stack = owner ?? stackOf(context, params);
  const logicalId = text(params, 'LogicalResourceId');
  const resources = Object.values(stack.resources).filter(
    resource => logicalId === undefined || resource.logicalId === logicalId,
  );
  return {
    StackResources: resources.map(resource => ({
      StackName: stack.name,
      StackId: stack.id,
      ...describeResource(resource, 'Timestamp'),
    })),
  };
};

const describeStackResource: ApiAction = (context, params) => {
  const stack = stackOf(context, params, 'brackets');
  const logicalId = requiredText(params, 'LogicalResourceId');
  const resource = stack.resources[logicalId];
  if (!resource) throw validationError(`Resource ${logicalId} does not exist for stack ${stack.name}`);
  return {
    StackResourceDetail: {
      StackName: stack.name,
      StackId: stack.id,
      ...describeResource(resource, 'LastUpdatedTimestamp'),
      Metadata: JSON.stringify(resource.metadata),
    },
  };
};

const listStackResources: ApiAction = (context, params) => {
  const { items, NextToken } = pageOf(Object.values(stackOf(context, params).resources), params);
  return {
    StackResourceSummaries: items.map(resource => describeResource(resource, 'LastUpdatedTimestamp')),
    NextToken,
  };
};

const getTemplate: ApiAction = (context, params) => {
  const changeSetName = text(params, 'ChangeSetName');
  const { definition } =
    changeSetName === undefined ? stackOf(context, params) : findChangeSet(context, params).changeSet;
  const processed = text(params, 'TemplateStage') === 'Processed' && definition.template.transforms.length > 0;
  return {
    // AWS keeps no character beyond ASCII (the AWS CDK compares templates with that in mind).
    TemplateBody: (processed
      ? JSON.stringify(withoutTransforms(definition.body, definition.template))
      : definition.body
    ).replaceAll(/[\u{80}-\u{10ffff}]/gu, '?'),
    StagesAvailable: ['Original', 'Processed'],
  };
};

/** A processed template in the template language again. */
function withoutTransforms(body: string, template: Template): Record<string, unknown> {
  const { Transform: _, ...source } = readTemplateText(body);
  const resources = Object.entries(template.resources).map(
    ([id, { type, properties, metadata, condition, dependsOn }]) => [
      id,
      {
        Type: type,
        ...(condition !== undefined && { Condition: condition }),
        ...(dependsOn.length > 0 && { DependsOn: dependsOn }),
        ...(Object.keys(metadata).length > 0 && { Metadata: metadata }),
        Properties: properties,
      },
    ],
  );
  const outputs = Object.entries(template.outputs).map(([key, { value, description, condition, exportName }]) => [
    key,
    {
      Value: value,
      ...(description !== undefined && { Description: description }),
      ...(condition !== undefined && { Condition: condition }),
      ...(exportName !== undefined && { Export: { Name: exportName } }),
    },
  ]);
  return {
    ...source,
    ...(Object.keys(template.conditions).length > 0 && { Conditions: template.conditions }),
    Resources: Object.fromEntries(resources),
    ...(outputs.length > 0 && { Outputs: Object.fromEntries(outputs) }),
  };
}

/** The template that a summary or a validation is about, with defaults for its parameters. */
function templateFor({ engine, region }: Parameters<ApiAction>[0], body: string): Template {
  const owner = { id: '', name: '', region };
  const source = readTemplateText(body);
  const parameters = Object.entries(readParameters(source)).map(([key, { default: value = '', noEcho }]) => ({
    key,
    value,
    noEcho,
  }));
  const template = processTemplate(engine, owner, source, { parameters, notificationArns: [] });
  checkReferences(template, engine.catalog);
  return template;
}

function capabilityAnswer(template: Template) {
  const { capabilities, types } = requiredCapabilities(template);
  return {
    Capabilities: capabilities,
    CapabilitiesReason:
      types.length > 0 ? `The following resource(s) require capabilities: [${types.join(', ')}]` : undefined,
    DeclaredTransforms: template.transforms,
  };
}

const getTemplateSummary: ApiAction = (context, params) => {
  const stored = text(params, 'StackName') === undefined ? undefined : stackOf(context, params).definition;
  const template = stored?.template ?? templateFor(context, templateBody(context.engine, params));
  return {
    Parameters: Object.entries(template.parameters).map(([key, declaration]) => ({
      ParameterKey: key,
      DefaultValue: declaration.default,
      ParameterType: declaration.type,
      NoEcho: declaration.noEcho,
      Description: declaration.description,
      ParameterConstraints: { AllowedValues: declaration.allowedValues },
    })),
    Description: template.description,
    ...capabilityAnswer(template),
    ResourceTypes: [...new Set(Object.values(template.resources).map(resource => resource.type))],
    Version: template.version,
    Metadata: template.metadata,
  };
};

const validateTemplate: ApiAction = (context, params) => {
  const template = templateFor(context, templateBody(context.engine, params));
  return {
    Parameters: Object.entries(template.parameters).map(([key, declaration]) => ({
      ParameterKey: key,
      DefaultValue: declaration.default,
      NoEcho: declaration.noEcho,
      Description: declaration.description,
    })),
    Description: template.description,
    ...capabilityAnswer(template),
  };
};

const listExports: ApiAction = (context, params) => {
  const { items, NextToken } = pageOf(context.engine.exports(context.region), params);
  return {
    Exports: items.map(({ name, stack, output }) => ({ ExportingStackId: stack.id, Name: name, Value: output.value })),
    NextToken,
  };
};

const listImports: ApiAction = (context, params) => {
  const name = requiredText(params, 'ExportName');
  const importers = context.engine.importers(context.region, name);
  if (importers.length === 0) throw new AwsError('ValidationError', `Export '${name}' is not imported by any stack.`);
  const { items, NextToken } = pageOf(importers, params);
  return { Imports: items, NextToken };
};

const getStackPolicy: ApiAction = (context, params) => ({
  StackPolicyBody: stackOf(context, params, 'brackets').policy,
});

/** Of change sets, by ARN as on AWS, what early validation found; of stacks, their history. Newest first. */
const describeEvents: ApiAction = (context, params) => {
  const failedOnly = params.Filters !== undefined && /true/i.test(JSON.stringify(params.Filters));
  if (text(params, 'ChangeSetName')?.startsWith('arn:')) {
    const { stack, changeSet } = findChangeSet(context, params);
    const { items, NextToken } = pageOf(changeSet.validations, params);
    return { OperationEvents: items.map(finding => describeValidation(stack, changeSet, finding)), NextToken };
  }
  if (text(params, 'StackName') === undefined)
    throw validationError('One of ChangeSetName, OperationId or StackName must be specified');
  const stack = stackOf(context, params, 'brackets');
  const events = stack.events.filter(({ status }) => !failedOnly || status.endsWith('_FAILED')).toReversed();
  const { items, NextToken } = pageOf(events, params);
  return {
    OperationEvents: items.map(event => ({
      ...describeEvent(stack, event),
      EventType: event.physicalId === stack.id ? 'STACK_EVENT' : 'PROGRESS_EVENT',
    })),
    NextToken,
  };
};

/** The calls that change nothing. */
export const readActions: Readonly<Record<string, ApiAction>> = {
  DescribeStacks: describeStacks,
  ListStacks: listStacks,
  DescribeStackEvents: describeStackEvents,
  DescribeStackResources: describeStackResources,
  DescribeStackResource: describeStackResource,
  ListStackResources: listStackResources,
  DescribeEvents: describeEvents,
  GetStackPolicy: getStackPolicy,
  GetTemplate: getTemplate,
  GetTemplateSummary: getTemplateSummary,
  ValidateTemplate: validateTemplate,
  ListExports: listExports,
  ListImports: listImports,
};
