// `npm run smoke`: the smoke test of the sample application by the shipped bundle, on this machine's Docker.
// `-- --images built` builds stand-ins for images that cannot be pulled; every other flag is an input of the action.
import { parseArgs } from 'node:util';
import { spec } from '../actions/smoke-test/spec.ts';
import { imageChoice, imagesFor } from './images.ts';
import { runBundle } from './run-bundle.ts';

const SAMPLE = { expectations: 'zap-app/telemetry.yaml' };

const { images, ...given } = readFlags();
const inputs = { ...SAMPLE, ...given };
const env = { ...(await imagesFor(imageChoice(images ?? process.env.IMAGES, '--images'))), ...accountVariables() };
const { code } = await runBundle('smoke-test', inputs, { env, show: true });
process.exitCode = code ?? 1;

/** A bundle started here sees no account unless it is asked for. */
function accountVariables(): Record<string, string> {
  if (given.aws !== 'account') return {};
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => name.startsWith('AWS_'))) as Record<
    string,
    string
  >;
}

function readFlags(): Record<string, string> {
  const names = [...Object.keys(spec.inputs), 'images'];
  try {
    const options = Object.fromEntries(names.map(name => [name, { type: 'string' as const }]));
    return parseArgs({ options }).values as Record<string, string>;
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : error}\nUsage: npm run smoke [-- --images pulled|built]`);
    console.error(`Also, with a value each: ${names.map(name => `--${name}`).join(' ')}`);
    process.exit(2);
  }
}
