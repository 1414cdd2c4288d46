import type { InputSpec } from '../../runner/spec.ts';
import { usesOf } from '../toolkit-name.ts';
import { deployInputs } from './deploy-workflow.ts';
import { AWS_PERMISSIONS, environmentInput, GENERATED } from './jobs.ts';
import { expression } from './values.ts';
import { callInputs, type Inputs } from './workflow-inputs.ts';
import { yamlText } from './yaml-text.ts';

const NOTE = `${GENERATED}

deploy.yml for several environments: stages, regions or accounts. Each goes its own way from image to proof, since of jobs in a
matrix all would wait for the slowest, and of their outputs GitHub keeps those of the last only. For the same reason this has
no outputs; each environment shows its URL.`;

/** What the workflow has beside what it hands on. */
const OWN = {
  environments: {
    kind: 'string',
    required: true,
    description:
      'A JSON list with an object for each environment: its `name`, and inputs of this workflow that it has to itself, texts or a map: `[{"name": "test", "stack-prefix": "shop-test"}, {"name": "eu", "aws-region": "eu-central-1", "parameters": {"DesiredCount": "3"}}]`. Variables of an environment, such as `AWS_ROLE_ARN`, hold in its jobs.',
  },
  'one-by-one': {
    kind: 'boolean',
    description: 'Deploys to one after another in the order of the list, and to none after one that failed.',
    default: false,
  },
} as const satisfies Inputs;

/** `.github/workflows/deploy-environments.yml`. */
export function deployEnvironmentsWorkflow(): string {
  const { environment: _, ...handedOn } = deployInputs();
  return yamlText(NOTE, {
    name: 'Deploy to environments',
    on: { workflow_call: { inputs: callInputs({ ...OWN, ...handedOn }) } },
    permissions: {},
    jobs: {
      deploy: {
        name: expression('matrix.environment.name'),
        strategy: {
          matrix: { environment: expression('fromJSON(inputs.environments)') },
          'fail-fast': expression('inputs.one-by-one'),
          // As many as a matrix may have.
          'max-parallel': expression('inputs.one-by-one && 1 || 256'),
        },
        permissions: AWS_PERMISSIONS,
        uses: usesOf('.github/workflows/deploy.yml'),
        with: {
          environment: expression(`matrix.environment.name || '${environmentInput.environment.default}'`),
          ...Object.fromEntries(
            Object.entries(handedOn).map(([name, input]) => [name, expression(ofEnvironment(name, input))]),
          ),
        },
      },
    },
  });
}

/** What an environment says, else what all have. A switch that an environment turns off would look as if it said nothing. */
function ofEnvironment(name: string, { kind }: InputSpec): string {
  const own = `matrix.environment.${name}`;
  if (kind === 'boolean' || kind === 'integer') return `inputs.${name}`;
  return kind === 'map' ? `${own} && toJSON(${own}) || inputs.${name}` : `${own} || inputs.${name}`;
}
