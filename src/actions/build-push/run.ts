import { runDocker } from '../../compose/docker.docker.ts';
import { buildHere } from '../../image/build-local.ts';
import { DockerConfig } from '../../image/docker-login.ts';
import { repositoriesOf } from '../../image/ecr.aws.ts';
import { type Mirrored, mirror } from '../../image/mirror.ts';
import { type Desk, type Published, publish } from '../../image/publish.ts';
import { RegistryAccess } from '../../image/registry-access.ts';
import { readSource } from '../../image/source.ts';
import { failedBuildSummary } from '../../report/build-summary.ts';
import { withTimeout } from '../../runner/cancellation.ts';
import { type ActionContext, defineAction } from '../../runner/define-action.ts';
import { messageOf, throwIfAny, UserFault } from '../../runner/fault.ts';
import { type Host, inGroup } from '../../runner/host.ts';
import { PREFIX_TAG } from '../../stacks/limits.ts';
import { sessionFor } from '../session-for.ts';
import { LOGIN_STATE } from './remove-left-login.ts';
import { reportBuildHere, reportPublished } from './report.ts';
import { expectSecrets, type Settings, settingsOf } from './settings.ts';
import { spec } from './spec.ts';

type Context = ActionContext<typeof spec.inputs, typeof spec.outputs>;

export const action = defineAction(spec, async context => {
  const { inputs, folders, signal: cancelled } = context;
  const signal = withTimeout(cancelled, inputs.timeout);
  const settings = settingsOf(inputs, folders.workspace, process.env);
  await expectSecrets(settings.secrets);
  try {
    await (inputs.push ? push(settings, context, signal) : build(settings, context, signal));
  } catch (error) {
    if (error instanceof UserFault) await context.writeSummary(failedBuildSummary(settings.repository, error.faults));
    throw error;
  }
});

/** Builds into the local engine: no call goes to AWS. */
async function build(settings: Settings, context: Context, signal: AbortSignal): Promise<void> {
  const { inputs, host } = context;
  const began = Date.now();
  const source = await readSource(settings, runDocker, signal);
  const wanted = {
    ...wantedOf(settings, inputs.tag),
    // That a registry's cache needs `push` is said before.
    cache: inputs.cache === 'gha' ? ('gha' as const) : ('none' as const),
  };
  const image = await buildHere(wanted, source, runDocker, displayOf(host), signal);
  await reportBuildHere({ image, source, settings, duration: Date.now() - began }, context);
}

/** Sees to it that image and collector are in ECR. */
async function push(settings: Settings, context: Context, signal: AbortSignal): Promise<void> {
  const { inputs, host } = context;
  const began = Date.now();
  const session = sessionFor(inputs, host);
  const repositories = repositoriesOf(session);
  let config: DockerConfig | undefined;
  const access = new RegistryAccess({
    repositories,
    run: runDocker,
    signal,
    mask: context.mask,
    openConfig: async () => {
      config = await DockerConfig.make(process.env);
      keepNote(config.folder, host);
      return config;
    },
  });
  const desk: Desk = { repositories, access, ...displayOf(host) };
  const tags = { [PREFIX_TAG]: inputs['stack-prefix'] };
  const reading = readSource(settings, runDocker, signal);
  try {
    const wanted = { ...wantedOf(settings, inputs.tag), cache: inputs.cache, tags };
    const publishing = publish(wanted, reading, desk);
    const collector = inputs['collector-image'];
    const mirroring = collector
      ? mirror({ source: collector, prefix: inputs['stack-prefix'], tags }, runDocker, desk, signal)
      : undefined;
    const [image, mirrored] = await bothOf(publishing, mirroring, signal);
    const about = { source: await reading, settings, session, duration: Date.now() - began };
    await reportPublished({ image, mirrored, ...about }, context);
  } finally {
    await removeLogin(config, host);
  }
}

function wantedOf(
  { repository, context, dockerfile, shownDockerfile, target, args, secrets, platforms }: Settings,
  tag: string | undefined,
) {
  return { repository, tag, shownDockerfile, build: { context, dockerfile, target, args, secrets, platforms } };
}

/** Waits for both, so that one run tells what is wrong with either, and nothing goes on after its end. */
async function bothOf(
  publishing: Promise<Published>,
  mirroring: Promise<Mirrored> | undefined,
  signal: AbortSignal,
): Promise<[Published, Mirrored | undefined]> {
  const outcomes = await Promise.allSettled([publishing, mirroring]);
  signal.throwIfAborted();
  const [image, mirrored] = outcomes;
  const failures = outcomes.flatMap(outcome => (outcome.status === 'rejected' ? [outcome.reason as unknown] : []));
  for (const failure of failures) if (!(failure instanceof UserFault)) throw failure;
  const faults = (failures as UserFault[]).flatMap(failure => [...failure.faults]);
  // What keeps both from going on is told once.
  throwIfAny(faults.filter((fault, index) => faults.findIndex(other => other.what === fault.what) === index));
  if (image.status === 'rejected' || mirrored.status === 'rejected') throw new Error('a failure without a fault');
  return [image.value, mirrored.value];
}

function displayOf(host: Host): Pick<Desk, 'shown' | 'tell'> {
  return { shown: (title, work) => inGroup(host, title, work), tell: line => host.line(line) };
}

/** For the clean-up after the job, should this run be killed: a state that cannot be kept stops nothing. */
function keepNote(folder: string, host: Host): void {
  try {
    host.saveState(LOGIN_STATE, folder);
  } catch (error) {
    host.line(`This step's state could not be kept: ${messageOf(error)}`);
  }
}

async function removeLogin(config: DockerConfig | undefined, host: Host): Promise<void> {
  if (!config) return;
  try {
    await config.remove();
    keepNote('', host);
  } catch (error) {
    host.annotate('warning', `The login to ECR in ${config.folder} could not be removed: ${messageOf(error)}`);
  }
}
