// The pipeline build-push → deploy → validate-telemetry, as the root action and the reusable workflows offer it: which inputs
// it has, which step takes each, and what flows from one step into the next. All from the specs of the three actions.
import { spec as buildPush } from '../../actions/build-push/spec.ts';
import { spec as deploy } from '../../actions/deploy/spec.ts';
import { credentialInputs, stackInputs } from '../../actions/shared-inputs.ts';
import { spec as validateTelemetry } from '../../actions/validate-telemetry/spec.ts';
import type { ActionSpec, InputSpec } from '../../runner/spec.ts';

/** A step of the pipeline; its inputs go by their own names, or behind `prefix` where two steps mean different things by one. */
export interface PipelineStep {
  id: 'image' | 'deploy' | 'proof';
  /** What `uses:` names within the repository. */
  path: string;
  spec: ActionSpec;
  prefix: string;
}

const IMAGE: PipelineStep = { id: 'image', path: 'actions/build-push', spec: buildPush, prefix: 'build' };
const DEPLOY: PipelineStep = { id: 'deploy', path: 'deploy', spec: deploy, prefix: 'deploy' };
const PROOF: PipelineStep = {
  id: 'proof',
  path: 'actions/validate-telemetry',
  spec: validateTelemetry,
  prefix: 'validate',
};

export const STEPS = { image: IMAGE, deploy: DEPLOY, proof: PROOF } as const;

/** In the order in which they run. */
export const PIPELINE: readonly PipelineStep[] = [IMAGE, DEPLOY, PROOF];

/** Where a step's input comes from unless the user gives it: an output of an earlier step. */
export interface Thread {
  from: PipelineStep['id'];
  output: string;
}

const THREADS: Readonly<Record<PipelineStep['id'], Readonly<Record<string, Thread>>>> = {
  image: {},
  deploy: {
    'image-uri': { from: 'image', output: 'image-uri' },
    'collector-image-uri': { from: 'image', output: 'collector-image-uri' },
  },
  proof: {
    'target-url': { from: 'deploy', output: 'load-balancer-url' },
    'metrics-endpoint': { from: 'deploy', output: 'metrics-endpoint' },
    'log-groups': { from: 'deploy', output: 'log-groups' },
  },
};

/** Without a push there is no image that a deployment could name; a token is no input of a workflow, and a step has its own. */
const NOT_OFFERED = ['push', 'github-token'];

/** What an input means in the pipeline beside what it means to its action. */
const IN_THE_PIPELINE: Readonly<Record<string, string>> = {
  'image-uri': 'Given, nothing is built.',
  'collector-image-uri': 'Given, none is copied.',
  'target-url': 'Default: that of the deployed stacks.',
  'metrics-endpoint': 'Default: that of the deployed stacks.',
  'log-groups': 'Default: those of the deployed stacks.',
  'dry-run': 'Nothing is built, and nothing proven.',
};

/** The same in every action that has them, so that the pipeline has each once. */
const SHARED: Readonly<Record<string, InputSpec>> = { ...stackInputs, ...credentialInputs };

/** What the pipeline has beside the inputs of its steps. */
export const OWN_INPUTS = {
  'validate-role': {
    ...credentialInputs['role-to-assume'],
    description: 'ARN of the role that the proof assumes, which need not write. Default: `role-to-assume`.',
  },
  validate: {
    kind: 'boolean',
    description: 'Proves the telemetry of what was deployed. With `false`, the deployment is the end.',
    default: true,
  },
} as const satisfies Readonly<Record<string, InputSpec>>;

/** An input of the pipeline that a step takes. */
export interface PipelineInput {
  name: string;
  input: InputSpec;
  /** Which steps take it, each by the name that its spec gives it. */
  takers: readonly { step: PipelineStep; as: string }[];
}

/** Every input that a step takes: the shared ones first, then those of each step. */
export function pipelineInputs(): readonly PipelineInput[] {
  const inputs = new Map<string, { input: InputSpec; takers: { step: PipelineStep; as: string }[] }>();
  for (const [name, input] of Object.entries(SHARED)) inputs.set(name, { input, takers: [] });
  for (const step of PIPELINE) {
    for (const [as, input] of Object.entries(step.spec.inputs)) {
      if (NOT_OFFERED.includes(as)) continue;
      const name = nameInPipeline(step, as);
      const known = inputs.get(name) ?? { input: inputInPipeline(name, input), takers: [] };
      known.takers.push({ step, as });
      inputs.set(name, known);
    }
  }
  return [...inputs].map(([name, { input, takers }]) => ({ name, input, takers }));
}

/** `timeout` of three actions is three inputs, each with the prefix of its step. */
function nameInPipeline(step: PipelineStep, as: string): string {
  const isElsewhere = PIPELINE.some(other => other !== step && as in other.spec.inputs);
  return isElsewhere && !(as in SHARED) ? `${step.prefix}-${as}` : as;
}

/** What an earlier step gives need not be given by the user. */
function inputInPipeline(name: string, input: InputSpec): InputSpec {
  const addition = IN_THE_PIPELINE[name];
  if (addition === undefined) return input;
  const { required: _, ...words } = input as InputSpec & { required?: true };
  return { ...words, description: `${input.description} ${addition}` } as InputSpec;
}

/** Where a step's input comes from unless it is given. */
export function threadOf(step: PipelineStep, as: string): Thread | undefined {
  return THREADS[step.id][as];
}

/** The inputs of one step, as its spec names them, each with the input of the pipeline that it is. */
export function inputsOfStep(step: PipelineStep): { as: string; name: string; input: InputSpec }[] {
  return pipelineInputs().flatMap(({ name, input, takers }) =>
    takers.filter(taker => taker.step === step).map(({ as }) => ({ as, name, input })),
  );
}

/** Every output of every step; two of one name would hide each other. */
export function pipelineOutputs(): { name: string; description: string; step: PipelineStep }[] {
  const all = PIPELINE.flatMap(step =>
    Object.entries(step.spec.outputs).map(([name, { description }]) => ({ name, description, step })),
  );
  const twice = all.find(({ name }, at) => all.findIndex(other => other.name === name) !== at);
  if (twice) throw new Error(`two steps of the pipeline have an output ${twice.name}`);
  return all;
}
