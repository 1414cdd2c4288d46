import { argumentsOf, isRecord } from '../json-values.ts';
import type { Plan, PlannedStack } from '../plan.ts';

/** Why the deployment may have more resources than the plan's templates show. */
export function hiddenResources({ stacks, leftOut }: Pick<Plan, 'stacks' | 'leftOut'>): string | undefined {
  if (leftOut.length > 0)
    return `input \`only\` leaves out ${leftOut.map(name => `\`${name}\``).join(', ')}, whose resources are not seen`;
  return stacks.map(hidden).find(reason => reason !== undefined);
}

/** Why a template may bring more resources than it shows. */
function hidden({ template }: PlannedStack): string | undefined {
  const { Resources } = template.value;
  const macro = changingMacro(template.value);
  if (macro) return `macro \`${macro}\` changes ${template.file} when it is deployed`;
  const keys = isRecord(Resources) ? Object.keys(Resources) : [];
  if (keys.some(key => key.startsWith('Fn::')) || [...argumentsOf(Resources, 'Fn::Transform')].length > 0)
    return `${template.file} is expanded when it is deployed`;
  const nested = Object.entries(template.resources).find(
    ([, { type }]) => type === 'AWS::CloudFormation::Stack' || type.endsWith('::MODULE'),
  );
  return nested && `what \`${nested[0]}\` in ${template.file} holds is not seen`;
}

/**
 * Transforms that change nothing of what is looked at here: SAM makes functions, APIs, tables and roles, the others rotation
 * functions, hooks and language features.
 * https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/transform-reference.html
 */
const HARMLESS = /^AWS::(Serverless-2016-10-31|LanguageExtensions|SecretsManager-[\d-]+|CodeDeployBlueGreen)$/;

/** A macro that may change anything in a template when it is deployed. */
export function changingMacro({ Transform }: Readonly<Record<string, unknown>>): string | undefined {
  const macros = [Transform ?? []].flat().map(macro => (isRecord(macro) ? String(macro.Name) : String(macro)));
  return macros.find(name => !HARMLESS.test(name));
}
