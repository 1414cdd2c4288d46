import type { InputSpec } from '../runner/spec.ts';
import { usesOf } from './toolkit-name.ts';
import {
  inputsOfStep,
  OWN_INPUTS,
  PIPELINE,
  type PipelineStep,
  pipelineInputs,
  pipelineOutputs,
  threadOf,
} from './workflows/pipeline.ts';
import { type Plain, yamlText } from './workflows/yaml-text.ts';

const NOTE =
  'Generated from the specs of build-push, deploy and validate-telemetry in src/actions by `npm run generate`; edit those instead.';

const CONDITIONS: Readonly<Record<PipelineStep['id'], string | undefined>> = {
  image: "inputs.image-uri == '' && inputs.dry-run != 'true'",
  deploy: undefined,
  proof: "inputs.validate != 'false' && inputs.dry-run != 'true'",
};

/** The root `action.yml`: `uses: org/zap-obs@v1` is the whole pipeline in one step, without a shell. */
export function pipelineAction(): string {
  const inputs = [...pipelineInputs().map(({ name, input }) => [name, input] as const), ...Object.entries(OWN_INPUTS)];
  return yamlText(NOTE, {
    name: 'zap-obs: deploy to ECS Fargate, proven observable',
    description: 'Builds an image, deploys it to AWS ECS Fargate, and proves that its metrics, traces and logs arrive.',
    author: 'zap-obs',
    branding: { icon: 'zap', color: 'purple' },
    inputs: Object.fromEntries(inputs.map(([name, input]) => [name, actionInput(input)])),
    outputs: Object.fromEntries(
      pipelineOutputs().map(({ name, description, step }) => [
        name,
        { description, value: `\${{ steps.${step.id}.outputs.${name} }}` },
      ]),
    ),
    runs: { using: 'composite', steps: PIPELINE.map(stepYml) },
  });
}

function actionInput(input: InputSpec): Plain {
  const fallback = 'default' in input ? input.default : undefined;
  return {
    description: input.description,
    required: false,
    default: fallback === undefined ? undefined : String(fallback),
  };
}

function stepYml(step: PipelineStep): Plain {
  return {
    id: step.id,
    name: step.spec.title,
    if: CONDITIONS[step.id],
    uses: usesOf(step.path),
    with: Object.fromEntries(inputsOfStep(step).map(({ as, name }) => [as, `\${{ ${sourceOf(step, as, name)} }}`])),
  };
}

function sourceOf(step: PipelineStep, as: string, name: string): string {
  const thread = threadOf(step, as);
  if (thread) return `inputs.${name} || steps.${thread.from}.outputs.${thread.output}`;
  if (step.id === 'proof' && as === 'role-to-assume') return `inputs.validate-role || inputs.${name}`;
  if (step.id === 'image' && as === 'collector-image')
    return `inputs.collector-image-uri == '' && inputs.${name} || ''`;
  return `inputs.${name}`;
}
