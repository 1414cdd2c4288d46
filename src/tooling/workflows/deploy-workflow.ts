import { spec as buildPush } from '../../actions/build-push/spec.ts';
import type { InputSpec } from '../../runner/spec.ts';
import { usesOf } from '../toolkit-name.ts';
import { checkoutStep } from './checkout.ts';
import {
  AWS_PERMISSIONS,
  deployedTo,
  environmentInput,
  GENERATED,
  IN_ENVIRONMENT,
  onePrefixAtATime,
  prefixInput,
  RUNNER,
} from './jobs.ts';
import { inputsOfStep, OWN_INPUTS, type PipelineStep, pipelineInputs, pipelineOutputs, STEPS } from './pipeline.ts';
import { expression, type StandIns, VARIABLES, valueFor } from './values.ts';
import { callInputs, dispatchInputs, type Inputs, inputsNamed } from './workflow-inputs.ts';
import { explained, type Plain, yamlText } from './yaml-text.ts';

const NOTE = `${GENERATED}

The image is built while the stacks below it are deployed; then the application is deployed, and its telemetry proven.
Called from another repository, it is that one's checkout which is built. After a push to this one, it is the sample
application; the jobs are skipped until the variable AWS_ROLE_ARN is set.`;

/** What the workflow decides itself, and what needs rights that its jobs do not have. */
const NOT_OFFERED = ['only', 'comment'];

/** What the workflow has beside the inputs of its steps. */
const OWN = {
  ...environmentInput,
  'platform-stacks': {
    kind: 'string',
    description: 'Short names of the stacks to deploy while the image is built, separated by commas. Empty: none.',
    default: 'vpc-alb,monitoring',
  },
  ...OWN_INPUTS,
} as const satisfies Inputs;

/** What a person fills in. */
const FORM = ['stack-prefix', 'aws-region', 'profile', 'environment', 'dry-run', 'validate'];

const STAND_INS: StandIns = {
  variables: VARIABLES,
  uncalled: {
    context: 'zap-app',
    expectations: 'zap-app/telemetry.yaml',
    'collector-image': buildPush.inputs['collector-image'].default,
    'platform-stacks': OWN['platform-stacks'].default,
  },
  calledBy: 'context',
};

const value = (name: string) => valueFor(name, STAND_INS);

/**
 * Who calls the workflow or starts it by hand wants a deployment, or to hear why there is none. A push to a fresh copy of this
 * repository brings nothing about until somebody has said which role to assume; under act, a local AWS is enough.
 */
const IS_WANTED = `inputs.${STAND_INS.calledBy} != '' || github.event_name == 'workflow_dispatch' || ${VARIABLES['role-to-assume']} != '' || vars.AWS_ENDPOINT_URL != ''`;

/** Every input of the workflow, as callers have them. */
export function deployInputs(): Record<string, InputSpec> {
  const offered = pipelineInputs().filter(({ name }) => !NOT_OFFERED.includes(name));
  const inputs = Object.fromEntries(offered.map(({ name, input }) => [name, input]));
  return { ...inputs, 'stack-prefix': prefixInput, ...OWN };
}

/**
 * `.github/workflows/deploy.yml`.
 *
 * @param pinned the text of the workflow in which the commit of actions/checkout stands
 */
export function deployWorkflow(pinned: string): string {
  const checkout = checkoutStep(pinned);
  return yamlText(NOTE, {
    name: 'Deploy',
    on: {
      push: { branches: ['main'] },
      workflow_dispatch: { inputs: dispatchInputs(inputsNamed(FORM, deployInputs())) },
      workflow_call: { inputs: callInputs(deployInputs()), outputs: workflowOutputs() },
    },
    permissions: {},
    concurrency: onePrefixAtATime(),
    jobs: {
      image: {
        name: 'image',
        if: `(${IS_WANTED}) && inputs.image-uri == '' && !inputs.dry-run`,
        'runs-on': RUNNER,
        environment: IN_ENVIRONMENT,
        permissions: AWS_PERMISSIONS,
        outputs: outputsOf(STEPS.image),
        steps: [checkout, stepOf(STEPS.image, COLLECTOR)],
      },
      platform: {
        name: 'platform',
        if: `(${IS_WANTED}) && (${value('platform-stacks')}) != '' && !inputs.dry-run`,
        'runs-on': RUNNER,
        environment: IN_ENVIRONMENT,
        permissions: AWS_PERMISSIONS,
        steps: [
          checkout,
          stepOf(STEPS.deploy, {
            only: value('platform-stacks'),
            'image-uri': undefined,
            'collector-image-uri': undefined,
          }),
        ],
      },
      app: {
        name: 'app',
        needs: ['image', 'platform'],
        // Skipped jobs do not matter: an image that is given is not built.
        if: `!failure() && !cancelled() && (${IS_WANTED})`,
        'runs-on': RUNNER,
        environment: deployedTo(expression('steps.deploy.outputs.load-balancer-url')),
        permissions: AWS_PERMISSIONS,
        outputs: {
          'image-uri': expression(imageOf('image-uri')),
          'collector-image-uri': expression(imageOf('collector-image-uri')),
          ...outputsOf(STEPS.deploy),
        },
        steps: [
          checkout,
          explained(
            'GitHub drops the outputs of a job that hold something masked, such as an account id that is kept as a secret.\nThen the same content is asked for once more: it is in ECR already, and is not built again.',
            stepOf(STEPS.image, COLLECTOR, "needs.image.result == 'success' && needs.image.outputs.image-uri == ''"),
          ),
          explained(
            'All stacks: what the job `platform` has deployed is looked at, and left as it is.',
            stepOf(STEPS.deploy, {
              'image-uri': imageOf('image-uri'),
              'collector-image-uri': imageOf('collector-image-uri'),
            }),
          ),
        ],
      },
      proof: {
        name: 'proof',
        needs: 'app',
        if: "!cancelled() && needs.app.result == 'success' && (inputs.validate || !inputs.environment) && !inputs.dry-run",
        'runs-on': RUNNER,
        environment: deployedTo(expression('needs.app.outputs.load-balancer-url')),
        permissions: AWS_PERMISSIONS,
        outputs: { passed: outputOf(STEPS.proof, 'passed') },
        steps: [
          checkout,
          stepOf(STEPS.proof, {
            'target-url': 'inputs.target-url || needs.app.outputs.load-balancer-url',
            'metrics-endpoint': 'inputs.metrics-endpoint || needs.app.outputs.metrics-endpoint',
            'log-groups': 'inputs.log-groups || needs.app.outputs.log-groups',
            'role-to-assume': `${value('validate-role')} || ${value('role-to-assume')}`,
          }),
        ],
      },
    },
  });
}

/** Which image the deployment has: that of the user, or that of the job before, or that of the same job. */
function imageOf(output: string): string {
  return `inputs.${output} || needs.image.outputs.${output} || steps.image.outputs.${output}`;
}

/** A collector that is there already is not copied. */
const COLLECTOR = { 'collector-image': `inputs.collector-image-uri == '' && (${value('collector-image')}) || ''` };

/** A step with all inputs of its action. @param instead expressions for some of them; those that are undefined are left out */
function stepOf(step: PipelineStep, instead: Record<string, string | undefined> = {}, condition?: string): Plain {
  const own = inputsOfStep(step)
    .filter(({ as, name }) => as in instead || !NOT_OFFERED.includes(name))
    .map(({ as, name }) => [as, as in instead ? instead[as] : value(name)] as const);
  const given = own.flatMap(([as, text]) => (text === undefined ? [] : [[as, expression(text)] as const]));
  return { id: step.id, if: condition, uses: usesOf(step.path), with: Object.fromEntries(given) };
}

function outputOf(step: PipelineStep, name: string): string {
  return expression(`steps.${step.id}.outputs.${name}`);
}

function outputsOf(step: PipelineStep): Record<string, string> {
  return Object.fromEntries(Object.keys(step.spec.outputs).map(name => [name, outputOf(step, name)]));
}

/** In which job each output of the workflow is; the files of the proof stay with its job. */
const JOB_OF = { image: 'app', deploy: 'app', proof: 'proof' } as const;

function workflowOutputs(): Plain {
  const across = ['image-uri', 'collector-image-uri', ...Object.keys(STEPS.deploy.spec.outputs), 'passed'];
  const outputs = pipelineOutputs().filter(({ name }) => across.includes(name));
  return Object.fromEntries(
    outputs.map(({ name, description, step }) => [
      name,
      { description, value: expression(`jobs.${JOB_OF[step.id]}.outputs.${name}`) },
    ]),
  );
}
