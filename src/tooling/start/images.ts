import type { RunDocker } from '../../compose/docker.ts';
import { explain } from '../../compose/explain.ts';
import { UserFault } from '../../runner/fault.ts';
import { type ImageChoice, imagesFor } from '../images.ts';
import { type Images, imagesIn } from '../local-images.ts';

/** The images of a run, with the environment that came with them, or why there are none. */
export type StartImages = { env: Record<string, string>; images: Images } | { simulated: string };

/** What can be had without asking: the pure part of choosing. */
export function imageStep(has: { pulled: boolean; built: boolean; mayBuild: boolean }): ImageChoice | 'simulate' {
  if (has.pulled) return 'pulled';
  return has.built || has.mayBuild ? 'built' : 'simulate';
}

const BUILT = ['zap-obs/node:built', 'zap-obs/collector:built', 'zap-obs/prometheus:built', 'zap-obs/registry:built'];

/**
 * Pulls what is not there. Where the registries cannot be reached, stand-ins are built, as far as the user allows it.
 *
 * @param wish what the user has chosen; undefined leaves it to what is possible
 * @throws UserFault when what was wished for is not to be had
 */
export async function startImages(
  wish: ImageChoice | undefined,
  { yes, run, say }: { yes: boolean; run: RunDocker; say: (text: string) => void },
): Promise<StartImages> {
  const wanted = imagesIn(process.env);
  if (wish === 'built') return built();
  const failure = await pull(Object.values(wanted), run);
  if (failure === undefined) return { env: { ...wanted }, images: wanted };
  if (wish === 'pulled')
    throw new UserFault({
      what: 'The images cannot be pulled',
      seen: failure,
      fix: 'Let this machine reach their registries, or run with `--images built`, on Debian, as root, with Go',
    });
  const step = imageStep({ pulled: false, built: await areThere(BUILT, run), mayBuild: yes });
  const why = `images cannot be pulled (${failure})`;
  if (step === 'simulate')
    return { simulated: `${why}; \`npm start -- --images built\` builds stand-ins, on Debian, as root, with Go` };
  say(`Note: ${why}, so that stand-ins out of package registries are used.`);
  return built();

  async function built(): Promise<StartImages> {
    const env = await imagesFor('built');
    return { env, images: imagesIn(env) };
  }
}

/** @returns why one could not be pulled */
async function pull(images: readonly string[], run: RunDocker): Promise<string | undefined> {
  const failures = images.map(async image => {
    if (await areThere([image], run)) return [];
    const { code, stderr } = await run(['pull', '--quiet', image]);
    if (code === 0) return [];
    const { what, seen } = explain(stderr, { failed: `${image} cannot be pulled`, files: [] });
    return [seen ?? what];
  });
  return (await Promise.all(failures)).flat()[0];
}

async function areThere(images: readonly string[], run: RunDocker): Promise<boolean> {
  return (await run(['image', 'inspect', '--format', '{{.Id}}', ...images])).code === 0;
}
